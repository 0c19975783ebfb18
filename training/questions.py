"""Train the heads that read a question: its stretches, its operation and slots, what it takes from which turn."""

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from training.generator import Generator
from training.judging import judged_batches, judged_loss, score_judging
from training.labels import KEPT, SLOTS, TAGS
from training.marking import Question
from training.matching import Label, Stretch, loss_of
from training.matching import batches as figure_batches
from training.measuring import score
from training.network import TURNS, Network
from vectorstore.models import Reading
from vectorstore.reader import Labels, encode_question, reading_of

logger = logging.getLogger(__name__)

_BATCH = 16
_RATE = 2e-4
_HEAD_RATE = 1e-3
_WEIGHTS = {"tags": 2.0, "operation": 1.0, "over": 0.5, "kept": 2.0, "turn": 0.5}
_WEIGHT_OF_A_SLOT = 0.4
_WEIGHT_OF_FIGURES = 0.7
_FROZEN = 4
"""How many layers stay as the figures left them: a quarter less time, and less is forgotten."""
_SHARES = {"questions": 0.47, "pairs": 0.45, "figures": 0.08}
"""How often a step is on which kind of batch."""
_STEADY = 0.998
_LOOK_EVERY = 1000

LABELS = Labels(TAGS, SLOTS, KEPT, 0.0, 1.0)
"""What the heads tell apart; a file of the model carries the same."""

# What a slot's absence says depends on the operation: elsewhere it is not asked about at all.
_SLOTS_OF: dict[str, frozenset[str]] = {
    "over": frozenset(
        {
            "sum",
            "difference",
            "ratio",
            "share",
            "mean",
            "median",
            "compare",
            "rank",
            "count",
            "filter",
            "remainder",
        }
    ),
    "order": frozenset({"rank", "compare"}),
    "relation": frozenset({"verify", "filter", "count"}),
    "ask": frozenset({"passage"}),
    "of": frozenset({"about"}),
    "unit": frozenset({"growth"}),
}

_SLOTS_OF_INNER = {
    "order": frozenset({"rank"}),
    "relation": frozenset({"filter"}),
    "over": frozenset({"rank", "filter"}),
}
"""What the operation inside asks for: 粉丝最多的那家收到几件."""


@dataclass
class Prepared:
    """Hold a question as numbers."""

    ids: list[int]
    turns: list[int]
    tags: list[int]
    slots: dict[str, int]
    kept: list[float]
    source: int


def prepare(question: Question, tokenizer: Tokenizer) -> Prepared:
    """Turn a question into tokens and targets; -100 is a target that does not count."""
    tokens = encode_question(tokenizer, question.text, question.turns)
    tags = [-100] * len(tokens.ids)
    for number, (start, _) in tokens.places.items():
        tags[number] = TAGS.index("O")
        for mark, first, last in question.spans:
            if first <= start < last:
                begins = not any(
                    first <= other < start and index < number for index, (other, _) in tokens.places.items()
                )
                tags[number] = TAGS.index(f"{'B' if begins else 'I'}-{mark}")
    within = question.slots["inner"]
    slots = {
        name: choices.index(question.slots[name])
        if name not in _SLOTS_OF
        or question.operation in _SLOTS_OF[name]
        or within in _SLOTS_OF_INNER.get(name, ())
        else -100
        for name, choices in SLOTS.items()
    }
    kept = [float(name in question.keeps) for name in KEPT] if question.turns else [-1.0] * len(KEPT)
    source = -100
    if question.turns and question.source is not None:
        source = len(question.turns) - 1 - question.source
    return Prepared(tokens.ids, tokens.turns, tags, slots, kept, source if source < TURNS - 1 else -100)


def batches(prepared: Sequence[Prepared], chance: random.Random) -> Iterator[list[Prepared]]:
    """Group questions of like length, in random order."""
    order = sorted(prepared, key=lambda one: len(one.ids) + 4 * chance.random())
    groups = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    chance.shuffle(groups)
    yield from groups


def collate(group: Sequence[Prepared]) -> tuple[Tensor, Tensor, Tensor]:
    """Pad to the longest."""
    longest = max(len(one.ids) for one in group)
    ids = torch.tensor([one.ids + [1] * (longest - len(one.ids)) for one in group])
    mask = torch.tensor([[1] * len(one.ids) + [0] * (longest - len(one.ids)) for one in group])
    turns = torch.tensor([one.turns + [0] * (longest - len(one.turns)) for one in group])
    return ids, mask, turns


