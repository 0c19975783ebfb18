"""Read a question, and encode what it asks for and the figures of a report, with `reader.onnx`: its only door.

One encoder does all of it. Its tokens are e5's own pieces, fewer of them; torch is never imported.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from ingest.models import Value
from vectorstore.errors import ModelUnavailable
from vectorstore.models import Likely, Reading, Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Matrix = NDArray[np.float32]
"""One row of unit length for each text or place."""

QUERY, PASSAGE = "query: ", "passage: "
BEFORE = 25
"""How many characters before a place count as its surroundings."""
LONGEST = 560
"""How many characters of a report can go through the encoder at once."""
REPORT = 7
"""The token type of a report's text beside a question; those below it number the turns."""

_MOST_TURNS = 6
_LONGEST_QUESTION = 300
_LONGEST_TURN = 60
_LONGEST_ASKED = 80
_BATCH = 8
_WORTH_TELLING = 0.01
_AROUND = " \t\u3000，。、；：？！,.;:?!"


class Tokens(NamedTuple):
    """Hold a question's tokens; `places` says where in it each token of its own text stands."""

    ids: list[int]
    turns: list[int]
    places: dict[int, tuple[int, int]]


class Labels(NamedTuple):
    """Hold what the heads tell apart, as the model file says it; an empty choice says that nothing is told."""

    tags: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]
    kept: tuple[str, ...]
    none: float
    scale: float


def encode_question(tokenizer: "Tokenizer", question: str, turns: Sequence[str] = ()) -> Tokens:
    """Put a question and the turns before it, the last one first, into one row of tokens."""
    encoding = tokenizer.encode(QUERY + question[:_LONGEST_QUESTION])
    ids = list(encoding.ids)
    numbers = [0] * len(ids)
    places: dict[int, tuple[int, int]] = {}
    for number, (start, end) in enumerate(encoding.offsets):
        # A piece may begin with the white space before it, at the front with that of the prefix.
        start, end = max(0, start - len(QUERY)), end - len(QUERY)
        while start < end and question[start].isspace():
            start += 1
        if start < end:
            places[number] = (start, end)
    for before, turn in enumerate(list(reversed(turns))[:_MOST_TURNS], start=1):
        more = tokenizer.encode(turn).ids[1 : _LONGEST_TURN + 1]
        ids += more
        numbers += [before] * len(more)
    return Tokens(ids, numbers, places)


class Pair(NamedTuple):
    """Hold the tokens of what is asked beside a text; `offsets` says by number where in the text a token stands."""

    ids: list[int]
    types: list[int]
    offsets: dict[int, tuple[int, int]]


def encode_pair(tokenizer: "Tokenizer", asked: str, text: str) -> Pair:
    """Put what is asked and a text of a report into one row of tokens."""
    first = tokenizer.encode(QUERY + asked[:_LONGEST_ASKED]).ids
    second = tokenizer.encode(text[:LONGEST])
    ids = [*first, *second.ids[1:]]
    offsets = {
        len(first) + number - 1: (start, end)
        for number, (start, end) in enumerate(second.offsets)
        if start < end and number
    }
    return Pair(ids, [0] * len(first) + [REPORT] * (len(second.ids) - 1), offsets)


def tokens_of(pair: Pair, start: int, end: int) -> list[int]:
    """Return the tokens of a pair that have a character of a place in its text."""
    return [number for number, (a, b) in pair.offsets.items() if a < end and b > start]


def decode_tags(chances: NDArray[np.float32], tokens: Tokens, tags: Sequence[str]) -> dict[int, int]:
    """Find the likeliest run of tags in which nothing goes on that has not begun."""
    allowed = _allowed(tuple(tags))
    numbers = list(tokens.places)
    if not numbers:
        return {}
    scores = np.log(np.maximum(chances[numbers], 1e-9))
    best = scores[0] + np.where(allowed[tags.index("O")], 0.0, -1e9)
    steps: list[NDArray[np.int64]] = []
    for score in scores[1:]:
        reached = best[:, np.newaxis] + np.where(allowed, 0.0, -1e9)
        steps.append(reached.argmax(axis=0))
        best = reached.max(axis=0) + score
    tag = int(best.argmax())
    path = [tag]
    for step in reversed(steps):
        tag = int(step[tag])
        path.append(tag)
    return dict(zip(numbers, reversed(path), strict=True))


