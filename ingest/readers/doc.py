"""Read Word files of before 2007 (.doc, .wps) and RTF.

LibreOffice converts a .doc where it is installed, since it knows the numbers of styles too; it runs apart from the
user's own, and never longer than the limit.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

from striprtf.striprtf import rtf_to_text  # pyright: ignore[reportUnknownVariableType]

from ingest.errors import UnreadableFile
from ingest.models import RawDocument
from ingest.readers.containers import DamagedContainer
from ingest.readers.docx import read_docx
from ingest.readers.layout import Layout
from ingest.readers.loading import source_of
from ingest.readers.nesting import flattened, write
from ingest.readers.raised import DOWN, END, UP, settled
from ingest.readers.text import read_text, with_printed_rows
from ingest.readers.word97 import LockedDocument, read_word97
from ingest.settings import ReadingLimits

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PROGRAMS = ("soffice", "libreoffice")
_RTF_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?(?:(?<=\d)\?|(?<=\d )\?)?|\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|[{}]|[^\\{}]"
)
_RTF_GONE = frozenset(["strike", "striked", "v", "deleted"])
_RTF_HEIGHTS = {"super": UP, "up": UP, "sub": DOWN, "dn": DOWN, "nosupersub": ""}
_RTF_BREAKS = frozenset(["cell", "line", "nestcell", "par", "row", "tab"])
_STRIKES_OR_RAISES = re.compile(r"\\(?:strike|super|sub|up[1-9]|dn[1-9]|v[ \\]|deleted)")


def is_binary_doc(data: bytes) -> bool:
    """Tell the container in which .doc files and encrypted .docx files come."""
    return data.startswith(_OLE)


def is_rtf(data: bytes) -> bool:
    """Tell a file in Rich Text Format."""
    return data.lstrip().startswith(b"{\\rtf")


def read_doc(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a .doc or .wps; raise UnreadableFile when it is encrypted or damaged."""
    if _ENCRYPTED in data:
        raise UnreadableFile(path.name, "文件已加密", "请去除密码后再导入。")
    source = source_of(path, data, media_type="application/msword")
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    failed: UnreadableFile | None = None
    if program is not None:
        try:
            converted = read_docx(path, _converted(path, data, program, limits), limits=limits)
            return converted.model_copy(update={"source": source})
        except UnreadableFile as error:
            failed = error
    try:
        content = read_word97(data, most_characters=limits.max_characters)
    except LockedDocument as error:
        raise UnreadableFile(path.name, "文件已加密", "请去除密码后再导入。") from error
    except DamagedContainer as error:
        raise failed or UnreadableFile(
            path.name,
            "不是 Word 文档，或已损坏",
            "请用 Word、WPS 另存为 .docx 再导入；装有 LibreOffice 时会用它来读。",
        ) from error
    layout = Layout(path.name, limits=limits)
    write(flattened(content), layout)
    return with_printed_rows(layout.document(source))


def _converted(path: Path, data: bytes, program: str, limits: ReadingLimits) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report.doc").write_bytes(data)
        command = [
            program,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            str(folder / "out"),
            str(folder / "report.doc"),
        ]
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=limits.max_conversion_seconds)
            return (folder / "out" / "report.docx").read_bytes()
        except subprocess.TimeoutExpired as error:
            raise UnreadableFile(
                path.name,
                f"LibreOffice 转换超过 {limits.max_conversion_seconds:g} 秒",
                "请用 Word、WPS 另存为 .docx 再导入。",
            ) from error
        except (subprocess.CalledProcessError, OSError) as error:
            raise UnreadableFile(
                path.name, "LibreOffice 无法转换，文件可能已损坏", "请用 Word、WPS 另存为 .docx 再导入。"
            ) from error


def read_rtf(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of an RTF file, whose rows come with bars between their cells."""
    convert = cast(Callable[..., str], rtf_to_text)
    text = convert(_with_heights(data.decode("latin-1")), errors="replace")
    text = "\n".join(map(settled, text.split("\n")))
    document = read_text(path, text.encode("utf-8", "replace"), limits=limits)
    return document.model_copy(update={"source": source_of(path, data, media_type="application/rtf")})


def _with_heights(source: str) -> str:
    """Return the source without what is struck out or hidden, and with marks around what is raised or lowered."""
    if not _STRIKES_OR_RAISES.search(source):
        return source
    written: list[str] = []
    gone, height, written_at = False, "", ""
    around: list[tuple[bool, str]] = []
    for token in _RTF_TOKEN.finditer(source):
        whole, word, number = token[0], token["word"], token["number"]
        if whole == "{":
            around.append((gone, height))
        elif whole == "}":
            gone, height = around.pop() if around else (False, "")
        elif word in _RTF_GONE:
            gone = number != "0"
        elif word in _RTF_HEIGHTS:
            height = _RTF_HEIGHTS[word] if number != "0" else ""
        elif word == "plain":
            gone, height = False, ""
        shown = word in {None, "u"} and whole not in {"{", "}"} and not whole.isspace()
        if shown and gone:
            continue
        wanted = height if shown else "" if word in _RTF_BREAKS else written_at
        if wanted != written_at:
            written.append((END if written_at else "") + wanted)
            written_at = wanted
        written.append(whole)
    return "".join(written)
