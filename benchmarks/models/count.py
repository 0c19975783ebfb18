"""Count the numbers of an answer that its proofs do not bear out, without any code of the assistant's own check."""

import re
from decimal import Decimal

from assistant.models import Answer

_MARKS = re.compile(r"\[\d+\]")
_NUMBER = re.compile(r"(?<![\d.])\d[\d,]*(?:\.\d+)?")
_SENTENCE = re.compile(r"[^。；\n]+(?:[。；\n]|$)")


def unproven_numbers(answer: Answer) -> list[str]:
    """Return the numbers that stand in no citation of their own sentence, and in no derivation."""
    by_number = {f"[{one.n}]": one for one in answer.citations}
    computed = " ".join(
        f"{one.expression} {one.value} {one.value:.2f} {' '.join(one.inputs)}" for one in answer.derivations
    )
    years = {Decimal(one.year) for one in answer.citations if one.year is not None}
    found: list[str] = []
    for sentence in _SENTENCE.findall(answer.text):
        cited = [by_number[mark] for mark in _MARKS.findall(sentence) if mark in by_number]
        proofs = computed + answer.question + answer.standalone_question
        for one in cited:
            proofs += (
                f" {one.quote} {one.title} {one.organization} {one.year} {' '.join(one.row)} {one.column}"
            )
            proofs += " ".join(one.section)
        known = {*_numbers(proofs), *years}
        found += [str(number) for number in _numbers(_MARKS.sub(" ", sentence)) if number not in known]
    return found


def _numbers(text: str) -> list[Decimal]:
    return [Decimal(one.replace(",", "").rstrip(".")) for one in _NUMBER.findall(text)]
