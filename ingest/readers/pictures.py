"""Turn pages of a PDF and picture files into grey pictures. The only door to PDFium and Pillow.

Pages are drawn at `ReadingLimits.scan_dpi`, coarser where a page is so large that it would not fit the memory.
"""

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageOps, ImageSequence

from ingest.errors import IngestError, LimitExceeded, UnreadableFile
from ingest.settings import ReadingLimits

Picture = npt.NDArray[np.uint8]
"""Grey values by row and column; 255 is white."""

_POINTS_PER_INCH = 72
_LEAST_DPI, _MOST_DPI = 60, 1200
_PAGE_WIDTH = 8.27
_DAMAGED = "请用阅读器打开并另存为新的 PDF 后再导入。"


def resaved(name: str, data: bytes) -> bytes:
    """Return a PDF written anew, without its lock if it opens without a password and with its damage mended."""
    document = _opened(name, data)
    try:
        target = io.BytesIO()
        document.save(target, flags=pdfium_c.FPDF_REMOVE_SECURITY)
        return target.getvalue()
    except pdfium.PdfiumError as error:
        raise UnreadableFile(name, "PDF 已损坏，无法修复", _DAMAGED) from error
    finally:
        document.close()


def page_pictures(
    name: str, data: bytes, numbers: Sequence[int], *, limits: ReadingLimits
) -> Iterator[tuple[int, Picture, float]]:
    """Yield number, picture and dots per inch of some pages of a PDF."""
    document = _opened(name, data)
    try:
        for number in numbers:
            page = document[number - 1]
            width, height = page.get_size()
            inches = max(width * height, 1.0) / _POINTS_PER_INCH**2
            dpi = min(float(limits.scan_dpi), math.sqrt(limits.max_page_pixels / inches))
            bitmap = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
            yield number, _contiguous(bitmap.to_numpy()), dpi
            bitmap.close()
            page.close()
    except pdfium.PdfiumError as error:
        raise UnreadableFile(name, "PDF 的页面无法显示", _DAMAGED) from error
    finally:
        document.close()


def _opened(name: str, data: bytes) -> Any:
    try:
        return cast(Any, pdfium.PdfDocument(data))
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
            raise UnreadableFile(name, "文件设有打开密码", "请去除密码后再导入。") from error
        raise UnreadableFile(name, "PDF 已损坏，无法打开", _DAMAGED) from error


def file_pictures(name: str, data: bytes, *, limits: ReadingLimits) -> Iterator[tuple[int, Picture, float]]:
    """Yield number, picture and dots per inch of each page of a picture file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                    if number > limits.max_pages:
                        raise LimitExceeded(
                            name, f"超过上限 {limits.max_pages} 页", "请只保留年度报告的正文再导入。"
                        )
                    if frame.width * frame.height > limits.max_pixels:
                        raise LimitExceeded(
                            name,
                            f"图片有 {frame.width * frame.height} 像素，超过上限 {limits.max_pixels} 像素",
                            "请降低扫描分辨率后再导入。",
                        )
                    yield _upright(number, frame, limits)
    except IngestError:
        raise
    # Pillow raises errors of every kind on damaged bytes; this is its only door.
    except Exception as error:
        raise UnreadableFile(name, "图片已损坏或格式不明", "请重新扫描或另存为 PNG 后再导入。") from error


def _upright(number: int, frame: Image.Image, limits: ReadingLimits) -> tuple[int, Picture, float]:
    shown = ImageOps.exif_transpose(frame)
    if shown.mode in {"RGBA", "LA", "P"}:
        whole = shown.convert("RGBA")
        shown = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)
    grey = shown.convert("L")
    stated = frame.info.get("dpi", (0, 0))[0]
    dpi = float(stated) if _LEAST_DPI < float(stated) < _MOST_DPI else grey.width / _PAGE_WIDTH
    if grey.width * grey.height > limits.max_page_pixels:
        shrink = math.sqrt(limits.max_page_pixels / (grey.width * grey.height))
        grey = grey.resize((max(1, int(grey.width * shrink)), max(1, int(grey.height * shrink))))
        dpi *= shrink
    return number, _contiguous(np.asarray(grey)), dpi


def _contiguous(values: Any) -> Picture:
    plain = np.asarray(values)
    return np.ascontiguousarray(plain[:, :, 0] if plain.ndim == 3 else plain, dtype=np.uint8)
