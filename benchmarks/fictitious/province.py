"""Write the reports of a province over eleven years, with the truth of each cell in the form that a program reads.

Counties, districts, parks and bureaus; blank, rough and misplaced cells, tables and years that are missing, units of
every scale, amounts that tie, and reports that were published a second time with other figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Literal

from benchmarks.fictitious import forms
from benchmarks.fictitious.bodies import Body, all_counties, invent
from ingest.indicators import StatForm, load_indicators
from ingest.models import Applicant, CellStatus

BodyKind = Literal["县", "区", "园区", "局"]
Key = tuple[str, Applicant | None]
"""An indicator and, in table three, the applicant."""

YEARS = tuple(range(2013, 2024))
_KINDS: tuple[BodyKind, ...] = ("县", "区", "县", "园区", "局")
_SCALES = {"元": Decimal(1), "万元": Decimal(10**4), "亿元": Decimal(10**8)}
_NOTHING = ("", "—", "/")
_HOTLINE = (
    "全年受理12345热线诉求{received}件，办结{resolved}件，办结率{resolve_rate}%。",
    "承接12345政务服务便民热线工单{received}件，已办复{resolved}件，办复率为{resolve_rate}%。",
    "12345热线方面，全年共接到{received}件，办结{resolved}件，办结率达{resolve_rate}%。",
)
_TIES = {"art20_5.licensing.decisions": 6000, "requests.received": 480}
"""Amounts above every other one that is drawn; a few bodies share them."""


@dataclass(frozen=True)
class TrueCell:
    """Hold what a cell says: `value` in the unit without a scale (元, 件), None where it is blank or unclear."""

    value: Decimal | None
    unit: str
    printed: str
    status: CellStatus


@dataclass(frozen=True)
class ProvinceReport:
    """Hold a report with the truth of each of its cells; a `superseded` one was published again later."""

    body: Body
    kind: BodyKind
    year: int
    published: date
    source: str
    text: str
    cells: Mapping[Key, TrueCell]
    superseded: bool = False


def province(count: int = 505, seed: int = 0) -> tuple[ProvinceReport, ...]:
    """Write so many reports; the same count and seed give the same ones."""
    random = Random(f"province:{seed}")
    reports: list[ProvinceReport] = []
    for body, kind, year in _body_years(random):
        report = _report(body, kind, year, Random(f"{seed}:{body.name}:{year}"))
        reports.append(report)
        if len(reports) < count and random.random() < 0.02:
            again = _report(body, kind, year, Random(f"{seed}:{body.name}:{year}:again"), later=True)
            reports[-1] = replace(report, superseded=True)
            reports.append(again)
        if len(reports) >= count:
            break
    random.shuffle(reports)
    return tuple(replace(report, source=f"{number:04d}.txt") for number, report in enumerate(reports))


def _body_years(random: Random) -> Iterator[tuple[Body, BodyKind, int]]:
    """Yield bodies in turn of their kinds; a park and a bureau are of a county that reports too."""
    places = list(all_counties())
    random.shuffle(places)
    place = ""
    for number, name in enumerate(places):
        kind = _KINDS[number % len(_KINDS)]
        if kind in {"县", "区"}:
            place = name if kind == "县" else name[:-1] + "区"
            body = invent("county", random, county=place)
        else:
            body = invent("park" if kind == "园区" else "department", random, county=place)
        for year in sorted(random.sample(YEARS, random.choice((5, 6, 7, 8, 9, 10, 11, 11)))):
            yield body, kind, year


def _report(body: Body, kind: BodyKind, year: int, random: Random, *, later: bool = False) -> ProvinceReport:
    published = date(year + 1, 1, 10) + timedelta(days=random.randint(0, 70) + (120 if later else 0))
    size = 3 if kind in {"县", "区"} else 1
    truth: dict[Key, TrueCell] = {}
    lines = [
        f"{body.printed}{year}年政府信息公开工作年度报告",
        f"本报告依据《中华人民共和国政府信息公开条例》编制，统计期限为{year}年1月1日至{year}年12月31日。",
        "一、总体情况",
        f"{year}年，{body.we}持续推进政务公开，及时发布与群众利益密切相关的信息。",
    ]
    if random.random() < 0.7:
        line, told = _hotline(random, size)
        lines.append(line)
        truth |= told
    for heading, table, cells in _tables(kind, year, random, size):
        lines += [heading, *table]
        truth |= cells
    lines += [
        "五、存在的主要问题及改进情况",
        f"{body.we}政务公开工作人员业务能力有待提高，将加强学习。",
        "六、其他需要报告的事项",
        "无其他需要报告的事项。",
        body.printed,
        f"{published.year}年{published.month}月{published.day}日",
    ]
    return ProvinceReport(body, kind, year, published, "", "\n".join(lines) + "\n", truth)


def _hotline(random: Random, size: int) -> tuple[str, dict[Key, TrueCell]]:
    received = Decimal(random.randint(120, 1500) * size)
    resolved = received - random.randint(1, int(received) // 20)
    rate = (resolved * 100 / received).quantize(Decimal("0.01"), ROUND_HALF_UP)
    said = {"received": (received, "件"), "resolved": (resolved, "件"), "resolve_rate": (rate, "%")}
    truth: dict[Key, TrueCell] = {
        (f"narrative.hotline_12345.{key}", None): TrueCell(value, unit, f"{value}{unit}", "ok")
        for key, (value, unit) in said.items()
    }
    return random.choice(_HOTLINE).format(**{key: str(value) for key, (value, _) in said.items()}), truth


def _tables(
    kind: BodyKind, year: int, random: Random, size: int
) -> Iterator[tuple[str, list[str], dict[Key, TrueCell]]]:
    """Yield each table that the report prints: its heading, its lines and its cells."""
    style: forms.Style = random.choice(("tabbed", "barred", "markdown"))
    if year == 2013:
        return
    if year < 2019:
        statistics: StatForm = "ningxia" if kind == "园区" and year == 2017 else "national"
        units = {
            key: random.choice(("元", "万元")) if unit.endswith("元") else unit
            for key, unit in forms.statistics_units(statistics).items()
        }
        drawn = forms.fill_statistics(statistics, random, size)
        truth, printed = _printed(drawn, units, random, in_cell=False)
        lines = forms.statistics_lines(statistics, drawn, style, units=units, printed=printed)
        yield "政府信息公开情况统计表", [line for line, _ in lines], truth
        return
    form: forms.Form = "form2019" if year <= 2020 else "form2021"
    drawn = forms.fill_article20(form, random, size)
    truth, printed = _printed(drawn, _units(drawn), random)
    lines = forms.article20_lines(form, drawn, style, signs=random.random() < 0.5, printed=printed)
    if random.random() > 0.03:
        yield "二、主动公开政府信息情况", [line for line, _ in lines], truth
    drawn = forms.fill_applications(form, random, size)
    truth, printed = _printed(drawn, _units(drawn), random)
    lines = forms.application_lines(form, drawn, style, printed=printed)
    yield "三、收到和处理政府信息公开申请情况", [line for line, _ in lines], truth
    drawn = forms.fill_review(random, size)
    truth, printed = _printed(drawn, _units(drawn), random)
    lines = forms.review_lines(drawn, style, printed=printed)
    if random.random() > 0.03:
        yield "四、政府信息公开行政复议、行政诉讼情况", [line for line, _ in lines], truth


def _units(keys: Sequence[str] | Mapping[str, object]) -> dict[str, str]:
    """Return the unit of each cell where the print gives none."""
    units = {entry.key: entry.unit for entry in load_indicators().indicators}
    return {
        key: "万元" if key.endswith(("procurement.amount", "amount_wan")) else units.get(key, "件")
        for key in keys
    }


def _printed(
    drawn: forms.Cells, units: Mapping[str, str], random: Random, *, in_cell: bool = True
) -> tuple[dict[Key, TrueCell], dict[str, str]]:
    """Return the truth of each cell and how it is printed; with `in_cell` it may print a unit of its own.

    How a change is printed is left to the form: -4, or 减少 4.
    """
    truth: dict[Key, TrueCell] = {}
    printed: dict[str, str] = {}
    for key, value in drawn.items():
        cell = truth[_key(key)] = _cell(key, value or Decimal(0), units[key], random, in_cell=in_cell)
        if cell.status != "ok" or not key.endswith(".change"):
            printed[key] = cell.printed
    return truth, printed


def _cell(key: str, value: Decimal, unit: str, random: Random, *, in_cell: bool) -> TrueCell:
    if key in _TIES and random.random() < 0.06:
        value = Decimal(_TIES[key])
    base = "元" if unit in _SCALES else unit
    in_base = value * _SCALES.get(unit, Decimal(1))
    chance = random.random()
    if chance < 0.012:
        return TrueCell(None, base, random.choice(_NOTHING), "blank")
    if chance < 0.02 and value > 0:
        return TrueCell(None, base, random.choice(("约{}", "{}余")).format(value), "unclear")
    if in_cell and unit in _SCALES:
        if chance < 0.06:
            return TrueCell(value, "项", f"{value}项", "ok")
        scale = random.choice(tuple(_SCALES))
        return TrueCell(in_base, base, f"{(in_base / _SCALES[scale]).normalize():f}{scale}", "ok")
    own_unit = in_cell and chance < 0.06 and not key.endswith(".change")
    return TrueCell(in_base, base, f"{value}{unit if own_unit else ''}", "ok")


def _key(key: str) -> Key:
    """Return indicator and applicant of a cell; only the cells of table three have an applicant behind the row."""
    row, _, last = key.rpartition(".")
    rows = {entry.key for entry in load_indicators().application_rows}
    applicant = next((column for column in forms.APPLICANTS if column == last), None)
    return (row, applicant) if applicant is not None and row in rows else (key, None)
