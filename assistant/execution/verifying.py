"""Hold what a question takes for granted against what a report prints: true, false, or nothing decides."""

from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

from assistant.execution.arithmetic import evaluate, signed_change, worked
from assistant.execution.bench import Bench
from assistant.execution.figures import denying_sentence, fitting, is_sure, phrase_of
from assistant.execution.naming import keys_of
from assistant.execution.passages import supporting
from assistant.execution.quantities import Valued, base_value, fits, holds, quantity_of
from assistant.plans import Amount, Claim, Growth, Measure
from assistant.results import Absent, Computed, Denied, Found, Judged, Outcome, Place, Quote
from assistant.tools import Match

_AS_GOOD = 2.0
"""How far, in log-odds, a figure may lag behind the best and still be the one whose number a claim names."""


def judged(claim: Claim, everywhere: Sequence[Place], bench: Bench) -> tuple[Judged, ...]:
    """Return what becomes of a claim at each place that has a report."""
    return tuple(_judged(claim, place, everywhere, bench) for place in everywhere if place.head is not None)


def _judged(claim: Claim, place: Place, everywhere: Sequence[Place], bench: Bench) -> Judged:
    if claim.relation in {"increased", "decreased"} and isinstance(claim.measure, Measure):
        return _changed(claim, claim.measure, place, bench)
    outcome = evaluate(claim.measure, place, everywhere, bench)
    if isinstance(claim.measure, Measure):
        named = _as_claimed(claim, claim.measure, place, bench)
        outcome = named or outcome
        outcome = _denied(claim, claim.measure, outcome, place, bench) or outcome
    match outcome:
        case Found() | Computed():
            if not fits(outcome, claim.value):
                return Judged(claim=claim, verdict=None, outcome=outcome)
            return Judged(claim=claim, verdict=_true(outcome, claim), outcome=outcome)
        case Denied(sentence=sentence):
            quote = Quote(report_id=place.head.report_id if place.head else "", sentence=sentence)
            nothing = claim.relation == "not_happened" or (
                claim.value is not None and claim.value.value == 0 and claim.relation in {"equal", "at_most"}
            )
            return Judged(claim=claim, verdict=nothing, outcome=outcome, quote=quote)
        case Absent():
            return _by_sentence(claim, outcome, place, bench)
        case _:
            assert_never(outcome)


def _denied(claim: Claim, measure: Measure, outcome: Outcome, place: Place, bench: Bench) -> Denied | None:
    """Return the sentence that says that nothing happened, where else only a zero that no key names would say so."""
    asks = claim.relation in {"happened", "not_happened"} and place.head is not None
    if not asks or not isinstance(outcome, Found) or base_value(outcome) != 0:
        return None
    if keys_of(measure, bench.language, bench.indicators) or place.head is None:
        return None
    sentence = denying_sentence(phrase_of(measure), place.head, bench)
    return Denied(measure=measure, place=place, sentence=sentence) if sentence is not None else None


def _true(outcome: Valued, claim: Claim) -> bool | None:
    """Tell whether an amount is as claimed; a rounded claim holds for what rounds to it."""
    if claim.value is not None and quantity_of(outcome).is_approximate:
        return None
    if holds(outcome, claim.relation, claim.value):
        return True
    if isinstance(outcome, Computed) and claim.relation == "equal" and claim.value is not None:
        digits = max(0, -int(claim.value.value.as_tuple().exponent))
        return round(outcome.value, digits) == claim.value.value
    return False


def _as_claimed(claim: Claim, measure: Measure, place: Place, bench: Bench) -> Found | None:
    """Return a figure that fits about as well as the best one and is the number that the claim names."""
    if claim.value is None or claim.relation != "equal" or place.head is None:
        return None
    sure = [match for match in fitting(measure, place.head, bench) if is_sure(match)]
    near = [match for match in sure if match.log_odds >= sure[0].log_odds - _AS_GOOD and match.missed == 0]
    for match in near:
        found = _as_found(match, measure, place)
        if found is not None and fits(found, claim.value) and holds(found, "equal", claim.value):
            return found
    return None


def _as_found(match: Match, measure: Measure, place: Place) -> Found | None:
    if match.figure.quantity is None:
        return None
    return Found(measure=measure, place=place, figure=match.figure, sure=match.score)


def _changed(claim: Claim, measure: Measure, place: Place, bench: Bench) -> Judged:
    """Judge a claim that something grew or shrank, and by how much."""
    percent = claim.value is not None and (claim.value.unit or "") in {"%", "个百分点"}
    growth = Growth(of=measure, unit="percent" if percent else "amount")
    (change,) = worked(growth, (place,), bench)
    if not isinstance(change, Found | Computed):
        return Judged(claim=claim, verdict=None)
    value = signed_change(change.figure) if isinstance(change, Found) else base_value(change)
    rises = value > 0
    direction = value != 0 and rises == (claim.relation == "increased")
    size = claim.value is None or _same_size(value, claim.value)
    return Judged(claim=claim, verdict=direction and size, outcome=change)


def _same_size(value: Decimal, claimed: Amount) -> bool:
    return abs(value) == abs(claimed.value)


def _by_sentence(claim: Claim, missing: Outcome, place: Place, bench: Bench) -> Judged:
    """Judge a claim by what a sentence says: that it did not happen, or, where no number is claimed, that it did."""
    if place.head is None or not isinstance(claim.measure, Measure):
        return Judged(claim=claim, verdict=None, outcome=missing)
    phrase = phrase_of(claim.measure)
    denial = denying_sentence(phrase, place.head, bench)
    if denial is not None:
        quote = Quote(report_id=place.head.report_id, sentence=denial)
        return Judged(claim=claim, verdict=claim.relation == "not_happened", outcome=missing, quote=quote)
    if claim.value is None:
        quote = supporting(phrase, place.head, bench)
        if quote is not None:
            return Judged(claim=claim, verdict=claim.relation != "not_happened", outcome=missing, quote=quote)
    return Judged(claim=claim, verdict=None, outcome=missing)
