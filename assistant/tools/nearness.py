"""Tell how near figures and sentences are in meaning to what is asked, by the reader's vectors.

What is told is a log-odds against there being no such figure or sentence: above zero it is rather this than none.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Protocol

import numpy as np

from assistant.tools.views import ReportView
from ingest.models import Figure
from vectorstore.reader import Matrix

_MOST_ASKED = 256


class MeaningReader(Protocol):
    """Encode what is asked and the labels of the forms, and compare the former with places."""

    def encode_asked(self, questions: Sequence[str]) -> Matrix:
        """Return a unit vector for each phrase."""
        ...

    def encode_labels(self, labels: Sequence[str]) -> Matrix:
        """Return a unit vector for each label."""
        ...

    def log_odds(self, asked: Matrix, places: Matrix) -> Matrix:
        """Return for each phrase how much likelier each place is than none."""
        ...


class Nearness:
    """Compare what is asked with the places of a report and the labels of its forms; labels are encoded once."""

    def __init__(self, reader: MeaningReader) -> None:
        self._reader = reader
        self._asked = lru_cache(maxsize=_MOST_ASKED)(self._encode)
        self._labels: dict[str, Matrix] = {}
        self._turn = Lock()

    def of_figures(self, phrase: str, view: ReportView) -> Mapping[str, float]:
        """Return by id what can be told of a report's figures; nothing where the report has no vectors."""
        places = view.places
        if places is None or not phrase.strip():
            return {}
        cells = {figure.id: _label(figure) for figure in view.figures if figure.origin == "table"}
        known = self._known(tuple(dict.fromkeys(cells.values())))
        told = self._told(phrase, places.vectors)
        by_label = (
            dict(zip(known, self._told(phrase, np.stack(list(known.values()))), strict=True)) if known else {}
        )
        near = {figure_id: by_label[label] for figure_id, label in cells.items()}
        for figure in view.figures:
            row = places.rows.get(("figure", figure.anchor.char_start))
            if figure.origin == "sentence" and row is not None:
                near[figure.id] = told[row]
        return near

    def of_sentences(self, phrase: str, view: ReportView) -> Mapping[int, float]:
        """Return by offset what can be told of a report's sentences."""
        places = view.places
        if places is None or not phrase.strip():
            return {}
        told = self._told(phrase, places.vectors)
        return {start: told[row] for (kind, start), row in places.rows.items() if kind == "sentence"}

    def _told(self, phrase: str, vectors: Matrix) -> list[float]:
        return self._reader.log_odds(self._asked(phrase), vectors)[0].tolist() if len(vectors) else []

    def _encode(self, phrase: str) -> Matrix:
        return self._reader.encode_asked([phrase])

    def _known(self, labels: Sequence[str]) -> Mapping[str, Matrix]:
        with self._turn:
            new = [label for label in labels if label not in self._labels]
            self._labels |= dict(zip(new, self._reader.encode_labels(new), strict=True))
            return {label: self._labels[label] for label in labels}


def _label(figure: Figure) -> str:
    """Return what the form prints before a cell; a kind of applicant is asked for apart from it."""
    column = () if figure.dimensions.applicant is not None else (figure.anchor.column or "").split("/")
    return " ".join((*figure.anchor.row, *filter(None, column)))