def question_loss(network: Network, group: Sequence[Prepared]) -> Tensor:
    """Return the weighted loss over all heads."""
    ids, mask, turns = collate(group)
    with torch.autocast("cpu", torch.bfloat16):
        states = network.states(ids, mask, turns)
    scores = network.heads(states.float(), mask, turns)
    longest = ids.shape[1]
    tags = torch.tensor([one.tags + [-100] * (longest - len(one.tags)) for one in group])
    total = _WEIGHTS["tags"] * cross_entropy(scores["tags"].flatten(0, 1), tags.flatten())
    for name in SLOTS:
        target = torch.tensor([one.slots[name] for one in group])
        if (target >= 0).any():
            total = total + _WEIGHTS.get(name, _WEIGHT_OF_A_SLOT) * cross_entropy(scores[name], target)
    kept = torch.tensor([one.kept for one in group])
    told = (kept >= 0).float()
    if told.any():
        loss = binary_cross_entropy_with_logits(scores["kept"], kept.clamp(min=0), reduction="none")
        total = total + _WEIGHTS["kept"] * (loss * told).sum() / told.sum()
    source = torch.tensor([one.source for one in group])
    if (source >= 0).any():
        there = torch.stack([((turns == number) & (mask > 0)).any(1) for number in range(1, TURNS)], dim=1)
        total = total + _WEIGHTS["turn"] * cross_entropy(scores["turn"].masked_fill(~there, -1e4), source)
    return total


def train_questions(
    network: Network,
    tokenizer: Tokenizer,
    generator: Generator,
    stretches: Sequence[Stretch],
    labels: Sequence[Label],
    *,
    steps: int,
    held_out: Mapping[str, Sequence[Question]],
    held_stretches: Sequence[Stretch],
    checkpoint: Path,
) -> None:
    """Train all heads side by side: questions as the generator draws them, pairs to judge, and figures again.

    Without the figures the encoder forgets what it learnt of them. What is kept are the weights' running means.
    """
    network.freeze(_FROZEN)
    heads = [
        p for name, p in network.named_parameters() if not name.startswith("encoder") and p.requires_grad
    ]
    body = [p for p in network.encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": _RATE}, {"params": heads, "lr": _HEAD_RATE}], weight_decay=0.01, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [_RATE, _HEAD_RATE], total_steps=steps, pct_start=0.08
    )
    means = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_STEADY)
    )
    chance = random.Random(5)
    drawn = {
        "questions": _endless(lambda: batches([prepare(q, tokenizer) for q in generator.epoch()], chance)),
        "pairs": _endless(lambda: judged_batches(stretches, labels, tokenizer, chance)),
        "figures": _endless(lambda: figure_batches(stretches, labels, chance.randrange(10**6))),
    }
    losses: dict[str, list[float]] = {kind: [] for kind in drawn}
    started = time.monotonic()
    for step in range(1, steps + 1):
        network.train()
        (kind,) = chance.choices(list(_SHARES), list(_SHARES.values()))
        loss = _loss(kind, next(drawn[kind]), network, tokenizer, chance)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        means.update_parameters(network)
        losses[kind].append(loss.item())
        if step % 100 == 0:
            told = ", ".join(f"{name} {sum(last) / len(last):.3f}" for name, last in losses.items() if last)
            logger.info("step %d of %d: %s; %.0f s", step, steps, told, time.monotonic() - started)
            losses = {name: last[-40:] for name, last in losses.items()}
        if step % _LOOK_EVERY == 0 or step == steps:
            torch.save(means.module.state_dict(), checkpoint)
            logger.info("judged: %s", score_judging(means.module, tokenizer, held_stretches))
            for name, questions in held_out.items():
                logger.info("%s: %s", name, score(questions, read_all(means.module, tokenizer, questions)))
    network.load_state_dict(means.module.state_dict())


def _endless(make: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    while True:
        yield from make()


def _loss(kind: str, batch: Any, network: Network, tokenizer: Tokenizer, chance: random.Random) -> Tensor:
    if kind == "questions":
        return question_loss(network, batch)
    with torch.autocast("cpu", torch.bfloat16):
        if kind == "pairs":
            return judged_loss(network, batch)
        return _WEIGHT_OF_FIGURES * loss_of(network, tokenizer, batch, chance=chance)


@torch.no_grad()
def read_all(network: Network, tokenizer: Tokenizer, questions: Sequence[Question]) -> list[Reading]:
    """Read questions as the run time does, in batches and without the model file."""
    network.eval()
    readings: list[Reading] = []
    for at in range(0, len(questions), 2 * _BATCH):
        chunk = questions[at : at + 2 * _BATCH]
        tokens = [encode_question(tokenizer, question.text, question.turns) for question in chunk]
        ids, mask, turns = collate([Prepared(one.ids, one.turns, [], {}, [], 0) for one in tokens])
        with torch.autocast("cpu", torch.bfloat16):
            states = network.states(ids, mask, turns)
        scores = network.heads(states.float(), mask, turns)
        readings += [
            reading_of(
                question.text,
                question.turns,
                one,
                {name: rows[row].numpy() for name, rows in scores.items()},
                LABELS,
            )
            for row, (question, one) in enumerate(zip(chunk, tokens, strict=True))
        ]
    return readings
