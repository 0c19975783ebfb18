"""Prepare a photographed page: straighten it, and tell its ink and its ruling lines. The only door to OpenCV.

Measures are in dots of the picture; the finest detail that counts depends on its dots per inch.
"""

import cv2
import numpy as np
import numpy.typing as npt

from ingest.readers.pictures import Picture
from ingest.readers.ruling import Rule

_STEEPEST = 6.0
_THICKEST_RULE = 8.0

Mask = npt.NDArray[np.bool_]


def straightened(picture: Picture) -> Picture:
    """Return the page with its lines level; small angles only."""
    shrink = min(1.0, 1000 / max(picture.shape))
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    dark = np.asarray(
        cv2.threshold(small, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1], dtype=np.uint8
    )
    angle = 0.0
    for reach, step in ((_STEEPEST, 0.5), (0.5, 0.1), (0.1, 0.02)):
        tried = [angle + step * index for index in range(-round(reach / step), round(reach / step) + 1)]
        angle = max(tried, key=lambda each: (_levelness(dark, each), -abs(each)))
    return _rotated(picture, angle) if abs(angle) > 0.03 else picture


def _levelness(dark: Picture, angle: float) -> float:
    rows = np.asarray(_rotated(dark, angle, background=0), dtype=np.float64).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _rotated(picture: Picture, angle: float, *, background: int = 255) -> Picture:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(background,)
    )
    return np.asarray(turned, dtype=np.uint8)


def shrunk(picture: Picture, largest: int) -> tuple[Picture, float]:
    """Return the picture no larger than stated, and by how much it shrank."""
    factor = min(1.0, largest / max(picture.shape))
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), factor


def enlarged(picture: Picture) -> Picture:
    """Return the picture larger and softer, for a second look."""
    larger = cv2.resize(picture, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(larger, (3, 3), 0), dtype=np.uint8)


def ink_of(picture: Picture) -> Picture:
    """Return 255 where there is ink, whatever the shade of the paper."""
    smooth = cv2.GaussianBlur(picture, (3, 3), 0)
    paper = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    level = cv2.divide(smooth, np.maximum(paper, 1), scale=255)
    threshold, _ = cv2.threshold(level, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    cut = min(max(threshold, 120.0), 200.0)
    return np.asarray(cv2.threshold(level, cut, 255, cv2.THRESH_BINARY_INV)[1], dtype=np.uint8)


def rules_of(ink: Picture, dpi: float) -> tuple[Picture, Picture]:
    """Return the ruling lines across and along: long strokes, and dashed ones that lead from line to line."""
    turned = np.ascontiguousarray(ink.T)
    across, dashed_across = _solid(ink, dpi), _dashed(ink, dpi)
    along, dashed_along = _solid(turned, dpi), _dashed(turned, dpi)
    led_across = _led(dashed_across, _crossings(along, dashed_along, dpi))
    led_along = _led(dashed_along, _crossings(across, dashed_across, dpi))
    return (
        np.asarray(cv2.bitwise_or(across, led_across), dtype=np.uint8),
        np.ascontiguousarray(cv2.bitwise_or(along, led_along).T, dtype=np.uint8),
    )


def _crossings(solid: Picture, dashed: Picture, dpi: float) -> Picture:
    """Return where a line may end: at lines of the other direction, too long to be part of a character."""
    long = cv2.morphologyEx(dashed, cv2.MORPH_OPEN, np.ones((1, round(0.6 * dpi)), np.uint8))
    either = cv2.dilate(cv2.bitwise_or(solid, long), np.ones((9, 9), np.uint8))
    return np.ascontiguousarray(np.asarray(either, dtype=np.uint8).T)


def _solid(ink: Picture, dpi: float) -> Picture:
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    return np.asarray(
        cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(9, round(0.22 * dpi))), np.uint8)), np.uint8
    )


def _dashed(ink: Picture, dpi: float) -> Picture:
    """Return thin strokes that are long once the gaps between them close; lines of text yield some too."""
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(5, round(0.035 * dpi)), 1), np.uint8))
    thin = cv2.dilate(cv2.subtract(ink, tall), np.ones((3, 1), np.uint8))
    closed = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, max(3, round(0.05 * dpi))), np.uint8))
    return np.asarray(
        cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, max(9, round(0.25 * dpi))), np.uint8)), np.uint8
    )


def _led(strokes: Picture, crossing: Picture) -> Picture:
    """Return the strokes that begin and end at crossing lines."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    kept = np.zeros(count, dtype=np.bool_)
    for index, (x, y, width, height) in enumerate(np.asarray(stats, dtype=np.int64)[:, :4].tolist()):
        if index:
            ends = crossing[y : y + height, x : x + 4], crossing[y : y + height, x + width - 4 : x + width]
            kept[index] = all(bool(end.any()) for end in ends)
    return np.where(kept[np.asarray(labels, dtype=np.int64)], np.uint8(255), np.uint8(0)).astype(np.uint8)


def as_rules(strokes: Picture, scale: float, *, flat: bool) -> list[Rule]:
    """Return the strokes as rules, `flat` ones across; a dot is `scale` wide."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    rules: list[Rule] = []
    for x, y, width, height in np.asarray(stats, dtype=np.int64)[1:count, :4].tolist():
        if not flat:
            x, y, width, height = y, x, height, width
        if height * scale <= _THICKEST_RULE:
            rules.append(Rule(at=(y + height / 2) * scale, start=x * scale, end=(x + width) * scale))
    return rules


def widened(strokes: Picture) -> Picture:
    """Return the strokes with their blurred edges."""
    return np.asarray(cv2.dilate(strokes, np.ones((5, 5), np.uint8)), dtype=np.uint8)


def without_specks(ink: Picture, dots: float) -> Mask:
    """Return where there is ink, without specks smaller than a decimal point; a point is `dots` wide."""
    if not ink.size:
        return np.zeros((1, 1), dtype=np.bool_)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink), connectivity=8)
    areas = np.asarray(stats, dtype=np.int64)[:, cv2.CC_STAT_AREA]
    kept = np.asarray(areas >= max(3.0, 0.8 * dots * dots), dtype=np.bool_)
    kept[0] = False
    return np.asarray(kept[np.asarray(labels, dtype=np.int64)], dtype=np.bool_)


def runs_of(filled: npt.ArrayLike) -> list[tuple[int, int]]:
    """Return where runs of True begin and end."""
    framed = np.concatenate(([False], np.asarray(filled, dtype=np.bool_), [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(framed)).tolist()
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
