"""Fit the weights with which figures are matched to questions, on generated reports and questions alone.

A question over one report is a choice among its figures or none of them; the weights make the right choice most
likely, held near the ones in use by a penalty. `python -m benchmarks.fit_matching` writes `matching.toml` and prints how
well questions do that had no part in it: every second wording is kept out once.
"""

import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from assistant.language import load_language
from assistant.models import Question, Turn
from assistant.planning import LearnedPlanner, scope_of
from assistant.tools import ReportView, analyse
from assistant.tools.matching import FEATURES, candidates, load_weights
from benchmarks.fictitious import case_records, cast_of
from ingest import Figure, Ingested, Report, ingest_file
from ingest.indicators import Indicators, load_indicators
from ingest.numerals import in_base_units
from ingest.wording import folded, skeleton
from vectorstore.models import ReportHead
from vectorstore.reader import Reader

_SEEDS = (11, 12, 13, 14)
_PENALTY = 0.005
_NEGATIVE = frozenset({"unanswerable_indicator"})
_PRINTED = Path(__file__).parents[1] / "assistant" / "tools" / "matching.toml"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


class Choice:
    """Hold a question's candidates as rows of features, and which of them are right (none: it has no answer)."""

    def __init__(self, wording: str, features: np.ndarray, right: np.ndarray, text: str) -> None:
        self.wording = wording
        self.features = features
        self.right = right
        self.text = text


def choices(seed: int) -> list[Choice]:
    """Return the questions over one cast that ask one report for one figure, or for one that it does not have."""
    language, indicators = load_language(), load_indicators()
    planner = LearnedPlanner(Reader.bundled(), language, indicators)
    cast = cast_of(seed)
    views: dict[str, ReportView] = {}
    heads: list[ReportHead] = []
    with tempfile.TemporaryDirectory() as folder:
        for written in cast.values():
            path = Path(folder) / written.source
            path.write_text(written.text, "utf-8")
            read = ingest_file(path)
            view = _view(read, indicators)
            views[read.report.id] = view
            heads.append(_head(read.report))
    found: list[Choice] = []
    for record in case_records(cast, seed=seed):
        answer = record["answer"]
        amounts = answer["numeric"] if answer else []
        if not (record["type"] in _NEGATIVE or (len(amounts) == 1 and len(record["evidence"]) == 1)):
            continue
        history = tuple(Turn(role=turn["role"], content=turn["content"]) for turn in record["history"])
        question = Question(text=record["question"], history=history)
        scope = scope_of(planner.plan(question, heads), question, heads)
        if len(scope.candidates) != 1:
            continue
        view = views[scope.candidates[0].report_id]
        asked = analyse(folded(scope.asked), language, indicators)
        rows = candidates(asked, view, language, indicators)
        right = np.array(
            [bool(amounts) and _is_right(card.figure, amounts[0], record["evidence"]) for card, _, _ in rows],
            dtype=bool,
        )
        if amounts and not right.any():
            continue
        features = np.array([[row.get(name, 0.0) for name in FEATURES] for _, row, _ in rows]).reshape(
            -1, len(FEATURES)
        )
        found.append(Choice(record["id"], features, right, record["question"]))
    return found


def _view(read: Ingested, indicators: Indicators) -> ReportView:
    return ReportView(
        read.report,
        read.figures,
        read.findings,
        read.chunks,
        indicators,
        years=lambda: (),
        other=lambda _: None,
    )


def _head(report: Report) -> ReportHead:
    return ReportHead(
        report_id=report.id,
        title=report.title,
        organization=report.organization.name,
        aliases=report.organization.aliases,
        kind=report.organization.kind,
        region=report.organization.region,
        year=report.year,
        form=report.form,
        published=report.published,
        source=report.source.path,
    )


