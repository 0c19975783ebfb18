"""Offer the tools on standard input and output, for programs that start us themselves."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant


def serve_tools(assistant: "Assistant") -> None:
    """Answer until standard input ends; what else is printed goes to standard error."""
    from assistant.interfaces.api.lanes import Lanes
    from assistant.interfaces.logs import write_logs
    from assistant.interfaces.mcp import build_tools

    write_logs("text")
    lanes = Lanes(assistant.engine, seconds=assistant.settings.answer_seconds)
    try:
        build_tools(assistant.library, assistant.toolbox, lanes).run("stdio")
    except KeyboardInterrupt:
        sys.stderr.write("已停止。\n")
    finally:
        lanes.close()
