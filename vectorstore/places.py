"""Know which places of a report get a vector each: the figures and the sentences of its prose, in their surroundings.

A passage goes through the reader once, its heading before it; a passage that is too long is cut between sentences.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol, Self

import numpy as np

from ingest.models import Chunk, Figure
from ingest.outline import Sentence, split_sentences
from vectorstore.reader import LONGEST, Matrix, Stretch

PlaceKind = Literal["figure", "sentence"]
_KINDS: tuple[PlaceKind, ...] = ("figure", "sentence")
_STEPS = 127


Place = tuple[PlaceKind, int]
"""What a place is, and where in the report's text it begins."""
Located = tuple[Stretch, list[Place]]
"""A stretch of a report's prose, and what each of its places is."""


class PlaceReader(Protocol):
    """Give places of stretches a vector each."""

    def encode_places(self, stretches: Sequence[Stretch]) -> list[Matrix]:
        """Return a unit vector for each place of each stretch."""
        ...


class NamedReader(PlaceReader, Protocol):
    """Give vectors that are kept, under the name of what made them."""

    @property
    def digest(self) -> str:
        """Return what another model has another one of."""
        ...


class PlaceVectors:
    """Hold a unit vector for each place of a report; kept in a byte a number, which moves a score by under 0.01."""

    def __init__(self, places: Sequence[Place], vectors: Matrix) -> None:
        self.vectors = vectors
        self.rows: Mapping[Place, int] = {place: row for row, place in enumerate(places)}

    @classmethod
    def made(cls, reader: PlaceReader, located: Sequence[Located]) -> Self:
        """Read the prose of a report once and keep a vector for each of its places."""
        read = reader.encode_places([stretch for stretch, _ in located])
        vectors = np.concatenate(read) if read else np.empty((0, 0), np.float32)
        return cls([place for _, places in located for place in places], vectors)

    @classmethod
    def unpacked(cls, packed: bytes, payload: bytes) -> Self:
        """Return what `packed` gave."""
        numbers = np.frombuffer(packed, "<i4").reshape(-1, 2)
        vectors = np.frombuffer(payload, np.int8).astype(np.float32)
        vectors = vectors.reshape(len(numbers), -1) if len(numbers) else np.empty((0, 0), np.float32)
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        kinds: list[int] = numbers[:, 0].tolist()
        starts: list[int] = numbers[:, 1].tolist()
        places: list[Place] = [(_KINDS[kind], start) for kind, start in zip(kinds, starts, strict=True)]
        return cls(places, vectors / lengths)

    def packed(self) -> tuple[bytes, bytes]:
        """Return the places and the vectors as bytes."""
        numbers = np.array([(_KINDS.index(kind), start) for kind, start in self.rows], "<i4")
        largest = np.abs(self.vectors).max(axis=1, keepdims=True, initial=1e-9)
        return numbers.tobytes(), np.rint(self.vectors / largest * _STEPS).astype(np.int8).tobytes()


def stretches_of(chunks: Sequence[Chunk], figures: Sequence[Figure]) -> list[Located]:
    """Return the stretches of a report's prose that hold a figure or a sentence."""
    told = sorted(
        {
            figure.anchor.char_start: figure.anchor.char_end
            for figure in figures
            if figure.origin == "sentence"
        }.items()
    )
    found: list[Located] = []
    for chunk in chunks:
        if chunk.anchor.table is not None:
            continue
        heading = f"{chunk.section_path[-1]}\n" if chunk.section_path else ""
        for run in _runs(chunk, LONGEST - len(heading)):
            found.append(_located(chunk, run, heading, told))
    return found


def _runs(chunk: Chunk, longest: int) -> Iterator[list[Sentence]]:
    """Yield the sentences of a passage, those together that fit into one stretch."""
    run: list[Sentence] = []
    for sentence in split_sentences(chunk.text, 0, len(chunk.text), chunk.section_path):
        if run and sentence.char_end - run[0].char_start > longest:
            yield run
            run = []
        run.append(sentence)
    if run:
        yield run


def _located(chunk: Chunk, run: Sequence[Sentence], heading: str, told: Sequence[tuple[int, int]]) -> Located:
    first = run[0].char_start
    begins, ends = chunk.anchor.char_start + first, chunk.anchor.char_start + run[-1].char_end
    spans: list[tuple[PlaceKind, int, int]] = [
        *(("figure", start, end) for start, end in told if begins <= start and end <= ends),
        *(("sentence", begins + one.char_start - first, begins + one.char_end - first) for one in run),
    ]
    moved = len(heading) - begins
    stretch = Stretch(
        text=heading + chunk.text[first : run[-1].char_end],
        places=tuple((start + moved, end + moved) for _, start, end in spans),
    )
    return stretch, [(kind, start) for kind, start, _ in spans]
