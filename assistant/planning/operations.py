"""Put together what a turn asks for: which operation over which measures, nested where the reading says so."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import cast

from assistant.planning.amounts import bounded_by, whole_number
from assistant.planning.stated import Said, Stated, Stating
from assistant.planning.words import asks_for_one, load_words
from assistant.plans import (
    About,
    Amount,
    Ask,
    Bound,
    Check,
    Claim,
    Compare,
    Condition,
    Count,
    Difference,
    Explain,
    Extreme,
    Filter,
    Growth,
    Holdings,
    Listing,
    Lookup,
    Mean,
    Measure,
    Operand,
    Operation,
    Over,
    Particular,
    Parts,
    Passage,
    Rank,
    Ratio,
    Relation,
    Remainder,
    Share,
    Spell,
    Sum,
    Target,
    Trend,
    Unclear,
    Verify,
)
from ingest.models import Value
from ingest.wording import aligned

COUNTED = "mnbac"
"""The marks under which something is said that is counted."""

_BEHIND = 3
"""How many characters may stand between a measure and the amount that is said of it."""
_EACH = 3
"""How many characters before a measure tell that it is taken one by one: 每个部门."""
_NOTHING = Amount(value=Decimal(0))
_TOTALS = frozenset({"总计", "合计", "总数"})
_UNDIRECTED: dict[str, Relation] = {"increased": "more", "decreased": "less"}
_ABOUT: dict[Ask, str] = {
    "problems": "存在的问题",
    "plans": "改进措施",
    "summary": "主要工作情况",
}
"""What a passage is about where only its kind is asked for."""


class Made(Stated):
    """Hold the operations of a turn, the condition on its bodies, what it takes for granted, and what is left."""

    operations: tuple[Operation, ...] = ()
    where: Condition | Extreme | None = None
    claims: tuple[Claim, ...] = ()


def operations_of(stated: Stated) -> Made:
    """Return what a turn asks for; what fits nowhere in it stays unread."""
    maker = _Maker(stated)
    operations = maker.operations()
    claims = maker.claims()
    first = operations[0]
    used = any(measure.exclude for measure in measures_in(operations)) or isinstance(first, Remainder)
    talk = isinstance(first, Unclear) and first.obstacle in ("chat", "outside")
    lost = () if used or talk else stated.excluded
    return Made(
        **dict(stated.model_copy(update={"unread": (*stated.unread, *maker.unread, *lost)})),
        operations=operations,
        where=maker.where,
        claims=claims,
    )


def over_of(stated: Stated) -> Over:
    """Return along what an operation goes: as read, else along what there are several of."""
    if stated.slots.over is not None:
        return stated.slots.over
    if stated.groups or len({target.organization for target in stated.targets}) > 1:
        return "bodies"
    if len({target.year for target in stated.targets}) > 1:
        return "years"
    return "measures" if len(stated.measures(COUNTED)) > 1 else "bodies"


def measures_in(value: object) -> Iterator[Measure]:
    """Yield every measure in operations."""
    match value:
        case Measure():
            yield value
        case Value():
            for _, field in value:
                yield from measures_in(field)
        case tuple():
            for one in cast(tuple[object, ...], value):
                yield from measures_in(one)
        case _:
            return


class _Maker:
    """Use each thing that a turn states once; what is left over is unread."""

    def __init__(self, stated: Stated) -> None:
        self._stated = stated
        self._slots = stated.slots
        self._over: Over = over_of(stated)
        # “才办复25437件？”：核对的就是随口说的那个数
        behind = tuple(value for value in stated.repeated if _stands_behind(value, stated.spoken))
        verified = behind if stated.operation == "verify" and not stated.values else ()
        self._values = list(verified or stated.values)
        self._repeated = tuple(value for value in stated.repeated if value not in verified)
        self.where: Condition | Extreme | None = None
        self.unread: list[str] = []
        self._parts = self._excepting(stated.measures("n"))
        self._wholes = self._excepting(stated.measures("b"))
        self._plain = self._excepting(stated.measures("mac"))
        self._counted = self._excepting(stated.measures(COUNTED))
        self._conditions = [said for said in stated.said if said.mark == "k"]

    # ------------------------------------------------------------ the turn as a whole

    def operations(self) -> tuple[Operation, ...]:
        stated = self._stated
        match stated.operation:
            case "chat" | "outside":
                return (Unclear(obstacle=stated.operation),)
            case "count" | "filter":
                made = self._kept()
            case _:
                self._where()
                made = self._made()
        if made is None:
            self.unread += [_whole_phrase(measure) for measure in self._counted]
            return (Unclear(obstacle="unreadable" if self._counted else "which_measure"),)
        more: list[Operation] = []
        if stated.particulars and made.op in ("lookup", "sum", "parts"):
            more.append(About(of=self._particulars()))
        if stated.terms and made.op not in ("explain", "list", "passage"):
            more += [Explain(term=term) for term in stated.terms]
        if isinstance(made, Explain):
            more += [Explain(term=term) for term in stated.terms[1:]]
        return (made, *more)

    def claims(self) -> tuple[Claim, ...]:
        """Return what is taken for granted: what the reader marks so, and values beside measures that ask for none."""
        found = [self._supposed(supposed) for supposed in self._stated.supposed]
        for value in (*self._values, *self._repeated):
            beside = self._beside(value)
            if value.amount is None or beside is None:
                self.unread.append(value.text)
                continue
            relation = bounded_by(self._stated.text, value.start, value.end) or "equal"
            found.append(Claim(measure=beside, relation=relation, value=value.amount))
        return tuple(found)

    def _supposed(self, supposed: Stating) -> Claim:
        said = self._stated.spoken
        behind = next((s for s in said if supposed.end <= s.start <= supposed.end + 1), None)
        before = [s for s in said if 0 <= s.end <= supposed.start]
        phrase = supposed.text
        if behind is not None:
            phrase = f"{phrase}{behind.measure.phrase}"
        elif before:
            phrase = f"{before[-1].measure.phrase}{phrase}"
        return Claim(measure=Measure(phrase=phrase), relation="happened")

    def _beside(self, value: Stating) -> Measure | None:
        """Return the measure a value stands beside in the turn's own words."""
        near = self._stated.spoken
        told = self._stated.operation in ("list", "passage", "explain")
        bare = value.amount is None or value.amount.unit is None
        if not near or self._is_place(value) or (told and bare):
            return None
        return min(near, key=lambda said: max(said.start - value.end, value.start - said.end)).measure

    def _is_place(self, value: Stating) -> bool:
        """Tell whether a value is a place in an order: 第三."""
        return value.start > 0 and self._stated.text[: value.start].endswith("第")

    def _excepting(self, measures: Sequence[Measure]) -> tuple[Measure, ...]:
        excluded = self._stated.excluded
        if not excluded or self._stated.operation == "remainder":
            return tuple(measures)
        return tuple(measure.model_copy(update={"exclude": excluded}) for measure in measures)

    # ------------------------------------------------------------ conditions and values

    def _where(self) -> None:
        """Say by a condition which bodies are meant, where one stands beside what is asked."""
        conditions = self._conditions
        if not conditions:
            return
        if not self._counted or self._stated.operation in ("verify", "compare", "trend"):
            self._counted = (*self._counted, *(said.measure for said in conditions))
            self._plain = (*self._plain, *(said.measure for said in conditions))
            self._conditions = []
            return
        first, *others = conditions
        self.unread += [said.measure.phrase for said in others]
        named = {target.organization for target in self._stated.targets if target.organization}
        directed = self._slots.relation in ("increased", "decreased", "consistent", "not_happened")
        if len(named) > 1 or directed or (self._over == "years" and named):
            self.unread.append(first.measure.phrase)
            self._value(first)
            return
        if self._slots.inner == "rank":
            self.where = Extreme(
                measure=first.measure, most="least" if self._slots.order == "asc" else "most"
            )
            return
        value = self._value(first)
        if value is not None and self._is_place(value):
            most = "least" if self._slots.order == "asc" else "most"
            self.where = Extreme(measure=first.measure, most=most) if whole_number(value.text) == 1 else None
            self.unread += [] if self.where is not None else [value.text]
            return
        if value is None or value.amount is None:
            self.where = Condition(measure=first.measure)
            return
        read = self._slots.relation if self._slots.inner == "filter" else None
        bounds = bounded_by(self._stated.text, value.start, value.end) or "equal"
        comparator = read if read in ("equal", "more", "less", "at_least", "at_most") else bounds
        self.where = Condition(measure=first.measure, comparator=comparator, value=value.amount)

    def _value(self, near: Said | None = None) -> Stating | None:
        """Take the first value, or the one nearest to a measure; each is taken once."""
        values = [value for value in self._values if near is not None or not self._is_place(value)]
        if not values:
            return None
        value = values[0]
        if near is not None and near.start >= 0:
            value = min(values, key=lambda value: max(value.start - near.end, near.start - value.end))
        if value.amount is None:
            return None
        self._values.remove(value)
        return value

    def _bound(self, value: Stating | None) -> Bound:
        relation = self._slots.relation
        if value is None:
            return Bound(relation=relation or "happened")
        if relation in (None, "happened"):
            relation = bounded_by(self._stated.text, value.start, value.end) or "equal"
        return Bound(relation=relation, value=value.amount)

    def _kept(self) -> Operation | None:
        """Return how many or which bodies, years or measures fulfil something."""
        conditions = self._excepting([said.measure for said in self._conditions])
        if conditions and self._counted and self._over != "measures":
            self.unread += [measure.phrase for measure in self._counted]
        measures = conditions if conditions and self._over != "measures" else (*self._counted, *conditions)
        if not measures:
            return None
        beside = self._conditions[0] if self._conditions else None
        bound = self._bound(None if self._values and self._is_place(self._values[0]) else self._value(beside))
        of: tuple[Operand, ...] = measures
        if bound.relation in _UNDIRECTED or (
            len(measures) == 1 and self._slots.inner in ("difference", "growth")
        ):
            percent = bound.value is not None and bound.value.unit == "%"
            of = tuple(Growth(of=measure, unit="percent" if percent else "amount") for measure in measures)
            relation = _UNDIRECTED.get(bound.relation, bound.relation)
            bound = Bound(relation=relation, value=bound.value or _NOTHING)
        if len(measures) > 1 and self._slots.inner == "sum":
            of = (Sum(of=measures),)
        elif len(measures) == 2 and self._slots.inner in ("difference", "share", "ratio"):
            of = self._of_two(measures)
        kind = Count if self._stated.operation == "count" else Filter
        return kind(of=of, over=self._over, bound=bound)

    def _of_two(self, measures: Sequence[Measure]) -> tuple[Operand, ...]:
        first, second = measures
        match self._slots.inner:
            case "share":
                return (Share(part=first, whole=second),)
            case "ratio":
                return (Ratio(of=(first, second)),)
            case _:
                return (Difference(of=(first, second)),)

    # ------------------------------------------------------------ operands

    def _operands(self) -> tuple[Operand, ...]:
        """Return what an operation goes over, with the operation inside where the reading says one."""
        match self._slots.inner:
            case "sum" if len(self._counted) > 1:
                return (Sum(of=self._counted),)
            case "sum" if self._counted and self._stated.groups:
                return (Sum(of=self._counted, over="bodies"),)
            case "mean" | "sum" as inner if len(stretches := self._stretches()) == 2 and self._counted:
                kind = Mean if inner == "mean" else Sum
                each = [[at(self._counted[0], year=year) for year in years] for years in stretches]
                return tuple(kind(of=tuple(own)) if len(own) > 1 else own[0] for own in each)
            case "mean" if self._counted:
                return tuple(Mean(of=(measure,), over="years") for measure in self._counted)
            case "share" if self._counted:
                part, whole = self._two()
                return (Share(part=part, whole=whole),) if part is not None else ()
            case "ratio" | "difference" as inner if len(self._counted) > 1:
                first, second = self._two()
                if first is None or second is None:
                    return self._counted
                return (Ratio(of=(first, second)) if inner == "ratio" else Difference(of=(first, second)),)
            case "difference" | "growth" as inner if self._counted:
                unit = self._slots.unit or ("percent" if inner == "growth" else "amount")
                return tuple(Growth(of=measure, unit=unit) for measure in self._counted)
            case "remainder" if self._wholes and self._parts:
                return (Remainder(whole=_joined(self._wholes), less=self._parts),)
            case _:
                return self._counted

    def _stretches(self) -> list[tuple[int, ...]]:
        """Return the years of each stretch of years, where two of them are set against each other."""
        stretches = [period.years for period in self._stated.periods]
        return stretches if any(len(years) > 1 for years in stretches) and all(stretches) else []

    def _two(self) -> tuple[Operand | None, Operand | None]:
        """Return the first and the second of two: the part and the whole, the one and the other."""
        parts, wholes, plain = self._parts, self._wholes, self._plain
        if parts and wholes and len(plain) == 1:
            # 依申请公开里，予以公开的占办结总数：两边说的都是它
            both = (*plain[0].qualifiers, plain[0].phrase)
            parts, wholes = (
                tuple(one.model_copy(update={"qualifiers": (*both, *one.qualifiers)}) for one in side)
                for side in (parts, wholes)
            )
        if not parts and not wholes and len(plain) > 1:
            return plain[0], _joined(plain[1:])
        parts = parts or (plain if wholes else plain[:1])
        wholes = wholes or (() if parts == plain[:1] else plain)
        if len(parts) > 1 and not wholes and self._slots.inner != "sum":
            return parts[0], _joined(parts[1:])
        return (_joined(parts) if parts else None), (_joined(wholes) if wholes else None)

    # ------------------------------------------------------------ one operation

    def _made(self) -> Operation | None:
        """Return the operation of a turn; None where what it needs is not said."""
        operation = self._stated.operation
        match operation:
            case "list" | "passage":
                return self._told(operation)
            case "explain":
                left = () if self._counted else self._stated.rest
                term = self._stated.terms[0] if self._stated.terms else "".join(left)
                return Explain(term=term, measures=self._counted)
            case "about":
                return About(of=self._particulars(), measure=next(iter(self._counted), None))
            case "holdings":
                return Holdings()
            case "check":
                return Check(measures=_with_totals(self._counted))
            case "verify":
                return self._verified()
            case _:
                return self._worked() if self._counted or self._stated.particulars else None

    def _worked(self) -> Operation | None:
        match self._stated.operation:
            case "lookup" | "several":
                return Lookup(measures=self._counted) if self._counted else About(of=self._particulars())
            case "sum":
                return self._summed()
            case "difference" | "ratio":
                return self._between()
            case "share":
                return self._shared()
            case "mean":
                return self._mean()
            case "remainder":
                return self._remainder()
            case "growth":
                operands = self._operands()
                unit = self._slots.unit or "percent"
                return Growth(of=operands[0], unit=unit) if len(operands) == 1 else None
            case "compare":
                most = "least" if self._slots.order == "asc" else "most"
                return Compare(of=self._bound_to_bodies(), over=self._over, most=most)
            case "rank":
                of = self._bound_to_bodies()
                return Rank(of=of, over=self._over, order=self._slots.order or "desc", limit=self._limit())
            case "trend":
                operands = self._operands()
                return Trend(of=operands[0]) if len(operands) == 1 else None
            case "parts":
                one = len(self._counted) == 1
                return Parts(of=self._counted[0]) if one else Lookup(measures=self._counted)
            case _:
                return None

    def _summed(self) -> Operation:
        if self._slots.inner == "mean":
            return Sum(of=self._operands())
        if self._over != "measures":
            of: tuple[Operand, ...] = self._bound_to_bodies()
            inner = len(of) > 1 and self._slots.inner == "sum"
            return Sum(of=(Sum(of=of),) if inner else of, over=self._over)
        if len(self._counted) == 1:
            # 一个数的“一共”就是这个数
            return Lookup(measures=self._counted)
        return Sum(of=self._counted, asked=self._stated.asked or None)

    def _between(self) -> Operation | None:
        kind = Difference if self._stated.operation == "difference" else Ratio
        if self._parts or self._wholes:
            first, second = self._two()
            if self._slots.inner in ("share", "growth") and first is not None:
                return kind(of=self._operands()[:2], over=self._over)
            return None if first is None or second is None else kind(of=(first, second))
        operands = self._bound_to_bodies()
        ranges = len(self._stated.periods) == 1 and len(self._stated.periods[0].years) > 1
        if kind is Difference and (self._steps_back() or ranges) and len(operands) == 1:
            return Growth(of=operands[0], unit="amount")
        if len(operands) == 1:
            over = "bodies" if self._over == "measures" else self._over
            return kind(of=operands, over=over) if self._is_pair(over) else None
        return kind(of=operands) if len(operands) == 2 else None

    def _is_pair(self, over: Over) -> bool:
        """Tell whether an operation on one measure has two bodies or years to go over, and no more."""
        if self._slots.inner is not None:
            return True
        targets = self._stated.targets
        if over == "bodies":
            return not self._stated.groups and len({target.organization for target in targets}) <= 2
        years = {target.year for target in targets}
        return len(years) <= 2 and None not in years

    def _shared(self) -> Operation | None:
        stated = self._stated
        measure = next(iter(self._counted), None)
        if measure is None:
            return None
        if len(self._counted) == 1 and self._over == "years" and len(stated.periods) == 2:
            return Share(
                part=at(measure, year=stated.periods[0].years[0]), whole=Sum(of=(measure,), over="years")
            )
        if (
            len(self._counted) == 1
            and self._over == "bodies"
            and (own := stated.bodies)
            and own[0].start >= 0
        ):
            part = at(measure, organization=own[0].name)
            if stated.groups or stated.inherits or self._slots.inner == "sum":
                return Share(part=part, whole=Sum(of=(measure,), over="bodies"))
            if len(own) == 2:
                return Share(part=part, whole=at(measure, organization=own[1].name))
        part, whole = self._two()
        return None if part is None else Share(part=part, whole=whole, asked=stated.asked or None)

    def _mean(self) -> Operation | None:
        each, unit = self._stated.each, self._stated.unit
        spells = _spells_in(aligned(self._stated.text))
        if spells and len(self._counted) == 1 and self._slots.inner is None:
            ((spell, said), *_) = spells
            (counted,) = self._counted
            counted = counted.model_copy(
                update={"phrase": counted.phrase.replace(said, "") or counted.phrase}
            )
            return Mean(of=(counted,), each=spell)
        if self._parts and self._wholes and self._slots.inner is None:
            total, divisor = _joined(self._parts), _joined(self._wholes)
            if isinstance(divisor, Measure) and divisor.unit and divisor.unit.endswith("元"):
                # 平均每项的采购金额：用钱问的是总数
                total, divisor = divisor, total
            if isinstance(divisor, Measure) and divisor.unit is None:
                divisor = divisor.model_copy(update={"unit": each})
            return Mean(of=(total,), per=divisor)
        divisor = self._divisor()
        if divisor is not None:
            return Mean(of=tuple(one for one in self._counted if one is not divisor), per=divisor)
        alone = len(self._stated.targets) <= 1 and not self._stated.groups and self._slots.inner is None
        if each is not None and alone and len(self._counted) in (1, 2):
            first, last = self._counted[0], self._counted[-1]
            own = first.unit if first.unit != each else None
            told = self._stated.asked if len(self._counted) == 1 else ""
            total = first.model_copy(update={"unit": unit or own, "asked": told or None})
            return Mean(of=(total,), per=last.model_copy(update={"unit": each}))
        return Mean(of=self._operands(), over=self._over)

    def _divisor(self) -> Measure | None:
        """Return, of two measures, the one for each of which a mean is asked: 平均每个部门多少项."""
        said = [one for one in self._stated.said if one.mark in COUNTED]
        if len(said) != 2 or len(self._counted) != 2 or self._slots.inner is not None:
            return None
        plain = aligned(self._stated.text)
        each = [
            measure
            for one, measure in zip(said, self._counted, strict=True)
            if one.start > 0
            and any(word in plain[max(0, one.start - _EACH) : one.start] for word in "每各")
            and not (one.measure.unit or "").endswith("元")
        ]
        return each[0] if len(each) == 1 else None

    def _remainder(self) -> Operation | None:
        left_out = tuple(Measure(phrase=phrase) for phrase in self._stated.excluded)
        wholes = self._wholes or self._plain
        less = (*self._parts, *left_out)
        if not self._wholes and not less and len(wholes) > 1:
            wholes, less = wholes[:1], wholes[1:]
        return Remainder(whole=_joined(wholes), less=less) if wholes and less else None

    def _steps_back(self) -> bool:
        return any(period.back for period in self._stated.periods)

    def _bound_to_bodies(self) -> tuple[Operand, ...]:
        """Return the operands, each at its own body where bodies and measures are named in turn."""
        bodies = [body for body in self._stated.bodies if body.start >= 0]
        said = [said for said in self._stated.said if said.mark in COUNTED and said.start >= 0]
        if self._slots.inner is not None or len(bodies) < 2 or len(bodies) != len(said):
            return self._operands()
        marks = sorted([*bodies, *said], key=lambda mark: mark.start)
        if any(isinstance(one, Said) == isinstance(other, Said) for one, other in pairwise(marks)):
            return self._operands()
        return tuple(
            at(measure, organization=body.name, year=self._year_of(body.name))
            for measure, body in zip(self._counted, bodies, strict=True)
        )

    def _year_of(self, name: str) -> int | None:
        years = [target.year for target in self._stated.targets if target.organization == name]
        return years[0] if len(years) == 1 else None

    def _limit(self) -> int | None:
        for value in self._values:
            number = whole_number(value.text)
            if number is not None:
                self._values.remove(value)
                return number
        return 1 if asks_for_one(aligned(self._stated.text)) else None

    # ------------------------------------------------------------ claims, passages, particulars

    def _verified(self) -> Operation | None:
        relation = self._slots.relation
        if relation == "consistent":
            return Check(measures=_with_totals(self._counted))
        if not self._counted:
            supposed = self._stated.supposed
            if not supposed:
                return None
            self._stated = self._stated.model_copy(update={"supposed": ()})
            return Verify(claims=tuple(self._supposed(one) for one in supposed))
        happens = relation in ("happened", "not_happened")
        value = None if happens else self._value()
        amount = value.amount if value is not None else None
        if value is not None and relation is None:
            relation = bounded_by(self._stated.text, value.start, value.end) or "equal"
        relation = relation or "happened"
        compares = amount is None and relation not in ("happened", "not_happened")
        if compares:
            against = self._against(relation)
            if against is not None:
                return Verify(claims=(against,))
        if self._slots.inner == "growth":
            operands: tuple[Operand, ...] = self._counted
        elif self._slots.inner is not None:
            operands = self._operands()
        elif self._parts and self._wholes:
            first, second = self._two()
            operands = (Difference(of=(first, second)),) if first is not None and second is not None else ()
        else:
            operands = self._counted
        if not operands or (compares and relation not in ("increased", "decreased")):
            return None
        return Verify(
            claims=tuple(Claim(measure=operand, relation=relation, value=amount) for operand in operands)
        )

    def _against(self, relation: Relation) -> Claim | None:
        """Return the claim that one of two is more, less or as much: their difference is held against nothing."""
        names = {target.organization for target in self._stated.targets}
        bound = all(measure.at is not None for measure in self._counted)
        pair: Operand
        if self._parts and self._wholes and self._slots.inner in (None, "sum"):
            first, second = self._two()
            if first is None or second is None:
                return None
            pair = Difference(of=(first, second))
        elif len(self._counted) == 2 and self._slots.inner is None and (len(names) < 2 or bound):
            pair = Difference(of=self._counted)
        elif len(names) < 2 and relation in _UNDIRECTED and adjacent(self._stated.targets):
            return None
        elif len(names) < 2 and self._steps_back() and relation in ("more", "less", "equal"):
            if relation == "equal":
                return Claim(
                    measure=Growth(of=self._counted[0], unit="amount"), relation="equal", value=_NOTHING
                )
            turned: Relation = "increased" if relation == "more" else "decreased"
            return Claim(measure=self._counted[0], relation=turned)
        elif len(self._stated.targets) == 2 and len(operands := self._operands()) == 1:
            pair = Difference(of=operands, over="bodies" if len(names) > 1 else "years")
        else:
            return None
        return Claim(measure=pair, relation=_UNDIRECTED.get(relation, relation), value=_NOTHING)

    def _told(self, operation: str) -> Operation | None:
        ask = self._slots.ask or "what"
        stretches = [said.measure for said in self._stated.said]
        about = "".join(_whole_phrase(measure) for measure in stretches)
        about += "".join(word for word in (*self._stated.particulars, *self._stated.terms))
        about = about or "".join(self._stated.rest) or _ABOUT.get(ask, "")
        if not about:
            return None
        kind = Listing if operation == "list" else Passage
        carried = f"{about} " if self._stated.inherits else ""
        return kind(about=about, ask=ask, asked=f"{carried}{self._stated.asked}" or None)

    def _particulars(self) -> tuple[Particular, ...]:
        """Return what is asked of a report itself: as read, and what the words name besides."""
        told = self._stated.asked if self._stated.operation == "about" else ""
        plain = aligned("".join((*self._stated.particulars, told)))
        named: list[Particular] = [
            of for of, words in load_words().particulars if any(word in plain for word in words)
        ]
        read = self._slots.of
        if read is None:
            return tuple(named) or ("title",)
        family = {"phone", "fax", "postcode", "email", "website", "address", "filled_in_by"}
        return tuple(dict.fromkeys(named)) if read in family and named else (read,)


