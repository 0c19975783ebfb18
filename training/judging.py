"""Train the pair head: a question and a stretch of a report are read together, and each place of it is judged.

What is asked stands beside a window of the text, so that the words around a figure, the figures next to it and the
question are seen at once. The places of a window compete with each other and with none of them.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.matching import Label, Stretch
from training.network import Network
from vectorstore.reader import Pair, encode_pair, tokens_of

_BATCH = 12
_ELSEWHERE = 0.12
"""The share of answered questions that are shown a window without their answer."""
_WITHOUT = 0.2
"""The share of lists of labels that lack the right one."""
_SHORTEST, _LONGEST_WINDOW = 70, 420
_WIDE = 8
_LINES = (5, 12)
"""How many labels stand in one list, at least and at most."""


@dataclass
class Judged:
    """Hold a question beside a text, the places in it, and which of them are right."""

    asked: str
    text: str
    places: list[tuple[int, int]]
    right: list[int]


def pairs_of_stretches(stretches: Sequence[Stretch], chance: random.Random) -> Iterator[Judged]:
    """Show each question a window of its stretch, drawn anew each time."""
    for stretch in stretches:
        for asked, answers in stretch.questions:
            elsewhere = bool(answers) and chance.random() < _ELSEWHERE
            drawn = _window(stretch, answers, chance, elsewhere=elsewhere)
            if drawn is not None:
                yield Judged(asked, *drawn)


def _window(
    stretch: Stretch, answers: Sequence[int], chance: random.Random, *, elsewhere: bool
) -> tuple[str, list[tuple[int, int]], list[int]] | None:
    length = len(stretch.text)
    size = min(length, chance.randint(_SHORTEST, _LONGEST_WINDOW))
    if answers and not elsewhere:
        first = min(stretch.places[answer][0] for answer in answers)
        last = max(stretch.places[answer][1] for answer in answers)
        size = max(size, last - first + 20)
        start = chance.randint(max(0, last - size), max(0, min(first, length - size)))
        # Where an answer is a whole sentence, it begins the window or stands inside it.
        start = min(start, first)
    else:
        start = chance.randint(0, max(0, length - size))
    end = min(length, start + size)
    inside = [number for number, (a, b) in enumerate(stretch.places) if start <= a and b <= end]
    if not inside or (elsewhere and any(answer in inside for answer in answers)):
        return None
    places = [(stretch.places[number][0] - start, stretch.places[number][1] - start) for number in inside]
    return stretch.text[start:end], places, [inside.index(answer) for answer in answers if answer in inside]


def pairs_of_labels(labels: Sequence[Label], chance: random.Random, *, a_label: int) -> Iterator[Judged]:
    """Show names that people have for an indicator beside a list of labels, mostly neighbours of the right one."""
    for number, (_, label, says) in enumerate(labels):
        for asked in chance.sample(says, min(a_label, len(says))):
            near = [other for _, other, _ in labels[max(0, number - _WIDE) : number + _WIDE + 1]]
            others = {other for other in near if other != label}
            others |= {chance.choice(labels)[1] for _ in range(4)} - {label}
            lines = chance.sample(sorted(others), min(len(others), chance.randint(*_LINES)))
            if chance.random() >= _WITHOUT:
                lines.append(label)
            chance.shuffle(lines)
            text, places = "", []
            for line in lines:
                if len(text) + len(line) > _LONGEST_WINDOW:
                    break
                places.append((len(text), len(text) + len(line)))
                text += f"{line}\n"
            right = [row for row, line in enumerate(lines[: len(places)]) if line == label]
            if places:
                yield Judged(asked, text, places, right)


def judged_batches(
    stretches: Sequence[Stretch],
    labels: Sequence[Label],
    tokenizer: Tokenizer,
    chance: random.Random,
    share: float = 1.0,
) -> list[list[tuple[Judged, Pair]]]:
    """Return an epoch, or a share of one, in batches of like length."""
    pairs = [*pairs_of_stretches(stretches, chance), *pairs_of_labels(labels, chance, a_label=5)]
    pairs = chance.sample(pairs, int(len(pairs) * share))
    encoded = [(judged, encode_pair(tokenizer, judged.asked, judged.text)) for judged in pairs]
    encoded.sort(key=lambda one: len(one[1].ids) + 10 * chance.random())
    groups = [encoded[at : at + _BATCH] for at in range(0, len(encoded), _BATCH)]
    chance.shuffle(groups)
    return groups


def judged_scores(network: Network, group: Sequence[tuple[Judged, Pair]]) -> list[Tensor]:
    """Return for each pair the score of each place, and behind them that of none, which is 0."""
    longest = max(len(pair.ids) for _, pair in group)
    ids = torch.ones((len(group), longest), dtype=torch.long)
    mask = torch.zeros_like(ids)
    types = torch.zeros_like(ids)
    for row, (_, pair) in enumerate(group):
        ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
        mask[row, : len(pair.ids)] = 1
        types[row, : len(pair.types)] = torch.tensor(pair.types)
    scores = network.judge(network.states(ids, mask, types).float())
    found: list[Tensor] = []
    for row, (judged, pair) in enumerate(group):
        places = [tokens_of(pair, *place) for place in judged.places]
        of_places = [scores[row, tokens].mean() if tokens else scores.new_tensor(-1e4) for tokens in places]
        found.append(torch.stack([*of_places, scores.new_tensor(0.0)]))
    return found


def judged_loss(network: Network, group: Sequence[tuple[Judged, Pair]]) -> Tensor:
    """Return the mean loss: the chance of the right places together, or of none where nothing is right."""
    losses = []
    for scores, (judged, _) in zip(judged_scores(network, group), group, strict=True):
        chances = torch.log_softmax(scores, dim=0)
        losses.append(-chances[judged.right].mean() if judged.right else -chances[-1])
    return torch.stack(losses).mean()


@torch.no_grad()
def score_judging(network: Network, tokenizer: Tokenizer, held_out: Sequence[Stretch]) -> dict[str, float]:
    """Say how often the right place of a whole stretch comes first, and how often none is told."""
    network.eval()
    first = sure = answered = told = refused = wrongly = 0
    for stretch in held_out:
        judged = [
            Judged(asked, stretch.text, stretch.places, answers) for asked, answers in stretch.questions
        ]
        pairs = [(one, encode_pair(tokenizer, one.asked, one.text)) for one in judged]
        for at in range(0, len(pairs), _BATCH):
            group = pairs[at : at + _BATCH]
            with torch.autocast("cpu", torch.bfloat16):
                scored = judged_scores(network, group)
            for scores, (one, _) in zip(scored, group, strict=True):
                best = int(scores[:-1].argmax())
                nothing = bool(scores[best] < 0)
                if one.right:
                    answered += 1
                    first += best in one.right
                    sure += best in one.right and not nothing
                    wrongly += best not in one.right and not nothing
                else:
                    refused += 1
                    told += nothing
    return {
        "first": first / max(answered, 1),
        "first and likelier than none": sure / max(answered, 1),
        "another one": wrongly / max(answered, 1),
        "none told": told / max(refused, 1),
    }
