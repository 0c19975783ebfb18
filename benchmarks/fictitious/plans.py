"""Write plans over a province with what each must come to, worked out from the truth and by none of the product's code.

Amounts are fractions in the unit without a scale (元, 件), so that nothing is lost; shares are in percent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Literal, cast

from assistant.plans import (
    About,
    Among,
    Amount,
    Bound,
    Claim,
    Compare,
    Condition,
    Count,
    Difference,
    Everything,
    Extreme,
    Filter,
    Growth,
    Holdings,
    Lookup,
    Mean,
    Measure,
    Named,
    Operand,
    Operation,
    Parts,
    Plan,
    Rank,
    Ratio,
    Relation,
    Remainder,
    Share,
    Sum,
    Target,
    Trend,
    Verify,
)
from benchmarks.fictitious.forms import APPLICANTS
from benchmarks.fictitious.province import YEARS, BodyKind, Key, ProvinceReport

Dimension = Literal["count", "元", "%", "倍", "个百分点"]
Reason = Literal["blank", "unclear", "unprinted", "units_differ", "division_by_zero"]


@dataclass(frozen=True)
class Number:
    """Expect one amount."""

    value: Fraction
    dimension: Dimension


@dataclass(frozen=True)
class Nothing:
    """Expect that there is no amount, and why."""

    reason: Reason


@dataclass(frozen=True)
class Each:
    """Expect an amount or a reason for each report and measure asked, by the report's file and the measure's words."""

    found: Mapping[tuple[str, str], Number | Nothing]


@dataclass(frozen=True)
class Order:
    """Expect reports in order with their amounts, of which `limit` are asked for; those that tie in any order."""

    entries: tuple[tuple[str, Fraction], ...]
    missing: frozenset[str]
    limit: int | None = None


@dataclass(frozen=True)
class Path:
    """Expect the amounts of a body by year."""

    points: tuple[tuple[int, Fraction], ...]
    missing: frozenset[int]


@dataclass(frozen=True)
class Within:
    """Expect which reports, or which measures by their words, fulfil something."""

    fulfilling: frozenset[str]
    others: frozenset[str]
    missing: frozenset[str]


@dataclass(frozen=True)
class Whole:
    """Expect a total and its parts in the order of the form, zeros left out unless all are."""

    total: Number
    parts: tuple[Fraction, ...]


@dataclass(frozen=True)
class Verdict:
    """Expect that a claim is true or false."""

    holds: bool


@dataclass(frozen=True)
class Days:
    """Expect the days between which a report counts, or the one under its signature."""

    days: tuple[date, ...]


@dataclass(frozen=True)
class Reports:
    """Expect these reports to be named as held, by their files."""

    sources: frozenset[str]


Expected = Number | Nothing | Each | Order | Path | Within | Whole | Verdict | Days | Reports


@dataclass(frozen=True)
class Case:
    """Hold a plan with what it must come to; `name` is its operation, or `nested` where operations nest."""

    name: str
    plan: Plan
    expected: Expected


@dataclass(frozen=True)
class Said:
    """Name a cell in an asker's words; of several `keys` the form prints no total, and they add up.

    `alike` marks words by which the forms of other years have a cell too: they are asked for its own years alone.
    """

    keys: tuple[Key, ...]
    phrase: str
    column: str | None = None
    applicant: str | None = None
    dimension: Dimension = "count"
    alike: bool = False

    @property
    def measure(self) -> Measure:
        """Return the measure as a plan has it."""
        return Measure(phrase=self.phrase, column=self.column, applicant=self.applicant)


def _cell(key: str, phrase: str, column: str | None = None, dimension: Dimension = "count") -> Said:
    return Said(((key, None),), phrase, column, dimension=dimension)


def _total(key: str, phrase: str) -> Said:
    return Said(((key, "total"),), phrase)


_DENIALS = (
    "state_secret", "forbidden_by_law", "three_securities_one_stability", "third_party_rights", "internal_affairs",
    "deliberative_process", "enforcement_case_file", "administrative_query",
)  # fmt: skip
_NEW = _total("new_requests", "本年新收政府信息公开申请数量")
_CARRIED = _total("carried_over", "上年结转政府信息公开申请数量")
_FORWARD = _total("carried_forward", "结转下年度继续办理")
_GRANTED = _total("results.granted", "予以公开")
_PARTLY = _total("results.partially_granted", "部分公开")
_NOT_HELD = _total("results.unable.not_held", "本机关不掌握相关政府信息")
_DENIED = Said(tuple((f"results.denied.{key}", "total") for key in _DENIALS), "不予公开")
_LICENSING = _cell("art20_5.licensing.decisions", "行政许可", "处理决定数量")
_PENALTY = _cell("art20_6.penalty.decisions", "行政处罚", "处理决定数量")
_COERCION = _cell("art20_6.coercion.decisions", "行政强制", "处理决定数量")
_DECISIONS = (_LICENSING, _PENALTY, _COERCION)
_APPLICANTS = tuple(
    Said((("new_requests", key),), _NEW.phrase, applicant=name)
    for key, name in (("natural_person", "自然人"), ("business", "商业企业"), ("research", "科研机构"))
)  # fmt: skip
_REVIEW = tuple(
    _cell(f"review.{key}", "行政复议", name)
    for key, name in (
        ("upheld", "结果维持"),
        ("corrected", "结果纠正"),
        ("pending", "尚未审结"),
        ("total", "总计"),
    )
)
_LATER = (
    _NEW,
    _CARRIED,
    _FORWARD,
    _GRANTED,
    _PARTLY,
    _NOT_HELD,
    _DENIED,
    *_DECISIONS,
    *_APPLICANTS,
    *_REVIEW,
)
_OF_2019 = (
    _cell("art20_9.procurement.items", "政府集中采购", "采购项目数量"),
    _cell("art20_9.procurement.amount", "政府集中采购", "采购总金额", "元"),
)
_OF_2021 = (
    _cell("art20_1.normative_documents.made", "规范性文件", "制发件数"),
    _cell("art20_1.normative_documents.in_force", "规范性文件", "现行有效件数"),
    _cell("art20_8.fees.amount_wan", "行政事业性收费", "收费金额", "元"),
)
_RECEIVED = Said((("requests.received", None),), "收到申请数", alike=True)
_CHANNELS = (
    _cell("requests.received.in_person", "当面申请数"), _cell("requests.received.fax", "传真申请数"),
    _cell("requests.received.online", "网络申请数"), _cell("requests.received.letter", "信函申请数"),
)  # fmt: skip
_EARLIER = (_RECEIVED, *_CHANNELS, _cell("complaints", "举报投诉数量"))
_KINDS: tuple[BodyKind, ...] = ("县", "区", "园区", "局")
_MANY, _NESTED = 24, 72
_BELIEVED: tuple[tuple[Relation, Callable[[Fraction, Fraction], bool]], ...] = (
    ("equal", lambda value, bound: value == bound),
    ("more", lambda value, bound: value > bound),
    ("less", lambda value, bound: value < bound),
    ("at_least", lambda value, bound: value >= bound),
    ("at_most", lambda value, bound: value <= bound),
)


def plan_cases(reports: Sequence[ProvinceReport], seed: int = 0) -> tuple[Case, ...]:
    """Write each operation two dozen times and nested ones threescore; the same reports and seed give the same."""
    writer = _Writer([report for report in reports if not report.superseded], Random(f"plans:{seed}"))
    simple = (
        writer.lookup, writer.sum, writer.difference, writer.ratio, writer.share, writer.mean, writer.remainder,
        writer.growth, writer.compare, writer.rank, writer.trend, writer.count, writer.filter, writer.verify,
        writer.about, writer.holdings, writer.described, writer.parts,
    )  # fmt: skip
    cases = [write(number) for write in simple for number in range(_MANY)]
    return (*cases, *(writer.nested(number) for number in range(_NESTED)))


@dataclass(frozen=True)
class _Worth:
    """Hold an operand with the way to work it out from the truth of a report."""

    operand: Operand
    at: Callable[[ProvinceReport], Fraction | Reason]
    dimension: Dimension


def _plain(said: Said) -> _Worth:
    def at(report: ProvinceReport) -> Fraction | Reason:
        cells = [report.cells.get(key) for key in said.keys]
        held = [cell for cell in cells if cell is not None]
        unread = {cell.status for cell in held if cell.value is None}
        if len(held) < len(cells):
            return "unprinted"
        if unread:
            return "blank" if unread == {"blank"} else "unclear"
        if said.dimension == "元" and any(cell.unit != "元" for cell in held):
            return "units_differ"
        return sum((Fraction(cell.value or 0) for cell in held), Fraction(0))

    return _Worth(said.measure, at, said.dimension)


def _joined(
    operand: Operand,
    parts: Sequence[_Worth],
    work: Callable[[Sequence[Fraction]], Fraction],
    dimension: Dimension,
) -> _Worth:
    """Return an operand that needs each of its parts."""

    def at(report: ProvinceReport) -> Fraction | Reason:
        values = [part.at(report) for part in parts]
        reasons = [value for value in values if isinstance(value, str)]
        if reasons:
            return reasons[0]
        try:
            return work(cast("list[Fraction]", values))
        except ZeroDivisionError:
            return "division_by_zero"

    return _Worth(operand, at, dimension)


def _sum(*parts: _Worth) -> _Worth:
    return _joined(
        Sum(of=_operands(parts)), parts, lambda values: sum(values, Fraction(0)), parts[0].dimension
    )


def _difference(one: _Worth, other: _Worth) -> _Worth:
    points: Dimension = "个百分点" if one.dimension == "%" else one.dimension
    return _joined(
        Difference(of=_operands((one, other))), (one, other), lambda values: values[0] - values[1], points
    )


def _ratio(one: _Worth, other: _Worth) -> _Worth:
    return _joined(
        Ratio(of=_operands((one, other))), (one, other), lambda values: values[0] / values[1], "倍"
    )


def _share(part: _Worth, whole: _Worth) -> _Worth:
    operand = Share(part=part.operand, whole=whole.operand)
    return _joined(operand, (part, whole), lambda values: values[0] * 100 / values[1], "%")


def _per(one: _Worth, other: _Worth) -> _Worth:
    operand = Mean(of=(one.operand,), per=other.operand)
    return _joined(operand, (one, other), lambda values: values[0] / values[1], one.dimension)


def _mean(*parts: _Worth) -> _Worth:
    operand = Mean(of=_operands(parts))
    return _joined(operand, parts, lambda values: sum(values, Fraction(0)) / len(values), parts[0].dimension)


def _remainder(whole: _Worth, *less: _Worth) -> _Worth:
    operand = Remainder(whole=whole.operand, less=_operands(less))
    return _joined(operand, (whole, *less), lambda values: values[0] - sum(values[1:]), whole.dimension)


def _operands(parts: Sequence[_Worth]) -> tuple[Operand, ...]:
    return tuple(part.operand for part in parts)


@dataclass
class _Writer:
    reports: Sequence[ProvinceReport]
    random: Random
    known: dict[tuple[str, int], ProvinceReport] = field(
        default_factory=dict[tuple[str, int], ProvinceReport]
    )

    def __post_init__(self) -> None:
        self.known = {(report.body.name, report.year): report for report in self.reports}

    # ------------------------------------------------------------ one operation

    def lookup(self, number: int) -> Case:
        """Ask for one to three cells of one or two reports, some of them blank, unclear or not printed."""
        measures = self.random.sample(_LATER, 1 + number % 3)
        several = [report for report in self.reports if report.year > 2018]
        flawed = [report for report in several if isinstance(_plain(measures[0]).at(report), str)]
        chosen = self.random.sample(
            flawed if number % 4 == 0 and len(flawed) > 1 else several, 1 + number % 2
        )
        found = {
            (report.source, _words(said)): _told(_plain(said), report)
            for report in chosen
            for said in measures
        }
        operation = Lookup(measures=tuple(said.measure for said in measures))
        return _case("lookup", operation, _named(*chosen), Each(found))

    def sum(self, number: int) -> Case:
        """Ask for a sum over measures, years or bodies."""
        return self._taken_in("sum", number)

    def mean(self, number: int) -> Case:
        """Ask for a mean over measures, years or bodies, or for one measure per unit of another."""
        if number % 4 == 3:
            worth = _per(
                *map(_plain, (self.random.choice((_NEW, _GRANTED)), self.random.choice(_APPLICANTS)))
            )
            return self._at_one("mean", worth)
        return self._taken_in("mean", number)

    def _taken_in(self, name: Literal["sum", "mean"], number: int) -> Case:
        if number % 3 == 0:
            parts = map(
                _plain, self.random.sample(self.random.choice((_DECISIONS, _APPLICANTS, _CHANNELS)), 3)
            )
            return self._at_one(name, (_sum if name == "sum" else _mean)(*parts))
        said = self.random.choice((*_LATER, *_OF_2019, *_OF_2021, *_EARLIER))
        among, reports = self._years_of(said) if number % 3 == 1 else self._everything(said)
        over = "years" if number % 3 == 1 else "bodies"
        make = Sum if name == "sum" else Mean
        operation = make(of=(said.measure,), over=over)
        return _case(name, operation, among, _taken_in(_plain(said), reports, mean=name == "mean"))

    def difference(self, number: int) -> Case:
        """Ask by how much one exceeds the other: of two measures, bodies or years."""
        return self._of_two("difference", number)

    def ratio(self, number: int) -> Case:
        """Ask how many times the other one is: of two measures, bodies or years."""
        return self._of_two("ratio", number)

    def _of_two(self, name: Literal["difference", "ratio"], number: int) -> Case:
        if number % 3 == 0:
            worths = map(_plain, self.random.sample(self.random.choice((_DECISIONS, _CHANNELS)), 2))
            return self._at_one(name, (_difference if name == "difference" else _ratio)(*worths))
        if number % 6 == 1:
            return self._of_bound(name)
        said = self.random.choice((_NEW, _GRANTED, _RECEIVED, *_DECISIONS, *_OF_2019))
        worth = _plain(said)
        first, second = self._pair(worth, same_body=number % 3 == 1)
        over = "years" if number % 3 == 1 else "bodies"
        operation = (Difference if name == "difference" else Ratio)(of=(said.measure,), over=over)
        one, other = _certain(worth, first), _certain(worth, second)
        expected = Number(one - other, worth.dimension) if name == "difference" else Number(one / other, "倍")
        return _case(name, operation, _named(first, second), expected)

    def _of_bound(self, name: Literal["difference", "ratio"]) -> Case:
        """Ask for two measures that each name their own body and year."""
        one, other = self.random.sample(_DECISIONS, 2)
        first = self._sampled(_ratio(_plain(other), _plain(one)))
        second = self._sampled(_ratio(_plain(one), _plain(other)))
        measures = tuple(
            said.measure.model_copy(update={"at": _target(report)})
            for said, report in ((one, first), (other, second))
        )
        values = _certain(_plain(one), first), _certain(_plain(other), second)
        operation = (Difference if name == "difference" else Ratio)(of=measures)
        expected = (
            Number(values[0] - values[1], "count")
            if name == "difference"
            else Number(values[0] / values[1], "倍")
        )
        return _case(name, operation, _named(first, second), expected)

    def share(self, number: int) -> Case:
        """Ask what part of a whole a part is, the whole named or the one that the table counts the part to."""
        if number % 2:
            applicant = self.random.choice(_APPLICANTS)
            named = _share(_plain(applicant), _plain(_NEW))
            return self._at_one("share", _Worth(Share(part=applicant.measure), named.at, "%"))
        part, whole = self.random.choice(
            ((_REVIEW[0], _REVIEW[3]), (_CHANNELS[2], _RECEIVED), (_APPLICANTS[1], _NEW))
        )
        return self._at_one("share", _share(_plain(part), _plain(whole)))

    def remainder(self, number: int) -> Case:
        """Ask what is left of a whole without one or two parts."""
        whole, parts = ((_NEW, _APPLICANTS), (_RECEIVED, _CHANNELS), (_REVIEW[3], _REVIEW[:3]))[number % 3]
        less = self.random.sample(parts, 1 + number % 2)
        return self._at_one("remainder", _remainder(_plain(whole), *map(_plain, less)))

    def growth(self, number: int) -> Case:
        """Ask how a measure grew between two years, or since the year before; as an amount or in percent."""
        said = self.random.choice((_NEW, _GRANTED, _RECEIVED, _PENALTY))
        first, second = sorted(
            self._pair(_plain(said), same_body=True, apart=1 if number % 2 else None),
            key=lambda report: report.year,
        )
        before, now = (_certain(_plain(said), report) for report in (first, second))
        percent = number % 4 < 2
        operation = Growth(of=said.measure, unit="percent" if percent else "amount")
        grown = Number((now - before) * 100 / before, "%") if percent else Number(now - before, "count")
        # 行政处罚的“本年增/减”是项目数的增减，不是处理决定的：只问两个年份。
        alone = number % 2 and said is not _PENALTY
        return _case("growth", operation, _named(second) if alone else _named(first, second), grown)

    def compare(self, number: int) -> Case:
        """Ask which of two or three bodies, or of two years of one, has more."""
        said = self.random.choice((_NEW, _LICENSING, _RECEIVED, _OF_2019[1]))
        same = number % 3 == 2
        chosen = self._pair(_plain(said), same_body=same)
        if number % 3 == 1:
            chosen = (*chosen, self._another(_plain(said), chosen))
        operation = Compare(of=(said.measure,), over="years" if same else "bodies")
        return _case("compare", operation, _named(*chosen), _order(_plain(said), chosen))

    def rank(self, number: int) -> Case:
        """Ask for an order over the bodies of a kind, all bodies of a year, or the years of a body."""
        if number % 4 == 3:
            return self._rank_of_measures()
        said = self.random.choice((*_LATER, *_OF_2019, *_OF_2021, *_EARLIER))
        years = number % 3 == 2
        among, reports = self._years_of(said) if years else self._everything(said, of_kind=number % 3 == 0)
        descending, limit = number % 2 == 0, self.random.choice((None, 1, 3, 10))
        operation = Rank(
            of=(said.measure,), over="years" if years else "bodies", order="desc" if descending else "asc",
            limit=limit,
        )  # fmt: skip
        expected = _order(_plain(said), reports, descending=descending, limit=limit)
        return _case("rank", operation, among, expected)

    def _rank_of_measures(self) -> Case:
        """Ask which of several measures of a report is the largest."""
        measures = self.random.choice((_DECISIONS, _CHANNELS, _APPLICANTS))
        report = self._sampled(_sum(*map(_plain, measures)))
        entries = sorted(
            ((_words(said), _certain(_plain(said), report)) for said in measures), key=lambda entry: -entry[1]
        )
        operation = Rank(of=tuple(said.measure for said in measures), over="measures")
        return _case("rank", operation, _named(report), Order(tuple(entries), frozenset()))

    def described(self, number: int) -> Case:
        """Ask for a measure of the bodies that have the most or the least of another, or that keep within a bound."""
        said, asked = self.random.sample((_NEW, _LICENSING, _PENALTY, _DENIED), 2)
        among, reports = self._everything(said, of_kind=number % 2 == 0)
        amounts = _amounts(_plain(said), reports)
        if number % 3:
            most = number % 3 == 1
            extreme = (max if most else min)(amounts.values())
            chosen = [report for report in reports if amounts.get(report.source) == extreme]
            where: Extreme | Condition = Extreme(measure=said.measure, most="most" if most else "least")
        else:
            bound = sorted(amounts.values())[-3]
            chosen = [report for report in reports if amounts.get(report.source, Fraction(-1)) >= bound]
            amount = Amount(value=_exact(bound))
            where = Condition(measure=said.measure, comparator="at_least", value=amount)
        found = {(report.source, _words(asked)): _told(_plain(asked), report) for report in chosen}
        operation = Lookup(measures=(asked.measure,))
        return _case("described", operation, among.model_copy(update={"where": where}), Each(found))

    def parts(self, number: int) -> Case:
        """Ask what a total is made up of: the applicants of a row that have any."""
        said = (_NEW, _GRANTED)[number % 2]
        keys = [key for key in APPLICANTS if key != "total"]
        able = [
            report
            for report in self.reports
            if _plain(said).at(report) != 0
            and all(
                (cell := report.cells.get((said.keys[0][0], key))) and cell.value is not None for key in keys
            )
            and isinstance(_plain(said).at(report), Fraction)
        ]
        report = self.random.choice(able)
        amounts = [Fraction(report.cells[said.keys[0][0], key].value or 0) for key in keys]
        parts = tuple(amount for amount in amounts if amount) or tuple(amounts)
        whole = Number(_certain(_plain(said), report), "count")
        return _case("parts", Parts(of=said.measure), _named(report), Whole(whole, parts))

    def trend(self, number: int) -> Case:
        """Ask how a measure went over the years of a body."""
        said = self.random.choice((_NEW, _LICENSING, _PENALTY) if number % 2 else (_RECEIVED, *_CHANNELS))
        among, reports = self._years_of(said)
        return _case("trend", Trend(of=said.measure), among, _path(_plain(said), reports))

    def count(self, number: int) -> Case:
        """Ask how many bodies or years fulfil a bound, or have anything of a measure."""
        return self._within("count", number)

    def filter(self, number: int) -> Case:
        """Ask which bodies or years fulfil a bound, or have anything of a measure."""
        return self._within("filter", number)

    def _within(self, name: Literal["count", "filter"], number: int) -> Case:
        said = self.random.choice((*_LATER, _OF_2019[1], *_EARLIER))
        years = number % 4 == 3
        among, reports = self._years_of(said) if years else self._everything(said, of_kind=number % 2 == 0)
        make = Count if name == "count" else Filter
        over = "years" if years else "bodies"
        if number % 6 == 5:
            relation: Relation = "happened" if number % 12 == 5 else "not_happened"
            operation = make(of=(said.measure,), over=over, bound=Bound(relation=relation))
            return _case(
                name,
                operation,
                among,
                _kept(_plain(said), reports, lambda value: (value != 0) == (relation == "happened")),
            )
        relation, holds = _BELIEVED[number % 5]
        bound, amount = self._bound(_plain(said), reports)
        operation = make(of=(said.measure,), over=over, bound=Bound(relation=relation, value=amount))
        return _case(name, operation, among, _kept(_plain(said), reports, lambda value: holds(value, bound)))

    def verify(self, number: int) -> Case:
        """Ask whether a report has a certain amount, more or less of it, or more than the year before; half are false."""
        said = self.random.choice((_NEW, _GRANTED, _LICENSING, _RECEIVED))
        first, second = sorted(
            self._pair(_plain(said), same_body=True, apart=1), key=lambda report: report.year
        )
        value, before = _certain(_plain(said), second), _certain(_plain(said), first)
        if number % 6 == 5 and said is not _LICENSING:
            claim = Claim(measure=said.measure, relation="increased" if number % 12 == 5 else "decreased")
            holds = value > before if number % 12 == 5 else value < before
            return _case("verify", Verify(claims=(claim,)), _named(second), Verdict(holds))
        relation, fulfils = _BELIEVED[number % 5]
        bound = value if number % 2 else value + self.random.choice((-1, 1, 10))
        claim = Claim(measure=said.measure, relation=relation, value=Amount(value=_exact(bound)))
        return _case("verify", Verify(claims=(claim,)), _named(second), Verdict(fulfils(value, bound)))

    def about(self, number: int) -> Case:
        """Ask when a report was published, or which days it counts."""
        report = self.random.choice(self.reports)
        if number % 2:
            days = date(report.year, 1, 1), date(report.year, 12, 31)
            return _case("about", About(of=("period",)), _named(report), Days(days))
        return _case("about", About(of=("date",)), _named(report), Days((report.published,)))

    def holdings(self, number: int) -> Case:
        """Ask which reports there are of a body, a year, or a kind of body in a year."""
        report = self.random.choice(self.reports)
        among: Among = Everything(years=(report.year,), of_kind=report.kind if number % 3 else None)
        held = [
            each
            for each in self.reports
            if each.year == report.year and (each.kind == report.kind or not number % 3)
        ]
        return _case("holdings", Holdings(), among, Reports(frozenset(each.source for each in held)))

    # ------------------------------------------------------------ operations within operations

    def nested(self, number: int) -> Case:
        """Write a question whose operands are operations."""
        plain = {said: _plain(said) for said in (*_LATER, *_OF_2019, *_EARLIER)}
        upheld, corrected, _, reviews = (plain[said] for said in _REVIEW)
        person, business, research = (plain[said] for said in _APPLICANTS)
        new, granted, partly = plain[_NEW], plain[_GRANTED], plain[_PARTLY]
        licensing, penalty, coercion = (plain[said] for said in _DECISIONS)
        person_share = _share(person, new)
        alone = (
            _share(_sum(upheld, corrected), reviews),
            _share(plain[_CHANNELS[2]], _sum(*(plain[said] for said in _CHANNELS))),
            _difference(_sum(licensing, penalty), coercion),
            _ratio(_sum(granted, partly), _sum(business, research, person)),
            _remainder(_sum(licensing, penalty, coercion), penalty),
            _share(_difference(new, person), new),
            _sum(_difference(penalty, coercion), licensing),
            _difference(_share(granted, new), _share(partly, new)),
            _per(_sum(granted, partly), business),
        )
        if number % 2 == 0:
            return self._at_one("nested", alone[number // 2 % len(alone)])
        over_all = (
            self._growth_of_ratio, self._difference_of_means, self._rank_of_shares, self._mean_of_shares,
            self._count_of_shares, self._ratio_of_sums, self._largest_part, self._trend_of_shares, self._compared_ratios,
        )  # fmt: skip
        return over_all[number // 2 % len(over_all)](person_share)

    def _growth_of_ratio(self, _: _Worth) -> Case:
        worth = _ratio(*map(_plain, self.random.choice(((_GRANTED, _NEW), (_CHANNELS[2], _RECEIVED)))))
        first, second = sorted(self._pair(worth, same_body=True), key=lambda report: report.year)
        before, now = _certain(worth, first), _certain(worth, second)
        operation = Growth(of=worth.operand)
        return _case("nested", operation, _named(first, second), Number((now - before) * 100 / before, "%"))

    def _difference_of_means(self, _: _Worth) -> Case:
        one, other = self.random.sample((_LICENSING, _PENALTY, _COERCION), 2)
        among, reports = self._everything(one)
        means = [_taken_in(_plain(said), reports, mean=True) for said in (one, other)]
        operation = Difference(
            of=(Mean(of=(one.measure,), over="bodies"), Mean(of=(other.measure,), over="bodies"))
        )
        first, second = means
        return _case("nested", operation, among, Number(first.value - second.value, "count"))

    def _rank_of_shares(self, share: _Worth) -> Case:
        among, reports = self._everything(_NEW, of_kind=True)
        operation = Rank(of=(share.operand,), over="bodies", limit=3)
        return _case("nested", operation, among, _order(share, reports, limit=3))

    def _mean_of_shares(self, share: _Worth) -> Case:
        among, reports = self._everything(_NEW, of_kind=True)
        return _case(
            "nested", Mean(of=(share.operand,), over="bodies"), among, _taken_in(share, reports, mean=True)
        )

    def _count_of_shares(self, share: _Worth) -> Case:
        among, reports = self._everything(_NEW)
        bound = Bound(relation="more", value=Amount(value=Decimal(80), unit="%"))
        operation = Count(of=(share.operand,), over="bodies", bound=bound)
        return _case("nested", operation, among, _kept(share, reports, lambda value: value > 80))

    def _ratio_of_sums(self, _: _Worth) -> Case:
        one, other = self.random.sample((_LICENSING, _PENALTY, _COERCION), 2)
        among, reports = self._everything(one, of_kind=True)
        sums = [_taken_in(_plain(said), reports) for said in (one, other)]
        operation = Ratio(of=(Sum(of=(one.measure,), over="bodies"), Sum(of=(other.measure,), over="bodies")))
        return _case("nested", operation, among, Number(sums[0].value / sums[1].value, "倍"))

    def _largest_part(self, _: _Worth) -> Case:
        said = self.random.choice((_NEW, _LICENSING, _RECEIVED))
        among, reports = self._everything(said, of_kind=True)
        largest = max(_amounts(_plain(said), reports).values())
        whole = _taken_in(_plain(said), reports)
        operation = Share(
            part=Rank(of=(said.measure,), over="bodies", limit=1),
            whole=Sum(of=(said.measure,), over="bodies"),
        )
        return _case("nested", operation, among, Number(largest * 100 / whole.value, "%"))

    def _trend_of_shares(self, share: _Worth) -> Case:
        among, reports = self._years_of(_NEW)
        return _case("nested", Trend(of=share.operand), among, _path(share, reports))

    def _compared_ratios(self, _: _Worth) -> Case:
        worth = _ratio(_plain(_PENALTY), _plain(_LICENSING))
        chosen = self._pair(worth, same_body=False)
        return _case("nested", Compare(of=(worth.operand,)), _named(*chosen), _order(worth, chosen))

    # ------------------------------------------------------------ choosing reports

    def _at_one(self, name: str, worth: _Worth) -> Case:
        """Ask for something of one report that has it."""
        report = self._sampled(worth)
        operation = cast("Operation", worth.operand)
        return _case(name, operation, _named(report), Number(_certain(worth, report), worth.dimension))

    def _sampled(self, worth: _Worth) -> ProvinceReport:
        return self.random.choice(
            [report for report in self.reports if isinstance(worth.at(report), Fraction)]
        )

    def _pair(
        self, worth: _Worth, *, same_body: bool, apart: int | None = None
    ) -> tuple[ProvinceReport, ProvinceReport]:
        """Return two reports that have something, of two bodies and one year or the other way round, and not zero of it."""
        able = [
            report
            for report in self.reports
            if isinstance(value := worth.at(report), Fraction) and value != 0
        ]
        while True:
            first = self.random.choice(able)
            others = [
                report
                for report in able
                if (report.body == first.body) == same_body
                and (report.year == first.year) != same_body
                and (apart is None or abs(report.year - first.year) == apart)
            ]
            if others:
                return first, self.random.choice(others)

    def _another(self, worth: _Worth, chosen: Sequence[ProvinceReport]) -> ProvinceReport:
        bodies = {report.body for report in chosen}
        return self.random.choice(
            [
                report
                for report in self.reports
                if report.body not in bodies
                and report.year == chosen[0].year
                and isinstance(worth.at(report), Fraction)
            ]
        )

    def _years_of(self, said: Said) -> tuple[Among, list[ProvinceReport]]:
        """Return a body in every year in which its form has the cell, at least three of them readable."""
        while True:
            body = self.random.choice(self.reports).body
            own = sorted(
                (
                    report
                    for report in self.reports
                    if report.body == body and self._prints(said, report.year)
                ),
                key=lambda report: report.year,
            )
            least = min(3, sum(self._prints(said, year) for year in YEARS))
            if len(_amounts(_plain(said), own)) >= least:
                return _named(*own), own

    def _everything(self, said: Said, *, of_kind: bool = False) -> tuple[Everything, list[ProvinceReport]]:
        """Return all bodies, or those of a kind, some less one: in a year whose form has the cell, in several, in all."""
        printing = [year for year in YEARS if self._prints(said, year)]
        while True:
            years = self.random.choice(((self.random.choice(printing),), tuple(printing), None))
            if of_kind or (years is None and said.alike):
                years = (self.random.choice(printing),)
            kind = self.random.choice(_KINDS) if of_kind else None
            own = [
                report
                for report in self.reports
                if (years is None or report.year in years) and (kind is None or report.kind == kind)
            ]
            less: tuple[str, ...] = ()
            if own and self.random.random() < 0.3:
                less = (self.random.choice(own).body.name,)
                own = [report for report in own if report.body.name not in less]
            if len(_amounts(_plain(said), own)) > 2:
                return Everything(years=years, of_kind=kind, less=less), own

    def _prints(self, said: Said, year: int) -> bool:
        return any(report.year == year and said.keys[0] in report.cells for report in self.reports)

    def _bound(self, worth: _Worth, reports: Sequence[ProvinceReport]) -> tuple[Fraction, Amount]:
        """Return an amount that some reports reach, money in 万元."""
        value = self.random.choice(sorted(_amounts(worth, reports).values()))
        if worth.dimension == "元":
            return value, Amount(value=_exact(value / 10_000), unit="万元")
        return value, Amount(value=_exact(value))


def _case(name: str, operation: Operation, among: Among, expected: Expected) -> Case:
    return Case(name, Plan(standalone=name, among=among, operations=(operation,)), expected)


def _named(*reports: ProvinceReport) -> Named:
    return Named(targets=tuple(_target(report) for report in reports))


def _target(report: ProvinceReport) -> Target:
    return Target(organization=report.body.name, year=report.year)


def _words(said: Said) -> str:
    return " ".join(part for part in (said.applicant, said.phrase, said.column) if part)


def _told(worth: _Worth, report: ProvinceReport) -> Number | Nothing:
    value = worth.at(report)
    return Nothing(value) if isinstance(value, str) else Number(value, worth.dimension)


def _certain(worth: _Worth, report: ProvinceReport) -> Fraction:
    value = worth.at(report)
    if isinstance(value, str):
        raise ValueError(f"{report.source} has no amount: {value}")
    return value


def _amounts(worth: _Worth, reports: Sequence[ProvinceReport]) -> dict[str, Fraction]:
    found = {report.source: worth.at(report) for report in reports}
    return {source: value for source, value in found.items() if isinstance(value, Fraction)}


def _missing(worth: _Worth, reports: Sequence[ProvinceReport]) -> frozenset[str]:
    return frozenset(report.source for report in reports) - _amounts(worth, reports).keys()


def _taken_in(worth: _Worth, reports: Sequence[ProvinceReport], *, mean: bool = False) -> Number:
    values = _amounts(worth, reports).values()
    total = sum(values, Fraction(0))
    return Number(total / len(values) if mean else total, worth.dimension)


def _order(
    worth: _Worth, reports: Sequence[ProvinceReport], *, descending: bool = True, limit: int | None = None
) -> Order:
    amounts = sorted(_amounts(worth, reports).items(), key=lambda entry: entry[1], reverse=descending)
    return Order(tuple(amounts), _missing(worth, reports), limit)


def _path(worth: _Worth, reports: Sequence[ProvinceReport]) -> Path:
    amounts = _amounts(worth, reports)
    points = ((report.year, amounts[report.source]) for report in reports if report.source in amounts)
    return Path(tuple(points), frozenset(report.year for report in reports if report.source not in amounts))


def _kept(worth: _Worth, reports: Sequence[ProvinceReport], holds: Callable[[Fraction], bool]) -> Within:
    amounts = _amounts(worth, reports)
    fulfilling = frozenset(source for source, value in amounts.items() if holds(value))
    return Within(fulfilling, frozenset(amounts) - fulfilling, _missing(worth, reports))


def _exact(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
