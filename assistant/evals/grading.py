"""Judge one answer against its gold: every amount, every wording, order and list, and nothing forbidden."""

from decimal import Decimal

from assistant.evals.amounts import COUNTED, MONEY, PEOPLE, PERCENT, Amount, read_amounts
from assistant.evals.dataset import Case, Forbidden, Forms, Gold, NumberNeeded
from assistant.evals.predictions import Prediction
from assistant.evals.wording import answer_view, bigram_recall, find, sentences
from ingest.models import Value

MAX_CHARACTERS = 1500
MAX_AMOUNTS = 40
WORDING_RECALL = 0.6
"""Share of a reference's neighbouring characters that an answer without numbers must have."""

_ONE_VALUE_TYPES = frozenset(
    {"lookup_table", "lookup_text", "percent", "follow_up", "entity_disambiguation", "robust"}
)
_ROUNDING = Decimal("1e-8")


class Grade(Value):
    """Say whether an answer is right and, in words for the reader, what is missing."""

    correct: bool
    lenient: bool
    amounts_right: tuple[bool, ...]
    list_recall: float | None
    bonus: bool | None
    reasons: tuple[str, ...]


def grade(case: Case, prediction: Prediction) -> Grade:
    """Judge an answer; `lenient` forgives an overloaded answer and a pasted row, nothing else."""
    gold = case.gold or Gold()
    answer, view, amounts = prediction.answer, answer_view(prediction.answer), read_amounts(prediction.answer)
    right = tuple(_has_amount(needed, amounts, view) for needed in gold.numeric)
    faults = [
        f"出现了不该有的「{forbidden.text}」"
        for forbidden in gold.must_not_contain
        if _violates(forbidden, answer)
    ]
    if prediction.error is not None:
        faults.append(f"运行出错：{prediction.error}")
    elif case.abstain:
        faults += [] if prediction.abstained else ["应拒答而作答"]
    else:
        faults += _missing(gold, right, answer, view)
        if prediction.abstained and not case.abstain_ok:
            faults.append("可答而拒答")
    overload = _overload(case, gold, answer, amounts)
    return Grade(
        correct=not faults and not overload,
        lenient=not faults,
        amounts_right=right,
        list_recall=_list_recall(gold.list_items, view) if gold.list_items else None,
        bonus=_has_all(gold.bonus_contain, view) if gold.bonus_contain else None,
        reasons=(*faults, *overload),
    )


def _missing(gold: Gold, right: tuple[bool, ...], answer: str, view: str) -> list[str]:
    missing = [
        f"缺少数值 {needed.value}{needed.unit}"
        for needed, found in zip(gold.numeric, right, strict=True)
        if not found
    ]
    missing += [
        f"缺少「{' / '.join(forms[:3])}」" for forms in gold.must_contain if not _has_any(forms, view)
    ]
    stop = _first_out_of_order(gold.ordered_contain, view)
    if stop is not None:
        missing.append(f"顺序不对：「{stop[0]}」")
    if gold.list_items and _list_recall(gold.list_items, view) < gold.list_min_recall - 1e-9:
        missing.append(f"列举不全：{_hits(gold.list_items, view)}/{len(gold.list_items)}")
    if gold.wording is not None and bigram_recall(gold.wording, answer) < WORDING_RECALL:
        missing.append("与参考答案的文字相差太远")
    return missing


def _overload(case: Case, gold: Gold, answer: str, amounts: tuple[Amount, ...]) -> list[str]:
    """Return why an answer says too much to be one, whatever it contains."""
    faults: list[str] = []
    if len(answer) > MAX_CHARACTERS:
        faults.append(f"答案过长（{len(answer)} 字）")
    if len({amount.value for amount in amounts}) > MAX_AMOUNTS:
        faults.append("答案罗列数字过多")
    one_value = case.type in _ONE_VALUE_TYPES and len(gold.numeric) == 1 and not case.abstain
    if one_value and ("\t" in answer or any(line.count("|") >= 3 for line in answer.split("\n"))):
        faults.append("直接粘贴了表格行")
    return faults


def _has_amount(needed: NumberNeeded, amounts: tuple[Amount, ...], view: str) -> bool:
    if any(answer_view(form) in view for form in needed.accept_text):
        return True
    if needed.unit in PERCENT:
        return any(_is_percent(needed, amount) for amount in amounts)
    if needed.unit in MONEY:
        return any(_is_money(needed, amount) for amount in amounts)
    return any(_is_number(needed, amount) for amount in amounts)


def _near(left: Decimal, right: Decimal, tolerance: Decimal) -> bool:
    return abs(left - right) <= tolerance + _ROUNDING * max(Decimal(1), abs(right))


def _is_percent(needed: NumberNeeded, amount: Amount) -> bool:
    """Accept 99.79%, and 99.79 or 0.9979 where the answer leaves the sign out."""
    if amount.kind == "percent":
        return _near(amount.value, needed.value, needed.tol)
    if amount.kind != "bare" or amount.scaled:
        return False
    if _near(amount.value, needed.value, needed.tol):
        return True
    is_share = 0 < amount.value <= Decimal("1.5") and needed.value != 100
    return is_share and _near(amount.value * 100, needed.value, needed.tol + Decimal("0.006"))


def _is_money(needed: NumberNeeded, amount: Amount) -> bool:
    """Compare in 元; an amount without any unit may be in the unit that was asked for."""
    scale = MONEY[needed.unit]
    base, tolerance = needed.value * scale, needed.tol * scale
    if amount.kind == "money":
        return _near(amount.value, base, tolerance)
    if needed.value == 0 and amount.value == 0 and amount.kind != "percent":
        return True
    if amount.kind != "bare":
        return False
    if amount.scaled:
        return _near(amount.value, base, tolerance)
    return _near(amount.value, needed.value, needed.tol) or _near(amount.value, base, needed.tol)


def _is_number(needed: NumberNeeded, amount: Amount) -> bool:
    """Compare counts without their sign; shares and money are no counts, persons are no items."""
    if amount.kind in {"percent", "money"}:
        return False
    if needed.unit in PEOPLE and amount.kind == "count" and amount.unit != "个":
        return False
    if needed.unit in COUNTED and amount.kind == "people":
        return False
    return _near(abs(amount.value), needed.value, needed.tol)


def _violates(forbidden: Forbidden, answer: str) -> bool:
    banned = answer_view(forbidden.text)
    for sentence in sentences(answer):
        view = answer_view(sentence)
        around = view.replace(banned, "\x00")
        if find(forbidden.text, view) >= 0 and not any(
            answer_view(near) in around for near in forbidden.unless_near
        ):
            return True
    return False


def _first_out_of_order(groups: tuple[Forms, ...], view: str) -> Forms | None:
    position = -1
    for forms in groups:
        places = [place for form in forms if (place := find(form, view, position + 1)) >= 0]
        if not places:
            return forms
        position = min(places)
    return None


def _has_any(forms: Forms, view: str) -> bool:
    return any(find(form, view) >= 0 for form in forms)


def _has_all(groups: tuple[Forms, ...], view: str) -> bool:
    return all(_has_any(forms, view) for forms in groups)


def _hits(items: tuple[Forms, ...], view: str) -> int:
    return sum(_has_any(forms, view) for forms in items)


def _list_recall(items: tuple[Forms, ...], view: str) -> float:
    return _hits(items, view) / len(items)
