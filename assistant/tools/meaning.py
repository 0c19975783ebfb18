"""Tell what is asked for by its meaning: candidates by the reader's vectors, decided by its pair head.

What is told is a log-odds against there being no such figure or sentence: above zero it is rather this than none.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.tools.views import ReportView
from ingest.indicators import Indicators
from ingest.models import Figure
from vectorstore.places import Place, PlaceKind, PlaceReader, PlaceVectors
from vectorstore.reader import Matrix, Stretch

_MOST_ASKED = 256
_CELLS, _PLACES = 8, 6
"""How many labels of the forms, and how many places of the prose, come before the pair head for their vectors."""
_BY_WORDS = 3
"""How many of each come before it for their words."""
_WINDOW = 360
"""How many characters of a passage are read beside what is asked."""
_AROUND = 120
_MOST_WINDOWS = 4


class Weighed(NamedTuple):
    """Hold how much likelier than none something is: by the pair head, and by its vector alone."""

    judged: float
    near: float


class MeaningReader(PlaceReader, Protocol):
    """Encode what is asked, the places of a report and the labels of the forms, and judge some of them."""

    def encode_asked(self, questions: Sequence[str]) -> Matrix:
        """Return a unit vector for each phrase."""
        ...

    def encode_labels(self, labels: Sequence[str]) -> Matrix:
        """Return a unit vector for each label."""
        ...

    def log_odds(self, asked: Matrix, places: Matrix) -> Matrix:
        """Return for each phrase how much likelier each place is than none."""
        ...

    def judge(self, asked: str, stretches: Sequence[Stretch]) -> list[NDArray[np.float32]]:
        """Return for each place of each stretch how much rather it is asked for than none there."""
        ...


class Meaning:
    """Weigh the figures and sentences of a report by what is asked; labels are encoded once."""

    def __init__(self, reader: MeaningReader, indicators: Indicators) -> None:
        self._reader = reader
        self._printed = indicators.printed_labels()
        self._asked = lru_cache(maxsize=_MOST_ASKED)(self._encode)
        self._labels: dict[str, Matrix] = {}
        self._turn = Lock()

    def of_figures(
        self, asked: str, view: ReportView, figures: Sequence[Figure], by_words: Sequence[Figure]
    ) -> Mapping[str, Weighed]:
        """Return by id what can be told of the likeliest of some figures; `by_words` are those that words put first."""
        if not asked.strip() or not figures:
            return {}
        places = self._places(view)
        return {
            **self._of_cells(asked, [f for f in figures if f.origin == "table"], by_words),
            **self._of_told(asked, view, places, [f for f in figures if f.origin == "sentence"], by_words),
        }

    def of_sentences(self, asked: str, view: ReportView, by_words: Sequence[int]) -> Mapping[int, Weighed]:
        """Return by offset what can be told of the likeliest sentences of a report."""
        if not asked.strip():
            return {}
        places = self._places(view)
        near = {
            start: told
            for (kind, start), told in zip(places.rows, self._told(asked, places.vectors), strict=True)
            if kind == "sentence"
        }
        chosen = [*sorted(near, key=lambda start: -near[start])[:_PLACES], *by_words[:_BY_WORDS]]
        judged = self._judged_places(asked, view, "sentence", chosen)
        return {start: Weighed(told, near[start]) for start, told in judged.items() if start in near}

    # ------------------------------------------------------------ figures

    def _of_cells(
        self, asked: str, cells: Sequence[Figure], by_words: Sequence[Figure]
    ) -> dict[str, Weighed]:
        if not cells:
            return {}
        labels = {cell.id: self._label(cell) for cell in cells}
        known = self._known(tuple(dict.fromkeys(labels.values())))
        near = dict(zip(known, self._told(asked, np.stack(list(known.values()))), strict=True))
        worded = [labels[figure.id] for figure in by_words if figure.id in labels]
        chosen = list(
            dict.fromkeys((*sorted(near, key=lambda label: -near[label])[:_CELLS], *worded[:_BY_WORDS]))
        )
        text = ""
        lines: list[tuple[int, int]] = []
        for label in chosen:
            lines.append((len(text), len(text) + len(label)))
            text += f"{label}\n"
        (scores,) = self._reader.judge(asked, [Stretch(text=text, places=tuple(lines))])
        judged = dict(zip(chosen, scores.tolist(), strict=True))
        return {
            figure_id: Weighed(judged[label], near[label])
            for figure_id, label in labels.items()
            if label in judged
        }

    def _of_told(
        self,
        asked: str,
        view: ReportView,
        places: PlaceVectors,
        figures: Sequence[Figure],
        by_words: Sequence[Figure],
    ) -> dict[str, Weighed]:
        told = self._told(asked, places.vectors)
        near = {
            figure.anchor.char_start: told[row]
            for figure in figures
            if (row := places.rows.get(("figure", figure.anchor.char_start))) is not None
        }
        worded = [figure.anchor.char_start for figure in by_words if figure.anchor.char_start in near]
        chosen = [*sorted(near, key=lambda start: -near[start])[:_PLACES], *worded[:_BY_WORDS]]
        judged = self._judged_places(asked, view, "figure", chosen)
        return {
            figure.id: Weighed(judged[start], near[start])
            for figure in figures
            if (start := figure.anchor.char_start) in judged and start in near
        }

    # ------------------------------------------------------------ windows

    def _judged_places(
        self, asked: str, view: ReportView, kind: PlaceKind, chosen: Iterable[int]
    ) -> dict[int, float]:
        """Return by offset what the pair head says of the places in windows around those chosen, likeliest first."""
        windows: list[tuple[Stretch, list[Place]]] = []
        seen: set[int] = set()
        for start in dict.fromkeys(chosen):
            if start in seen:
                continue
            window = _window(view, kind, start)
            if window is None:
                continue
            if len(windows) == _MOST_WINDOWS:
                break
            windows.append(window)
            seen |= {begin for _, begin in window[1]}
        judged = self._reader.judge(asked, [stretch for stretch, _ in windows]) if windows else []
        found: dict[int, float] = {}
        for (_, inside), scores in zip(windows, judged, strict=True):
            for (_, begin), score in zip(inside, scores.tolist(), strict=True):
                found[begin] = max(score, found.get(begin, score))
        return found

    def _label(self, figure: Figure) -> str:
        """Return what the form prints before a cell; a kind of applicant is asked for apart from it."""
        known = self._printed.get(figure.indicator or "")
        if known is not None:
            return known
        column = () if figure.dimensions.applicant is not None else (figure.anchor.column or "").split("/")
        return " ".join((*figure.anchor.row, *filter(None, column)))

    def _places(self, view: ReportView) -> PlaceVectors:
        with self._turn:
            return view.places(self._reader)

    def _told(self, asked: str, vectors: Matrix) -> list[float]:
        return self._reader.log_odds(self._asked(asked), vectors)[0].tolist() if len(vectors) else []

    def _encode(self, asked: str) -> Matrix:
        return self._reader.encode_asked([asked])

    def _known(self, labels: Sequence[str]) -> Mapping[str, Matrix]:
        with self._turn:
            new = [label for label in labels if label not in self._labels]
            self._labels |= dict(zip(new, self._reader.encode_labels(new), strict=True))
            return {label: self._labels[label] for label in labels}


def _window(view: ReportView, kind: PlaceKind, start: int) -> tuple[Stretch, list[Place]] | None:
    """Return the surroundings of a place, cut at sentences where they are long, with the places of its kind in them."""
    for stretch, places in view.stretches:
        at = next(
            (spot for spot, place in zip(stretch.places, places, strict=True) if place == (kind, start)), None
        )
        if at is None:
            continue
        first, last = 0, len(stretch.text)
        if last > _WINDOW:
            spans = [
                spot for spot, (other, _) in zip(stretch.places, places, strict=True) if other == "sentence"
            ]
            first = max((a for a, _ in spans if a <= max(0, at[0] - _AROUND)), default=0)
            last = min((b for _, b in spans if b >= min(last, max(at[1], first + _WINDOW))), default=last)
        inside = [
            (spot, place)
            for spot, place in zip(stretch.places, places, strict=True)
            if place[0] == kind and first <= spot[0] and spot[1] <= last
        ]
        return (
            Stretch(
                text=stretch.text[first:last],
                places=tuple((a - first, b - first) for (a, b), _ in inside),
            ),
            [place for _, place in inside],
        )
    return None
