"""Know what the compressed parts of a PDF would grow to, before anything unpacks them.

Every stream of a PDF stands in the open in its bytes, so they can be measured without reading the file's structure.
"""

import base64
import re
import zlib

from ingest.errors import LimitExceeded
from ingest.settings import ReadingLimits

_STREAM = re.compile(rb"stream\r?\n")
_PICTURE = re.compile(rb"/Subtype\s*/Image")
_WIDTH = re.compile(rb"/Width\s+(\d{1,12})")
_HEIGHT = re.compile(rb"/Height\s+(\d{1,12})")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_TEXT_CODED = re.compile(rb"/(?:ASCII85Decode|A85)\b")
_SLOWLY_DECODED = re.compile(rb"/(?:LZWDecode|LZW|RunLengthDecode|RL)\b")
_CODE_RANGES = re.compile(rb"begin(?:bf|cid)range(.*?)(?:end(?:bf|cid)range|$)", re.DOTALL)
_CODE_RANGE = re.compile(rb"<([0-9A-Fa-f]{1,8})>\s*<([0-9A-Fa-f]{1,8})>\s*(?:<[0-9A-Fa-f]*>|\[[^\]]*\]|\d+)")
_LONGEST_DICTIONARY = 4000
_PIECE = 1 << 18
_MOST_SLOWLY_DECODED = 2_000_000
_MOST_CODES = 2_000_000
_BYTES_PER_PIXEL = 9


def check_streams(name: str, data: bytes, *, limits: ReadingLimits) -> None:
    """Raise LimitExceeded for a PDF whose streams would fill the memory, or keep a reader busy without end."""
    total = slow = codes = 0
    for mark in _STREAM.finditer(data):
        if data[mark.start() - 3 : mark.start()] == b"end":
            continue
        head = data[max(0, mark.start() - _LONGEST_DICTIONARY) : mark.start()]
        head = head[head.rfind(b" obj") + 1 :]
        picture = bool(_PICTURE.search(head))
        end = data.find(b"endstream", mark.end())
        body = memoryview(data)[mark.end() : end if end >= 0 else len(data)]
        room = _picture_bytes(name, head, limits) if picture else limits.max_unpacked_bytes - total
        if len(_FLATE.findall(head)) > 1:
            raise LimitExceeded(name, "文件内容被重复压缩", "请用阅读器另存为新的 PDF 后再导入。")
        if _SLOWLY_DECODED.search(head) and not picture:
            slow += len(body)
            if slow > _MOST_SLOWLY_DECODED:
                raise LimitExceeded(
                    name,
                    f"旧式压缩的内容超过上限 {_MOST_SLOWLY_DECODED} 字节",
                    "请用阅读器另存为新的 PDF 后再导入。",
                )
        unpacked, sample = _unpacked(bytes(body) if _TEXT_CODED.search(head) else body, head, room)
        if unpacked > room:
            raise LimitExceeded(
                name,
                f"解压后超过上限 {limits.max_unpacked_bytes} 字节",
                "这不像一份年度报告；请用阅读器另存为新的 PDF 后再导入。",
            )
        if not picture:
            total += unpacked
            codes += _codes(sample)
            if codes > _MOST_CODES:
                raise LimitExceeded(name, "字体编码表过大", "请用阅读器另存为新的 PDF 后再导入。")


def _picture_bytes(name: str, head: bytes, limits: ReadingLimits) -> int:
    """Return what a picture may unpack to by its own size; raise LimitExceeded when that is too large."""
    width, height = _WIDTH.search(head), _HEIGHT.search(head)
    pixels = int(width[1]) * int(height[1]) if width and height else limits.max_pixels
    if pixels > limits.max_pixels:
        raise LimitExceeded(
            name, f"图片有 {pixels} 像素，超过上限 {limits.max_pixels} 像素", "请降低扫描分辨率后再导入。"
        )
    return pixels * _BYTES_PER_PIXEL + _PIECE


def _unpacked(body: bytes | memoryview, head: bytes, room: int) -> tuple[int, bytes]:
    """Return the unpacked size, counted up to the room there is, and the beginning of the content."""
    if isinstance(body, bytes):
        body = memoryview(_plain(body))
    if len(body) < 2 or body[0] & 0x0F != 8 or (body[0] << 8 | body[1]) % 31:
        return len(body), bytes(body[:_PIECE]) if not _PICTURE.search(head) else b""
    inflater = zlib.decompressobj()
    size, sample = 0, b""
    try:
        for start in range(0, len(body), _PIECE):
            rest = bytes(body[start : start + _PIECE])
            while rest and size <= room and not inflater.eof:
                piece = inflater.decompress(rest, _PIECE)
                sample = sample or piece
                size += len(piece)
                rest = inflater.unconsumed_tail
    except zlib.error:
        return size, sample
    return size, sample


def _plain(body: bytes) -> bytes:
    try:
        return base64.a85decode(body.strip().removesuffix(b"~>"), ignorechars=b" \t\n\r\v\x00")
    except ValueError:
        return b""


def _codes(content: bytes) -> int:
    """Return how many codes the ranges of a font's table name."""
    return sum(
        max(0, int(first_and_last[2], 16) - int(first_and_last[1], 16))
        for ranges in _CODE_RANGES.finditer(content)
        for first_and_last in _CODE_RANGE.finditer(ranges[1])
    )
