"""Find the figure of a measure in a report: a cell by its key, else the sentence's figure that fits best.

A figure is taken only where it is clearly the one meant: among those that fit alike nothing is chosen, a blank cell
is blank, and a figure of another year or moment than the report's is none.
"""

import re
from collections.abc import Container, Sequence

from assistant.execution.bench import Bench
from assistant.execution.naming import Key, keys_of
from assistant.execution.quantities import fits, holds
from assistant.plans import Amount, Measure
from assistant.results import Absent, Computed, Denied, Found, Outcome, Place
from assistant.tools import Match, SentenceMatch, denied_things, label_of, squeezed, weighed_together
from ingest.checks import plain
from ingest.models import Figure, Quantity
from ingest.numerals import RATIO_UNITS, in_base_units
from ingest.outline import Sentence
from vectorstore.models import ReportHead

SURE = 0.3
"""The chance from which a figure counts as what was asked."""
MOST_MISSED = 0.34
"""The share of the asked words, by rarity, that a sentence may leave unmentioned."""
_CLOSE = 0.03
_TIED = 0.4
"""The difference in log-odds below which two figures fit alike."""
_MOST_TIED = 4
_SUMS_UP = re.compile(r"合计|共计|总计|总共|一共|总数|总量|以上")
_WHOLE_LAG = 1.5
"""How far, in log-odds, the whole of a list may lag behind one of its parts and still be what was asked."""
_BELOW = re.compile("下属|所属|下级")
_OWN, _BELOW_KEY = ".dept.", ".sub."
"""How the keys of the forms before 2019 tell the body itself from those below it."""
MOST_READ = 24
"""Reports up to which sentences are looked into; of more, cells alone, or those whose words are nearest."""
_MOST_BEHIND = 2.0
"""How far, in log-odds, the issuer's own figure may lag behind one of another body and still be the one meant."""
_MOST_BEHIND_IN_UNIT = 1.75
"""How far, in log-odds, a figure in the very unit asked for may lag behind the likeliest and still be the one meant."""
_TELLING = 20
"""The amount from which it tells by itself, among figures that may be meant, which one is: 161条, not 2条."""
_MOST_NEAR = 3
_FAINT = 0.1


def find(measure: Measure, place: Place, bench: Bench) -> Outcome:
    """Return the value of a measure at a place, or why there is none; what was found with others stays found."""
    return bench.found(measure, place) or find_at(measure, (place,), bench)[0]


def find_at(measure: Measure, places: Sequence[Place], bench: Bench) -> tuple[Outcome, ...]:
    """Return the value of a measure at each place, in order; cells of all places come by one statement."""
    heads = [place.head for place in places if place.head is not None]
    keys = () if measure.exclude else keys_of(measure, bench.language, bench.indicators)
    cells = {
        key: bench.cells(key.indicators, key.applicant, heads)
        for key in keys
        if not measure.change or all(indicator.endswith(".change") for indicator in key.indicators)
    }
    readable: Sequence[ReportHead] = heads
    if len(heads) > MOST_READ:
        # 报告很多而表格里有这一格：没有的报告不再到正文里找，表与正文不混在一起排序
        readable = [] if any(cells.values()) else bench.nearest(heads, phrase_of(measure))
    read = {head.report_id for head in readable}
    outcomes = tuple(_found(measure, place, cells, read, bench, other_form=bool(keys)) for place in places)
    if len(outcomes) > 1:
        bench.keep(measure, outcomes)
    return outcomes


def _found(
    measure: Measure,
    place: Place,
    cells: dict[Key, dict[str, tuple[Figure, ...]]],
    read: Container[str],
    bench: Bench,
    *,
    other_form: bool,
) -> Outcome:
    """Return a place's cell, else its sentence; sentences only of reports that are read, which very many are not."""
    if place.head is None:
        return Absent(measure=measure, place=place, reason=place.reason or "no_report")
    supposed = bench.supposed(measure)
    if supposed is not None and place.head.report_id in read:
        named = as_told(measure, supposed, place, bench)
        if named is not None:
            return named
    for key, held in cells.items():
        printed = held.get(place.head.report_id, ())
        if printed:
            outcome = _of_cells(measure, place, key, printed)
            if isinstance(outcome, Absent) and place.head.report_id in read:
                return outcome.model_copy(update={"denial": _denial(measure, place, bench)})
            return outcome
    if place.head.report_id not in read:
        return Absent(measure=measure, place=place, reason="other_form" if other_form else "not_read")
    return _of_text(measure, place, place.head, bench, other_form=other_form)