def _is_right(figure: Figure, amount: dict[str, Any], evidence: Sequence[Sequence[dict[str, str]]]) -> bool:
    if figure.quantity is None:
        return False
    value, _ = in_base_units(figure.quantity)
    wanted = Decimal(str(amount["value"]))
    scale = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8}.get(
        amount["unit"][:1] if amount["unit"] not in {"万", ""} else "", Decimal(1)
    )
    if value not in {wanted, wanted * scale}:
        return False
    quotes = [skeleton(entry["quote"]) for group in evidence for entry in group]
    context = skeleton(figure.context)
    return any(quote in context or context in quote for quote in quotes)


def loss(weights: np.ndarray, data: Sequence[Choice], prior: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean surprise at the right choices with its slope; the last weight is that of none."""
    value, slope = 0.0, np.zeros_like(weights)
    for choice in data:
        scores = np.append(choice.features @ weights[:-1], weights[-1])
        rows = np.vstack(
            [np.hstack([choice.features, np.zeros((len(choice.features), 1))]), np.eye(len(weights))[-1]]
        )
        right = np.append(choice.right, not choice.right.any())
        whole, good = logsumexp(scores), logsumexp(scores[right])
        value += whole - good
        chance = np.exp(scores - whole)
        among = np.where(right, np.exp(scores - good), 0.0)
        slope += (chance - among) @ rows
    value, slope = value / len(data), slope / len(data)
    away = weights - prior
    return value + _PENALTY * float(away @ away), slope + 2 * _PENALTY * away


def fit(data: Sequence[Choice], prior: np.ndarray) -> np.ndarray:
    """Return the weights that make the right choices most likely."""
    found = minimize(loss, prior, args=(data, prior), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return found.x


def score(
    weights: np.ndarray, data: Sequence[Choice], *, sure: float = 0.0, tell: bool = False
) -> tuple[float, float, float]:
    """Return the shares of questions rightly answered, wrongly answered and refused without reason."""
    right = wrong = refused = 0
    for choice in data:
        scores = choice.features @ weights[:-1] - weights[-1]
        best = int(scores.argmax()) if len(scores) else 0
        if not len(scores) or scores[best] < sure:
            good = not choice.right.any()
            refused += not good
        else:
            good = bool(choice.right[best])
            wrong += not good
        right += good
        if tell and not good:
            _say(f"  {choice.wording} {choice.text} ({scores[best]:.1f})")
    return right / len(data), wrong / len(data), refused / len(data)


def main() -> None:
    """Fit, tell how well it does on wordings kept out, and write the weights."""
    data = [choice for seed in _SEEDS for choice in choices(seed)]
    now = load_weights()
    prior = np.array([*(now.features[name] for name in FEATURES), now.none])
    _say(
        f"{len(data)} questions; in use: right {score(prior, data)[0]:.1%}, wrong {score(prior, data)[1]:.1%}"
    )
    kept: list[tuple[np.ndarray, list[Choice]]] = []
    for half in (0, 1):
        train = [choice for choice in data if int(choice.wording.lstrip("G")) % 2 == half]
        kept_out = [choice for choice in data if int(choice.wording.lstrip("G")) % 2 != half]
        weights = fit(train, prior)
        kept.append((weights, kept_out))
        _say("kept out: right {:.1%}, wrong {:.1%}, refused {:.1%}".format(*score(weights, kept_out)))
    for sure in (0.0, 0.4, 0.8, 1.2, 1.6, 2.0):
        shares = np.mean([score(weights, part, sure=sure) for weights, part in kept], axis=0)
        _say(
            f"kept out, surer than {1 / (1 + np.exp(-sure)):.2f}: right {shares[0]:.1%}, wrong {shares[1]:.1%}"
        )
    weights = fit(data, prior)
    _say("all: right {:.1%}, wrong {:.1%}, refused {:.1%}".format(*score(weights, data, tell=True)))
    lines = [f"none = {weights[-1]:.2f}", "[features]"]
    lines += [f"{name} = {value:.2f}" for name, value in zip(FEATURES, weights[:-1], strict=True)]
    _PRINTED.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
