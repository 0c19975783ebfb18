"""Load the bytes of a file within the stated limits, and say where they came from."""

import hashlib
from pathlib import Path

from ingest.errors import LimitExceeded, UnreadableFile
from ingest.models import Source
from ingest.settings import ReadingLimits


def load(path: Path, *, limits: ReadingLimits) -> bytes:
    """Return the bytes of a file; raise LimitExceeded before reading it, UnreadableFile when it cannot be opened."""
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise LimitExceeded(
                path.name,
                f"文件有 {size} 字节，超过上限 {limits.max_bytes} 字节",
                "请拆分，或确认这是一份年度报告。",
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            path.name, f"无法打开（{error.strerror}）", "请检查文件是否存在、是否有读取权限。"
        ) from error
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe\xfe\xff"):
        raise UnreadableFile(path.name, "文件是空的", "请重新下载这份报告后再导入。")
    return data


def source_of(path: Path, data: bytes, *, media_type: str) -> Source:
    """Return the name and digest of a file."""
    return Source(path=path.name, sha256=hashlib.sha256(data).hexdigest(), media_type=media_type)
