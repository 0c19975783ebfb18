"""Start 公开问: `python app.py` is `gongkai serve`."""

import sys

from assistant.interfaces.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "serve")
    main()
