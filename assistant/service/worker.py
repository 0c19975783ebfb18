"""Read the files of one job in a process of its own: `python -m assistant.service.worker FOLDER`.

Each line on standard output is one note as JSON. Serving keeps its processor and memory, and a file that kills its
reader kills nobody else.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from assistant.errors import AssistantError
from assistant.service.notes import Note
from ingest.errors import IngestError
from vectorstore.errors import StoreError
from vectorstore.models import Progress

_NICENESS = 10


def main() -> None:
    """Read the folder named on the command line into the library of the settings."""
    with suppress(OSError):
        os.nice(_NICENESS)
    # Where the service is gone nobody listens; it begins the job again, and what is stored stays.
    with suppress(BrokenPipeError):
        try:
            _read(Path(sys.argv[1]))
        except (AssistantError, IngestError, StoreError) as error:
            _say(Note(kind="stopped", message=str(error), retryable=error.retryable))
        else:
            _say(Note(kind="finished"))


def _read(folder: Path) -> None:
    from assistant.bootstrap import ingest
    from assistant.settings import load_settings

    def told(progress: Progress) -> None:
        if progress.outcome is not None:
            _say(Note(kind="outcome", outcome=progress.outcome))

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    ingest(load_settings(), files, on_progress=told)


def _say(note: Note) -> None:
    sys.stdout.write(note.model_dump_json() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