def _of_cells(measure: Measure, place: Place, key: Key, printed: Sequence[Figure]) -> Outcome:
    if key.adds:
        return _subtotal(measure, place, printed)
    known = {figure.indicator: figure for figure in printed}
    if len(known) > 1:
        return Absent(measure=measure, place=place, reason="tied", figures=tuple(known.values()))
    (cell,) = known.values()
    if cell.quantity is not None:
        return Found(measure=measure, place=place, figure=cell)
    reason = "blank" if cell.status == "blank" else "unclear"
    return Absent(measure=measure, place=place, reason=reason, figures=(cell,))


def _subtotal(measure: Measure, place: Place, printed: Sequence[Figure]) -> Outcome:
    """Return the sum of the rows for which the form prints no total; none where one of them has no number."""
    unread = tuple(figure for figure in printed if figure.quantity is None)
    if unread:
        reason = "blank" if all(figure.status == "blank" for figure in unread) else "unclear"
        return Absent(measure=measure, place=place, reason=reason, figures=unread)
    found = tuple(Found(measure=measure, place=place, figure=figure) for figure in printed)
    amounts = [figure.quantity for figure in printed if figure.quantity is not None]
    told = [amount for amount in amounts if amount.value] or amounts[:1]
    return Computed(
        op="sum",
        value=sum((amount.value for amount in amounts), start=amounts[0].value * 0),
        unit=amounts[0].unit,
        expression=" + ".join(plain(amount.value) for amount in told),
        inputs=found,
        subtotal=True,
        measure=measure,
        place=place,
    )


def _of_text(measure: Measure, place: Place, head: ReportHead, bench: Bench, *, other_form: bool) -> Outcome:
    """Return the figure of a sentence, or of a cell that no key names, that fits a measure best."""
    found = fitting(measure, head, bench)
    best = chosen(found)
    if best is None or (other_form and best.missed > 0):
        denial = _denial(measure, place, bench)
        if denial is not None:
            return Denied(measure=measure, place=place, sentence=denial)
        near = tuple(
            match.figure for match in found if match.score >= _FAINT and match.missed <= 2 * MOST_MISSED
        )
        reason = "other_form" if other_form else "no_indicator"
        return Absent(measure=measure, place=place, reason=reason, near=near[:_MOST_NEAR])
    alike = tied(found)
    if alike:
        figures = tuple(match.figure for match in alike)
        return Absent(measure=measure, place=place, reason="tied", figures=figures)
    if best.elsewhen:
        return Absent(measure=measure, place=place, reason="other_period", figures=(best.figure,))
    if best.figure.status != "ok":
        reason = "blank" if best.figure.status == "blank" else "unclear"
        return Absent(measure=measure, place=place, reason=reason, figures=(best.figure,))
    return Found(measure=measure, place=place, figure=best.figure, sure=best.score)


def as_told(measure: Measure, amount: Amount, place: Place, bench: Bench) -> Found | None:
    """Return a figure that fits a measure at all and is the very amount that the question names for it."""
    if place.head is None:
        return None
    telling = amount.value >= _TELLING
    for match in fitting(measure, place.head, bench):
        if match.figure.quantity is None or match.elsewhen or not (telling or match.missed <= MOST_MISSED):
            continue
        found = Found(measure=measure, place=place, figure=match.figure, sure=max(match.score, SURE))
        if fits(found, amount) and holds(found, "equal", amount):
            return found
    return None