def _stands_behind(value: Stating, said: Sequence[Said]) -> bool:
    """Tell whether an amount is said of the measure in front of it: 办复25437件, not 那56件申请."""
    return any(0 <= value.start - one.end <= _BEHIND for one in said) and not any(
        0 <= one.start - value.end <= 1 for one in said
    )


def _spells_in(plain: str) -> list[tuple[Spell, str]]:
    """Return the parts of a year that a folded text takes a mean over, each with the word that says so."""
    return [(spell, word) for spell, words in load_words().spells for word in words if word in plain]


def adjacent(targets: Sequence[Target]) -> bool:
    """Tell whether targets are of two years, the one after the other."""
    years = sorted({target.year for target in targets if target.year is not None})
    return len(years) == 2 and years[1] - years[0] == 1


def at(measure: Measure, *, organization: str | None = None, year: int | None = None) -> Measure:
    """Return a measure as that of a body or year of its own."""
    return measure.model_copy(update={"at": Target(organization=organization, year=year)})


def _with_totals(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Return measures, of which a bare total is that of the measure before it: 复议, 总计."""
    found: list[Measure] = []
    for measure in measures:
        if found and measure.phrase in _TOTALS and measure.applicant is None:
            found[-1] = found[-1].model_copy(update={"column": measure.phrase})
        else:
            found.append(measure)
    return tuple(found)


def _joined(measures: Sequence[Measure]) -> Operand:
    return measures[0] if len(measures) == 1 else Sum(of=tuple(measures))


def _whole_phrase(measure: Measure) -> str:
    return "".join((*measure.qualifiers, measure.applicant or "", measure.phrase, measure.column or ""))
