"""Turn invented passages, prose and names of indicators into batches for the figure, sentence and label vectors.

Each question competes for the right figure with all figures, sentences and labels of its batch, and with none.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from ingest.indicators import load_indicators
from training.network import Network, mean_of

BEFORE = 25
"""How many characters before a figure count as its surroundings."""
LONGEST = 560
"""How many characters of a report go through the encoder at once."""

_PASSAGES_A_BATCH = 3
_LABELS_A_BATCH = 24
_OF_THE_FORMS = re.compile("申请|复议|诉讼|官司|许可|处罚|强制|收费|规章|规范性文件|不予|答复|办结|结转")


@dataclass
class Stretch:
    """Hold a text and the places in it that may answer."""

    text: str
    places: list[tuple[int, int]]
    questions: list[tuple[str, list[int]]] = field(default_factory=list)


def read_stretches(data: Path) -> dict[str, list[Stretch]]:
    """Read all passages and prose, by file."""
    found: dict[str, list[Stretch]] = {}
    for kind, build in (("passages", _of_passage), ("prose", _of_prose)):
        for path in sorted((data / kind).glob("*.jsonl")):
            found[f"{kind}/{path.stem}"] = [
                stretch
                for line in path.read_text("utf-8").splitlines()
                for stretch in build(json.loads(line))
            ]
    return found


def _of_passage(record: dict) -> list[Stretch]:
    heading = f"{record['heading']}\n"
    text = heading + record["passage"]
    places: list[tuple[int, int]] = []
    last = 0
    for figure in record["figures"]:
        clause = text.find(figure["clause"], max(len(heading), last - 200))
        if clause < 0:
            clause = text.find(figure["clause"])
        start = clause + figure["clause"].find(figure["printed"])
        # The same clause may hold the same print twice.
        while (start, start + len(figure["printed"])) in places:
            again = text.find(figure["printed"], start + 1)
            if again < 0:
                break
            start = again
        places.append((start, start + len(figure["printed"])))
        last = start
    questions = [(question["q"], list(question["figures"])) for question in record["questions"]]
    # A measure may be asked for by its name alone.
    named: dict[str, list[int]] = {}
    for number, figure in enumerate(record["figures"]):
        named.setdefault(figure["what"], []).append(number)
    questions += [(what, numbers) for what, numbers in named.items() if len(numbers) == 1]
    return _windows(text, places, questions)


def _of_prose(record: dict) -> list[Stretch]:
    text = f"{record['heading']}\n"
    places: list[tuple[int, int]] = []
    for sentence in record["sentences"]:
        places.append((len(text), len(text) + len(sentence)))
        text += sentence
    questions = [(question["q"], list(question["answers"])) for question in record["questions"]]
    return _windows(text, places, questions)


def _windows(
    text: str, places: list[tuple[int, int]], questions: list[tuple[str, list[int]]]
) -> list[Stretch]:
    """Cut a long text at a sentence's end near its middle; a question goes where its answers are."""
    if len(text) <= LONGEST:
        return [Stretch(text, places, questions)]
    ends = [
        match.end()
        for match in re.finditer("[。；\n]", text)
        if all(not a < match.end() < b for a, b in places)
    ]
    cut = min(ends or [len(text) // 2], key=lambda end: abs(end - len(text) // 2))
    parts = []
    for start, end in ((0, cut), (cut, len(text))):
        inside = [number for number, (a, b) in enumerate(places) if start <= a and b <= end]
        renumbered = {old: new for new, old in enumerate(inside)}
        kept = [
            (asked, [renumbered[answer] for answer in answers if answer in renumbered])
            for asked, answers in questions
            if not answers or any(answer in renumbered for answer in answers)
        ]
        moved = [(places[number][0] - start, places[number][1] - start) for number in inside]
        parts += _windows(text[start:end], moved, kept)
    return [part for part in parts if part.places]


def read_labels(data: Path) -> list[tuple[str, str, list[str]]]:
    """Read for each indicator its key, the label that its form prints, and how people call it; writers are put together."""
    printed = load_indicators().printed_labels()
    called: dict[str, list[str]] = {}
    for path in sorted((data / "indicators").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            called.setdefault(record["indicator"], []).extend(record["says"])
    found: list[tuple[str, str, list[str]]] = []
    for key, says in called.items():
        label = printed.get(key)
        found.append((key, label or says[0], says if label else says[1:]))
    return found


def padded(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[Tensor, Tensor, list]:
    """Encode texts into one padded batch."""
    encodings = tokenizer.encode_batch(list(texts))
    longest = max(len(encoding.ids) for encoding in encodings)
    ids = torch.full((len(texts), longest), 1, dtype=torch.long)
    mask = torch.zeros((len(texts), longest), dtype=torch.long)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = torch.tensor(encoding.ids)
        mask[row, : len(encoding.ids)] = 1
    return ids, mask, encodings


def covering(offsets: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    """Return the tokens that have a character of the stretch."""
    return [number for number, (a, b) in enumerate(offsets) if a < end and b > start]


def encode_places(network: Network, tokenizer: Tokenizer, stretches: Sequence[Stretch]) -> Tensor:
    """Return a unit vector for each place of each stretch."""
    prefix = "passage: "
    ids, mask, encodings = padded(tokenizer, [prefix + stretch.text for stretch in stretches])
    states = network.states(ids, mask, torch.zeros_like(ids))
    rows, inside, around = [], [], []
    for row, (stretch, encoding) in enumerate(zip(stretches, encodings, strict=True)):
        for start, end in stretch.places:
            start, end = start + len(prefix), end + len(prefix)
            rows.append(row)
            for weights, first in ((inside, start), (around, max(len(prefix), start - BEFORE))):
                line = torch.zeros(ids.shape[1])
                line[covering(encoding.offsets, first, end)] = 1
                weights.append(line)
    # One state has a few places: pooling by matrix keeps the states from being copied for each.
    return pool_places(network, states, torch.tensor(rows), torch.stack(inside), torch.stack(around))


def pool_places(network: Network, states: Tensor, rows: Tensor, inside: Tensor, around: Tensor) -> Tensor:
    """Return unit vectors of places from the means over their tokens and those before."""
    vectors = []
    for row in range(states.shape[0]):
        mine = rows == row
        if not mine.any():
            continue
        parts = []
        for weights in (inside[mine], around[mine]):
            normal = weights / weights.sum(1, keepdim=True).clamp(min=1)
            parts.append(normal.to(states.dtype) @ states[row])
        vectors.append(network.inside(parts[0]) + network.around(parts[1]))
    return torch.nn.functional.normalize(torch.cat(vectors).float(), dim=-1)


def encode_asked(network: Network, tokenizer: Tokenizer, questions: Sequence[str]) -> Tensor:
    """Return a unit vector for each question."""
    ids, mask, _ = padded(tokenizer, [f"query: {question}" for question in questions])
    states = network.states(ids, mask, torch.zeros_like(ids))
    return torch.nn.functional.normalize(network.asked(mean_of(states, mask)).float(), dim=-1)


Label = tuple[str, str, list[str]]
Batch = tuple[list[Stretch], list[Label]]


def batches(stretches: Sequence[Stretch], labels: Sequence[Label], seed: int) -> Iterator[Batch]:
    """Return an epoch: each stretch once, with labels beside it, neighbours of the forms together."""
    chance = random.Random(seed)
    order = list(stretches)
    chance.shuffle(order)
    order.sort(key=lambda stretch: len(stretch.text) // 150 + chance.random())
    groups = [order[at : at + _PASSAGES_A_BATCH] for at in range(0, len(order), _PASSAGES_A_BATCH)]
    chance.shuffle(groups)
    for group in groups:
        chosen: list[Label] = []
        for _ in range(4):
            start = chance.randrange(len(labels))
            chosen += [label for label in labels[start : start + _LABELS_A_BATCH // 4] if label not in chosen]
        yield group, chosen


def loss_of(
    network: Network, tokenizer: Tokenizer, batch: Batch, *, chance: random.Random, most: int = 48
) -> Tensor:
    """Return the loss of a batch: each question's chance of its right figures, or of none."""
    stretches, labels = batch
    candidates = [encode_places(network, tokenizer, stretches)]
    if labels:
        candidates.append(
            encode_places(network, tokenizer, [Stretch(label, [(0, len(label))]) for _, label, _ in labels])
        )
    vectors = torch.cat(candidates)
    of_stretches = candidates[0].shape[0]
    asked: list[tuple[str, list[int], bool]] = []
    offset = 0
    for stretch in stretches:
        asked += [
            (question, [offset + answer for answer in answers], False)
            for question, answers in stretch.questions
        ]
        offset += len(stretch.places)
    chance.shuffle(asked)
    asked = asked[:most]
    for number, (_, _, says) in enumerate(labels):
        asked += [
            (phrase, [of_stretches + number], True) for phrase in chance.sample(says, min(2, len(says)))
        ]
    questions = encode_asked(network, tokenizer, [question for question, _, _ in asked])
    scores = questions @ vectors.T
    scores = torch.cat((scores, network.none.expand(len(asked), 1)), dim=1) * network.scale
    target = torch.zeros_like(scores)
    for row, (question, answers, of_label) in enumerate(asked):
        if not answers:
            target[row, -1] = 1
        for answer in answers:
            target[row, answer] = 1 / len(answers)
        # A figure of the text and a label of the forms may well both be right.
        if not of_label and _OF_THE_FORMS.search(question):
            scores[row, of_stretches:-1] = -1e4
        if of_label and _OF_THE_FORMS.search(question):
            scores[row, :of_stretches] = -1e4
    return -(target * torch.log_softmax(scores, dim=1)).sum(1).mean()