def find_another(found: Found, taken: Container[str], bench: Bench) -> Found | None:
    """Return the figure that fits a measure next best, where the best one is taken for another measure already."""
    if found.place.head is None:
        return None
    every = fitting(found.measure, found.place.head, bench)
    best = next((match for match in every if match.figure.id == found.figure.id), None)
    left = weighed_together([match for match in every if match.figure.id not in taken])
    if best is None or not left or left[0].log_odds < best.log_odds - _MOST_BEHIND_IN_UNIT:
        return None
    other = left[0]
    usable = is_sure(other) and other.figure.quantity is not None and not other.elsewhen
    return found.model_copy(update={"figure": other.figure, "sure": other.score}) if usable else None


def fitting(measure: Measure, head: ReportHead, bench: Bench) -> tuple[Match, ...]:
    """Return the figures of a report that fit a measure's words and unit and the time it is asked of, best first."""
    every = bench.matches(head, phrase_of(measure), measure.asked)
    found = tuple(
        match
        for match in every
        if (not measure.change or tells_change(match.figure)) and _is_in_unit(match.figure, measure.unit)
    )
    if len(found) < len(every):
        found = weighed_together(found)
    if measure.change and not keys_of(measure, bench.language, bench.indicators):
        found = tuple(match for match in found if match.figure.origin == "sentence")
    found = _of_the_body_itself(_of_the_issuer(found, measure), measure)
    # 微信有几个、有几条：单位不同的不是一回事
    counted = weighed_together([match for match in found if _is_counted_in(match.figure, measure.unit)])
    near = bool(counted) and counted[0].log_odds >= found[0].log_odds - _MOST_BEHIND_IN_UNIT
    return counted if near and is_sure(counted[0]) else found


def _of_the_body_itself(found: Sequence[Match], measure: Measure) -> tuple[Match, ...]:
    """Leave out what the forms before 2019 count of the bodies below, unless these are asked for."""
    if _BELOW.search(phrase_of(measure)) or not any(_OWN in _key(match) for match in found):
        return tuple(found)
    return tuple(match for match in found if _BELOW_KEY not in _key(match))


def _key(match: Match) -> str:
    return match.figure.indicator or ""


def phrase_of(measure: Measure) -> str:
    """Return the words of a measure with which figures and sentences are looked for."""
    told = (*measure.qualifiers, measure.applicant or "", measure.phrase, measure.column or "")
    return " ".join(part for part in told if part)


def tells_change(figure: Figure) -> bool:
    """Tell whether a figure is a change since the year before, and not a level."""
    return figure.change or (figure.indicator or "").endswith(".change")


def _is_in_unit(figure: Figure, unit: str | None) -> bool:
    if unit is None or figure.quantity is None:
        return True
    (_, printed), (_, asked) = (
        in_base_units(figure.quantity),
        in_base_units(Quantity(value=figure.quantity.value, unit=unit, printed="")),
    )
    ratio = printed in RATIO_UNITS, asked in RATIO_UNITS
    money = printed.endswith("元"), asked.endswith("元")
    return ratio[0] == ratio[1] and money[0] == money[1]


def _of_the_issuer(found: Sequence[Match], measure: Measure) -> Sequence[Match]:
    """Leave out figures whose sentence names another body, where one without such a name fits about as well."""
    foreign = [match for match in found if not _is_of(match.figure, measure)]
    own = next((match for match in found if match not in foreign and is_sure(match)), None)
    if not foreign or own is None or own.log_odds < found[0].log_odds - _MOST_BEHIND:
        return found
    return [match for match in found if match not in foreign]


def _is_of(figure: Figure, measure: Measure) -> bool:
    """Tell whether a figure is the issuer's own, or that of a body which the measure names."""
    if figure.subject is None:
        return True
    subject = squeezed(figure.subject)
    return subject in squeezed(phrase_of(measure)) or _is_short_for(subject, squeezed(figure.organization))


def _is_short_for(short: str, name: str) -> bool:
    """Tell whether a word's characters stand in a name in this order (贺兰园区 in 宁夏贺兰工业园区)."""
    rest = iter(name)
    return all(char in rest for char in short)