@cache
def _allowed(tags: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say which tag may follow which."""
    return np.array(
        [[not (after.startswith("I") and after[1:] != tag[1:]) for after in tags] for tag in tags]
    )


def tag_spans(
    path: Mapping[int, int], tokens: Tokens, question: str, tags: Sequence[str]
) -> list[tuple[str, int, int, list[int]]]:
    """Put tokens of one stretch together, and cut white space and punctuation around it.

    Two stretches of one mark do not touch, nor does only 的 stand between them: they are one.
    """
    found: list[tuple[str, int, int, list[int]]] = []
    for number, tag in path.items():
        name = tags[tag]
        start, end = tokens.places[number]
        if name == "O":
            continue
        goes_on = found and found[-1][0] == name[2:]
        if goes_on and (name.startswith("I") or question[found[-1][2] : start] in ("", "的")):
            mark, first, _, numbers = found[-1]
            found[-1] = (mark, first, end, [*numbers, number])
        else:
            found.append((name[2:], start, end, [number]))
    trimmed: list[tuple[str, int, int, list[int]]] = []
    for mark, start, end, numbers in found:
        while start < end and question[start] in _AROUND:
            start += 1
        while start < end and question[end - 1] in _AROUND:
            end -= 1
        if start < end:
            trimmed.append((mark, start, end, numbers))
    return trimmed


def reading_of(
    question: str,
    turns: Sequence[str],
    tokens: Tokens,
    scores: Mapping[str, NDArray[np.float32]],
    labels: Labels,
) -> Reading:
    """Say in words what the heads' scores of one question mean."""
    chances = _softmax(scores["tags"])
    path = decode_tags(chances, tokens, labels.tags)
    spans = tuple(
        Span.model_validate(
            {
                "mark": mark,
                "start": start,
                "end": end,
                "text": question[start:end],
                "probability": min(
                    1.0, float(np.mean([_of_mark(chances[n], mark, labels.tags) for n in numbers]))
                ),
            }
        )
        for mark, start, end, numbers in tag_spans(path, tokens, question, labels.tags)
    )
    told = {name: _likely(_softmax(scores[name]), choices) for name, choices in labels.slots.items()}
    paired = told.pop("paired")
    asked = min(len(turns), _MOST_TURNS)
    # The scores count the turns backwards.
    source = _softmax(scores["turn"][:asked])[::-1] if asked else np.empty(0, np.float32)
    return Reading.model_validate(
        {
            "question": question,
            "spans": spans,
            **told,
            "paired": next((one.probability for one in paired if one.value), 0.0),
            "keeps": _keeps(scores["kept"], labels.kept) if asked else (),
            "source": _likely(source, range(len(turns) - asked, len(turns))),
        }
    )


class Stretch(Value):
    """Hold a piece of a report and the places in it, as offsets, that want a vector each."""

    text: str
    places: tuple[tuple[int, int], ...]


_Opened = TypeVar("_Opened")


class _Described(Protocol):
    custom_metadata_map: Mapping[str, str]


class _Session(Protocol):
    """Name the part of onnxruntime's session that is used here."""

    def run(
        self, output_names: list[str], input_feed: Mapping[str, NDArray[np.int64]]
    ) -> list[NDArray[np.float32]]: ...

    def get_modelmeta(self) -> _Described: ...


class Reader:
    """Run the model file; it is opened on first use, and may be used by several threads."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        self._model = model
        self._tokenizer_file = tokenizer

    @classmethod
    def bundled(cls) -> "Reader":
        """Open the model that ships with the package."""
        folder = files("vectorstore")
        with as_file(folder / "reader.onnx") as model, as_file(folder / "reader.tokenizer.json") as tokenizer:
            return cls(model, tokenizer)

    @classmethod
    def found(cls) -> "Reader | None":
        """Open the model that ships with the package; None where it was left out."""
        return cls.bundled() if (files("vectorstore") / "reader.onnx").is_file() else None

    @property
    def digest(self) -> str:
        """Return what is kept with vectors made by this model: another model has another digest."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self._model.read_bytes()).hexdigest()[:16]

    def read(self, question: str, turns: Sequence[str] = ()) -> Reading:
        """Say what a question is taken for; `turns` are what was asked before it, oldest first."""
        tokens = encode_question(self._tokenizer, question, turns)
        outputs = ["tags", "kept", "turn", *self._labels.slots]
        scores = self._run(outputs, [tokens.ids], [tokens.turns])
        return reading_of(
            question,
            turns,
            tokens,
            {name: rows[0] for name, rows in zip(outputs, scores, strict=True)},
            self._labels,
        )

    def encode_asked(self, questions: Sequence[str]) -> Matrix:
        """Encode what is asked for: a measure's phrase, or a question without its body and year."""
        vectors: dict[int, NDArray[np.float32]] = {}
        for group, encodings in self._batches([QUERY + question for question in questions]):
            (asked,) = self._run(["asked"], [encoding.ids for encoding in encodings])
            for row, number in enumerate(group):
                vectors[number] = asked[row, : len(encodings[row].ids)].mean(axis=0)
        return _unit([vectors[number] for number in range(len(questions))])

    def encode_places(self, stretches: Sequence[Stretch]) -> list[Matrix]:
        """Encode each place of each stretch in its surroundings; a text beyond `LONGEST` is cut off."""
        found: dict[int, Matrix] = {}
        for group, encodings in self._batches([PASSAGE + stretch.text for stretch in stretches]):
            inside, around = self._run(["inside", "around"], [encoding.ids for encoding in encodings])
            for row, number in enumerate(group):
                offsets = np.array(encodings[row].offsets) - len(PASSAGE)
                read = inside[row, : len(offsets)], around[row, : len(offsets)]
                found[number] = _unit([_place(place, offsets, *read) for place in stretches[number].places])
        return [found[number] for number in range(len(stretches))]

    def encode_labels(self, labels: Sequence[str]) -> Matrix:
        """Encode what a form prints before a cell: the labels from the outermost in, one space between."""
        places = self.encode_places([Stretch(text=label, places=((0, len(label)),)) for label in labels])
        return np.concatenate(places) if places else np.empty((0, 0), np.float32)

    def chances(self, asked: Matrix, places: Matrix) -> NDArray[np.float32]:
        """Return for each question the chance of each place, and in the last column that of none."""
        labels = self._labels
        scores = np.concatenate([asked @ places.T, np.full((len(asked), 1), labels.none, np.float32)], axis=1)
        return _softmax(scores * labels.scale)

    def log_odds(self, asked: Matrix, places: Matrix) -> NDArray[np.float32]:
        """Return for each question how much likelier each place is than none, as log-odds."""
        return (asked @ places.T - self._labels.none) * self._labels.scale

    def judge(self, asked: str, stretches: Sequence[Stretch]) -> list[NDArray[np.float32]]:
        """Return for each place of each stretch how much rather it is asked for than none there, as log-odds.

        Each stretch is read together with what is asked; a text beyond `LONGEST` is cut off.
        """
        pairs = [encode_pair(self._tokenizer, asked, stretch.text) for stretch in stretches]
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(pairs), _BATCH):
            group = pairs[start : start + _BATCH]
            (scores,) = self._run(["judged"], [pair.ids for pair in group], [pair.types for pair in group])
            for row, pair in enumerate(group):
                places = (tokens_of(pair, *place) for place in stretches[start + row].places)
                means = [scores[row, tokens].mean() if tokens else -np.inf for tokens in places]
                found.append(np.array(means, np.float32))
        return found

    def _batches(self, texts: Sequence[str]) -> "list[tuple[list[int], list[Any]]]":
        """Return the numbers and encodings of texts that go through together: those of like length."""
        encodings = [self._tokenizer.encode(text[: LONGEST + len(PASSAGE)]) for text in texts]
        numbers = sorted(range(len(texts)), key=lambda number: len(encodings[number].ids))
        return [
            (group, [encodings[number] for number in group])
            for group in (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
        ]

    def _run(
        self,
        outputs: Sequence[str],
        rows: Sequence[Sequence[int]],
        turns: Sequence[Sequence[int]] | None = None,
    ) -> list[NDArray[np.float32]]:
        longest = max(map(len, rows))
        ids = np.ones((len(rows), longest), np.int64)
        mask = np.zeros_like(ids)
        numbers = np.zeros_like(ids)
        for row, line in enumerate(rows):
            ids[row, : len(line)] = line
            mask[row, : len(line)] = 1
            if turns is not None:
                numbers[row, : len(line)] = turns[row]
        return self._session.run(list(outputs), {"ids": ids, "mask": mask, "turns": numbers})

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        return self._opened(Tokenizer.from_file, self._tokenizer_file)

    @cached_property
    def _session(self) -> "_Session":
        import onnxruntime

        # The package says nothing of its types.
        runtime = cast(Any, onnxruntime)
        open_model = cast("Callable[..., _Session]", runtime.InferenceSession)
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        # Threads that wait busily for the next text double what reading a report costs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return self._opened(
            lambda path: open_model(path, options, providers=["CPUExecutionProvider"]), self._model
        )

    @staticmethod
    def _opened(open_file: "Callable[[str], _Opened]", file: Path) -> "_Opened":
        try:
            return open_file(str(file))
        # Neither what tokenizers raises nor what onnxruntime raises has a base of its own.
        except Exception as error:
            raise ModelUnavailable(f"阅读模型的文件 {file} 不可用：{error}。请重新安装 gongkai。") from error

    @cached_property
    def _labels(self) -> Labels:
        labels = json.loads(self._session.get_modelmeta().custom_metadata_map["labels"])
        return Labels(
            tuple(labels["tags"]),
            {name: tuple(choices) for name, choices in labels["slots"].items()},
            tuple(labels["kept"]),
            float(labels["none"]),
            float(labels["scale"]),
        )


