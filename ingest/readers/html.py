"""Read web pages as government sites publish them: the report without the page around it."""

import email
import re
from pathlib import Path

from ingest.errors import UnreadableFile
from ingest.models import RawDocument
from ingest.readers.elements import Builder, make_tables
from ingest.readers.layout import Layout
from ingest.readers.loading import source_of
from ingest.readers.nesting import flattened, write
from ingest.readers.nodes import parse_html
from ingest.readers.text import decoded, with_printed_rows
from ingest.readers.webpage import (
    is_furniture,
    page_issuers,
    page_sources,
    page_titles,
    report_part,
    with_title,
)
from ingest.settings import ReadingLimits

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w-]{3,20})""", re.I
)
_CODECS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "big5": "big5",
}
_MOST_BROKEN = 0.001
_MARK = (
    r"<(?:!doctype\s+html|/?(?:html|head|meta|title|body|div|p|span|table|tbody|tr|td|th|br|h[1-6]|font|center|ul|ol|li|"
    r"a|img|script|style|link|section|article|strong|b|o:p)\b)"
)
_OPENING = re.compile(rf"(?:<\?xml[^>]*>|<!--.*?-->|\s)*{_MARK}".encode(), re.I | re.S)
_MARKS = re.compile(_MARK.encode(), re.I)
_MIME = re.compile(
    rb"\s*(?:from|mime-version|subject|date|snapshot-content-location|content-type|x-[\w-]+)\s*:", re.I
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.I | re.S)


def is_html(data: bytes) -> bool:
    """Tell a page or a piece of one from text, by its beginning."""
    sample = data[:65_536].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    return bool(_OPENING.match(sample))


def has_marks(data: bytes) -> bool:
    """Tell whether there is any mark-up of a page in a file."""
    return bool(_MARKS.search(data.replace(b"\x00", b"")))


def has_tables(data: bytes) -> bool:
    """Tell whether a text writes its tables in HTML."""
    plain = data.replace(b"\x00", b"").lower()
    return b"<table" in plain and b"</td" in plain


def is_web_archive(data: bytes) -> bool:
    """Tell a page that a browser or Word saved with its images as one file (MHTML)."""
    return bool(_MIME.match(data[:200])) and b"multipart/related" in data[:4096].lower()


def read_web_archive(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of the page inside a web archive."""
    message = email.message_from_bytes(data)
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(payload, bytes):
            return _read(path, data, _markup(path.name, payload), limits)
    raise UnreadableFile(path.name, "网页档案里没有网页", "请用浏览器打开后另存为 .html 再导入。")


def read_html(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a page; raise UnreadableFile or LimitExceeded with the remedy."""
    return _read(path, data, _markup(path.name, data), limits)


def read_text_with_tables(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a Markdown or text file whose tables are written in HTML."""
    text = decoded(path.name, data)
    parts: list[str] = []
    end = 0
    for table in _TABLE.finditer(text):
        parts += [_as_markup(text[end : table.start()]), table.group()]
        end = table.end()
    return _read(path, data, "".join([*parts, _as_markup(text[end:])]), limits)


def _as_markup(text: str) -> str:
    return f"<pre>{text.replace('&', '&amp;').replace('<', '&lt;')}</pre>"


def _markup(name: str, data: bytes) -> str:
    """Return the text of a page: UTF-8 where it is, else as the page declares, else as its characters show."""
    if b"\x00" in data[:4096]:
        return decoded(name, data)
    declared = _CHARSET.search(data[:4096])
    codec = _CODECS.get(declared[1].decode("ascii").lower()) if declared else None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode(codec, "replace") if codec else ""
    return text if text and text.count("\ufffd") <= len(text) * _MOST_BROKEN else decoded(name, data)


def _read(path: Path, data: bytes, markup: str, limits: ReadingLimits) -> RawDocument:
    markup = _XML_DECLARATION.sub("", markup.replace("\x00", ""))
    root = parse_html(path.name, markup, limits=limits)
    titles, sources = page_titles(root), page_sources(root)
    part = report_part(root)
    make_tables(part)
    content = list(flattened(Builder(part, cut_in_cell=_ends_in_cell(markup)).content()))
    pieces = [piece for piece in content if not isinstance(piece, str) or not is_furniture(piece)]
    layout = Layout(path.name, limits=limits)
    write(with_title(pieces, titles), layout)
    document = with_printed_rows(layout.document(source_of(path, data, media_type="text/html")))
    return document.model_copy(update={"issuers": page_issuers(content, sources)})


def _ends_in_cell(markup: str) -> bool:
    """Tell whether a file breaks off inside a cell, whose number may then lack its end."""
    cell = max(markup.rfind("<td"), markup.rfind("<th"), markup.rfind("<TD"), markup.rfind("<TH"))
    return cell >= 0 and not re.search(r"</t[dhr]\s*>|</table", markup[cell:], re.I)
