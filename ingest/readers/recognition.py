"""Recognise the characters in pictures. The only door to rapidocr, whose models come inside its package."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from ingest.models import Value
from ingest.readers.pictures import Picture

_BATCH = 8
_FLATTEST = 50
_NARROWEST = [3, 48, 64]


class Reading(Value):
    """Hold what a strip of a picture says, and how sure that is, from 0 to 1."""

    text: str
    confidence: float


class Area(Value):
    """Hold where a line of text stands in a picture, in dots."""

    x0: float
    top: float
    x1: float
    bottom: float


class Recognizer(Protocol):
    """Read strips of text, and find the strips of a page."""

    def read(self, strips: Sequence[Picture]) -> list[Reading]:
        """Return what each strip says, in order."""
        ...

    def find(self, picture: Picture) -> list[Area]:
        """Return where lines of text stand."""
        ...


class _Engine(Protocol):
    def recognize_txt(self, img: list[npt.NDArray[np.uint8]]) -> Any: ...

    def __call__(self, img_content: npt.NDArray[np.uint8], **steps: bool) -> Any: ...


class _RapidOCR:
    """Fit rapidocr to what is needed here."""

    def __init__(self, engine: _Engine) -> None:
        self._engine = engine

    def read(self, strips: Sequence[Picture]) -> list[Reading]:
        """Return what each strip says, in order."""
        if not strips:
            return []
        found = self._engine.recognize_txt([_coloured(strip) for strip in strips])
        texts, scores = cast(Sequence[str], found.txts), cast(Sequence[float], found.scores)
        return [
            Reading(text=text.strip(), confidence=float(score) if text.strip() else 0.0)
            for text, score in zip(texts, scores, strict=True)
        ]

    def find(self, picture: Picture) -> list[Area]:
        """Return where lines of text stand."""
        found = self._engine(_coloured(picture), use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return []
        boxes = np.asarray(found.boxes, dtype=np.float64)
        return [
            Area(
                x0=float(box[:, 0].min()),
                top=float(box[:, 1].min()),
                x1=float(box[:, 0].max()),
                bottom=float(box[:, 1].max()),
            )
            for box in boxes
        ]


def _coloured(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return the picture in three colours; one too flat gets paper around it, or it would be blown up beyond measure."""
    height, width = picture.shape
    if width > _FLATTEST * height:
        picture = np.pad(picture, ((0, width // _FLATTEST - height + 1), (0, 0)), constant_values=255)
    return np.repeat(picture[:, :, np.newaxis], 3, axis=2)


@cache
def load_recognizer() -> Recognizer:
    """Return the recogniser, loaded once; it takes all its models from the installed package."""
    from rapidocr import RapidOCR

    return _RapidOCR(
        cast(
            _Engine,
            RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.max_side_len": 4000,
                    "Rec.rec_img_shape": _NARROWEST,
                    "Rec.rec_batch_num": _BATCH,
                    "EngineConfig.onnxruntime.intra_op_num_threads": max(1, (os.cpu_count() or 1)),
                }
            ),
        )
    )