def _place(
    place: tuple[int, int],
    offsets: NDArray[np.int64],
    inside: NDArray[np.float32],
    around: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the mean over a place's own tokens, and beside it that with those before; zero without any."""
    start, end = place
    mine = ((offsets[:, 0] < end) & (offsets[:, 1] > start)).astype(np.float32)
    near = ((offsets[:, 0] < end) & (offsets[:, 1] > max(0, start - BEFORE))).astype(np.float32)
    if not mine.any():
        nothing: NDArray[np.float32] = np.zeros_like(inside[0])
        return nothing
    vector = np.average(inside[: len(mine)], axis=0, weights=mine) + np.average(
        around[: len(near)], axis=0, weights=near
    )
    return vector.astype(np.float32)


def _unit(vectors: Sequence[NDArray[np.float32]]) -> Matrix:
    if not vectors:
        return np.empty((0, 0), np.float32)
    matrix = np.stack(vectors)
    return np.asarray(matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9), np.float32)


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def _of_mark(chances: NDArray[np.float32], mark: str, tags: Sequence[str]) -> float:
    return float(sum(chances[number] for number, tag in enumerate(tags) if tag[2:] == mark))


def _likely(chances: NDArray[np.float32], choices: Sequence[Any]) -> tuple[Likely[Any], ...]:
    """List choices likeliest first; the empty one is None."""
    order = np.argsort(-chances)
    return tuple(
        Likely[Any](
            value=None if choices[number] == "" else choices[number],
            probability=min(1.0, float(chances[number])),
        )
        for number in order
        if chances[number] >= _WORTH_TELLING
    )


def _keeps(scores: NDArray[np.float32], names: Sequence[str]) -> tuple[Likely[Any], ...]:
    chances = 1 / (1 + np.exp(-scores))
    return tuple(
        Likely[Any](value=name, probability=float(chance))
        for name, chance in zip(names, chances, strict=True)
    )