def _is_counted_in(figure: Figure, unit: str | None) -> bool:
    return figure.quantity is not None and unit == in_base_units(figure.quantity)[1]


def _denial(measure: Measure, place: Place, bench: Bench) -> Sentence | None:
    if place.head is None:
        return None
    return denying_sentence(phrase_of(measure), place.head, bench)


def denying_sentence(phrase: str, head: ReportHead, bench: Bench) -> Sentence | None:
    """Return the sentence that says that what is asked about did not happen (未收到申请), if there is one."""
    asked = squeezed(phrase)
    topics = [topic for topic in bench.language.denial_topics if topic in asked]
    if not topics:
        return None
    return first_denying(topics, [match for _, match in bench.sentences((head,), phrase).sentences])


def first_denying(topics: Sequence[str], matches: Sequence[SentenceMatch]) -> Sentence | None:
    """Return the best sentence that says that one of some topics did not happen."""
    for match in matches:
        if any(topic in denied for denied in denied_things(match.sentence) for topic in topics):
            return match.sentence
    return None


def is_sure(match: Match) -> bool:
    """Tell whether a figure is what was asked, and not just near it."""
    return match.score >= SURE


def chosen(matches: Sequence[Match]) -> Match | None:
    """Return the figure that was asked for; of equals the one whose place the question names."""
    sure = [match for match in matches if is_sure(match)]
    if not sure:
        return None
    best = sure[0]
    twins = [
        match
        for match in sure
        if best.score - match.score <= _CLOSE
        and match.figure.anchor.row[-1:] == best.figure.anchor.row[-1:] != ()
        and match.figure.anchor.column == best.figure.anchor.column
    ]
    if twins:
        # 同名的行（本部门与下属单位各有一行）取在前的一行
        best = min(twins, key=lambda match: match.figure.anchor.char_start)
    wholes = [
        match for match in sure if best.log_odds - match.log_odds < _WHOLE_LAG and _is_whole_of(match, best)
    ]
    if wholes:
        return wholes[0]
    near = [match for match in sure if best.score - match.score <= _CLOSE and _same_amount(match, best)]
    return max(near, key=lambda match: (match.named, match.score))


def tied(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return the figures among which nothing in the question decides: they fit alike and differ in amount."""
    best = chosen(matches)
    if best is None or best.figure.quantity is None:
        return ()
    rivals = [
        match
        for match in matches
        if abs(best.log_odds - match.log_odds) < _TIED
        and match.figure.quantity is not None
        and match.figure.origin == best.figure.origin
        and not _same_amount(match, best)
        and label_of(match.figure) != label_of(best.figure)
        and not _is_whole_of(best, match)
        and not _is_empty_beside(match, best)
    ]
    return (best, *rivals[: _MOST_TIED - 1]) if rivals else ()


def _is_whole_of(whole: Match, part: Match) -> bool:
    """Tell whether a figure sums up the sentence or list that another one stands in."""
    one, other = whole.figure, part.figure
    return (
        one.origin == other.origin == "sentence"
        and one.quantity is not None
        and other.quantity is not None
        and bool(_SUMS_UP.search(one.phrase))
        and not _SUMS_UP.search(other.phrase)
        and one.anchor.section_path == other.anchor.section_path
        and in_base_units(one.quantity)[1] == in_base_units(other.quantity)[1]
        and in_base_units(one.quantity)[0] > in_base_units(other.quantity)[0]
    )


def _is_empty_beside(cell: Match, other: Match) -> bool:
    """Tell whether a cell holds zero where the other one of the forms holds something."""
    return (
        cell.figure.origin == other.figure.origin == "table"
        and cell.figure.quantity is not None
        and other.figure.quantity is not None
        and cell.figure.quantity.value == 0 < other.figure.quantity.value
    )


def _same_amount(one: Match, other: Match) -> bool:
    if one.figure.quantity is None or other.figure.quantity is None:
        return one.figure.quantity is other.figure.quantity
    return in_base_units(one.figure.quantity) == in_base_units(other.figure.quantity)
