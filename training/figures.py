"""Train the encoder to put the right figure, sentence or label beside a question."""

import logging
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.matching import Label, Stretch, batches, encode_asked, encode_places, loss_of
from training.network import Network

logger = logging.getLogger(__name__)

_RATE = 2e-4


def train_figures(
    network: Network,
    tokenizer: Tokenizer,
    stretches: Sequence[Stretch],
    labels: Sequence[Label],
    *,
    epochs: int,
    held_out: Sequence[Stretch],
    checkpoint: Path,
) -> None:
    """Train over all stretches; what is reached after each epoch is kept in a file."""
    steps = epochs * sum(1 for _ in batches(stretches, labels, 0))
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=_RATE, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps, pct_start=0.15)
    chance = random.Random(1)
    for epoch in range(epochs):
        network.train()
        started, losses = time.monotonic(), []
        for batch in batches(stretches, labels, epoch):
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(network, tokenizer, batch, chance=chance)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            if len(losses) % 20 == 0:
                logger.info(
                    "epoch %d batch %d loss %.3f, %.0f s",
                    epoch,
                    len(losses),
                    sum(losses[-20:]) / 20,
                    time.monotonic() - started,
                )
        torch.save(network.state_dict(), checkpoint)
        logger.info("epoch %d: %s", epoch, score_figures(network, tokenizer, held_out))


@torch.no_grad()
def score_figures(network: Network, tokenizer: Tokenizer, held_out: Sequence[Stretch]) -> dict[str, float]:
    """Say how often the right figure of a stretch comes first, among three, and how often none is told."""
    network.eval()
    first = three = answered = told = refused = silent = 0
    for stretch in held_out:
        with torch.autocast("cpu", torch.bfloat16):
            places = encode_places(network, tokenizer, [stretch])
            asked = encode_asked(network, tokenizer, [question for question, _ in stretch.questions])
        scores = asked @ places.T
        for row, (_, answers) in zip(scores, stretch.questions, strict=True):
            order = row.argsort(descending=True).tolist()
            nothing = bool(row.max() < network.none)
            if answers:
                answered += 1
                first += order[0] in answers
                three += any(place in answers for place in order[:3])
                silent += nothing
            else:
                refused += 1
                told += nothing
    return {
        "first": first / max(answered, 1),
        "among three": three / max(answered, 1),
        "none told": told / max(refused, 1),
        "none told wrongly": silent / max(answered, 1),
    }
