"""Fill the statutory forms with figures that add up, and print them as websites and extractors do."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from random import Random
from typing import Literal

from ingest.indicators import Row, StatForm, load_indicators

Style = Literal["tabbed", "barred", "markdown"]
Form = Literal["form2019", "form2021"]
Cells = Mapping[str, Decimal | None]
Printed = Mapping[str, str]
"""How a cell is printed, by its key, where that is not its bare number."""

_PLAIN: Printed = {}

APPLICANTS = tuple(column.key for column in load_indicators().applicants)
_HEADS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
_OUTCOMES = ("upheld", "corrected", "other", "pending", "total")
_GROUPS = ("review", "litigation_direct", "litigation_after_review")
_SUM_NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
_OUTCOME_HEADS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")


@cache
def application_rows(form: Form) -> tuple[Row, ...]:
    """Return the rows of table three in their order."""
    return tuple(row for row in load_indicators().application_rows if row.form in {form, "both"})


def fill_article20(form: Form, random: Random, size: int) -> dict[str, Decimal | None]:
    """Draw table two."""
    if form == "form2019":
        made = random.randint(0, 3 + size)
        cells = {"art20_1.rules.made": 0, "art20_1.rules.published": 0, "art20_1.rules.published_total": 0}
        cells |= {
            "art20_1.normative_documents.made": made,
            "art20_1.normative_documents.published": made,
            "art20_1.normative_documents.published_total": made + random.randint(5, 40),
        }
        for row, scale in (("art20_5.licensing", 90), ("art20_5.other_services", 40), ("art20_6.penalty", 70),
                           ("art20_6.coercion", 8)):  # fmt: skip
            cells[f"{row}.prev_items"] = random.randint(3, scale * size)
            cells[f"{row}.change"] = random.choice((-1, 1)) * random.randint(1, 9)
            cells[f"{row}.decisions"] = random.randint(10, 900 * size)
        cells |= {
            "art20_8.fees.prev_items": random.randint(1, 30),
            "art20_8.fees.change": random.randint(-4, -1),
        }
        cells["art20_9.procurement.items"] = random.randint(2, 60)
        amounts = {"art20_9.procurement.amount": Decimal(random.randint(10_000, 9_000_000)) / 100}
        return {key: Decimal(value) for key, value in cells.items()} | amounts
    repealed = random.randint(0, 3)
    cells = {"art20_1.rules.made": 0, "art20_1.rules.repealed": 0, "art20_1.rules.in_force": 0}
    cells |= {
        "art20_1.normative_documents.made": random.randint(1, 5 + size),
        "art20_1.normative_documents.repealed": repealed,
        "art20_1.normative_documents.in_force": random.randint(8, 90),
        "art20_5.licensing.decisions": random.randint(10, 2000 * size),
        "art20_6.penalty.decisions": random.randint(5, 500 * size),
        "art20_6.coercion.decisions": random.randint(0, 60 * size),
    }
    fees = {"art20_8.fees.amount_wan": Decimal(random.randint(100, 900_000)) / 100}
    return {key: Decimal(value) for key, value in cells.items()} | fees


def fill_applications(form: Form, random: Random, size: int) -> dict[str, Decimal | None]:
    """Draw table three: each column and each row adds up."""
    outcomes = [row.key for row in application_rows(form) if row.key.startswith("results.")]
    outcomes.remove("results.total_processed")
    cells: dict[str, int] = {}
    for applicant in APPLICANTS[:-1]:
        new = (
            random.randint(6, 25 * size)
            if applicant == "natural_person"
            else random.choice((0, 0, 1, 2, 3, 5))
        )
        carried = (
            random.choice((0, 0, 1, 2)) if applicant == "natural_person" else random.choice((0, 0, 0, 1))
        )
        forward = min(new, random.choice((0, 0, 1, 2)))
        done = dict.fromkeys(outcomes, 0)
        for _ in range(new + carried - forward):
            # Half is granted, the rest falls anywhere.
            done[random.choice(outcomes) if random.random() < 0.5 else "results.granted"] += 1
        column = {"new_requests": new, "carried_over": carried, **done}
        column |= {"results.total_processed": new + carried - forward, "carried_forward": forward}
        for row, value in column.items():
            cells[f"{row}.{applicant}"] = value
            cells[f"{row}.total"] = cells.get(f"{row}.total", 0) + value
    return {key: Decimal(value) for key, value in cells.items()}


def fill_review(random: Random, size: int) -> dict[str, Decimal | None]:
    """Draw table four; each group's total is its sum."""
    cells: dict[str, Decimal | None] = {}
    for group in _GROUPS:
        values = [random.choice((0, 0, 1, 2, size)) for _ in range(4)]
        for outcome, value in zip(_OUTCOMES, (*values, sum(values)), strict=True):
            cells[f"{group}.{outcome}"] = Decimal(value)
    return cells


def fill_statistics(form: StatForm, random: Random, size: int) -> dict[str, Decimal | None]:
    """Draw a statistics table of the years before 2019; what the form adds up adds up."""
    cells = {
        key: Decimal(random.randint(0, 90_000)) / 100
        if unit.endswith("元")
        else Decimal(random.randint(0, 40 * size))
        for key, unit in statistics_units(form).items()
    }
    for entry in reversed(load_indicators().stat_sums):
        if entry.whole in cells:
            cells[entry.whole] = sum((cells[part] for part in entry.parts), Decimal(0))
    return dict(cells)


def statistics_units(form: StatForm) -> dict[str, str]:
    """Return the unit that a statistics table gives each of its figures, in the order of the table."""
    return {
        key: unit
        for row in load_indicators().stat_rows
        if row.form == form
        for key, unit in ((row.key, row.unit), *((child.key, child.unit) for child in row.children))
        if key
    }


def article20_lines(
    form: Form, cells: Cells, style: Style, *, signs: bool, printed: Printed = _PLAIN
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the lines of table two, each with the keys whose values it prints; `signs` prints -4, not 减少 4."""
    show = _Shown(cells, signs=signs, printed=printed)
    if form == "form2019":
        three = ("made", "published", "published_total")
        changes = ("prev_items", "change", "decisions")
        plan: list[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]] = [
            ("第二十条第（一）项", ("本年新制作数量", "本年新公开数量", "对外公开总数量"),
             (("规章", "art20_1.rules"), ("规范性文件", "art20_1.normative_documents")), three),
            ("第二十条第（五）项", ("上一年项目数量", "本年增/减", "处理决定数量"),
             (("行政许可", "art20_5.licensing"), ("其他对外管理服务事项", "art20_5.other_services")), changes),
            ("第二十条第（六）项", ("上一年项目数量", "本年增/减", "处理决定数量"),
             (("行政处罚", "art20_6.penalty"), ("行政强制", "art20_6.coercion")), changes),
            ("第二十条第（八）项", ("上一年项目数量", "本年增/减"),
             (("行政事业性收费", "art20_8.fees"),), ("prev_items", "change")),
            ("第二十条第（九）项", ("采购项目数量", "采购总金额"),
             (("政府集中采购", "art20_9.procurement"),), ("items", "amount")),
        ]  # fmt: skip
    else:
        plan = [
            ("第二十条第（一）项", ("本年制发件数", "本年废止件数", "现行有效件数"),
             (("规章", "art20_1.rules"), ("行政规范性文件", "art20_1.normative_documents")),
             ("made", "repealed", "in_force")),
            ("第二十条第（五）项", ("本年处理决定数量",), (("行政许可", "art20_5.licensing"),), ("decisions",)),
            ("第二十条第（六）项", ("本年处理决定数量",),
             (("行政处罚", "art20_6.penalty"), ("行政强制", "art20_6.coercion")), ("decisions",)),
            ("第二十条第（八）项", ("本年收费金额（单位：万元）",), (("行政事业性收费", "art20_8.fees"),), ("amount_wan",)),
        ]  # fmt: skip
    rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for item, heads, bodies, columns in plan:
        rows += [((item,), ()), (("信息内容", *heads), ())]
        for label, row in bodies:
            keys = tuple(f"{row}.{column}" for column in columns)
            rows.append(((label, *(show(key) for key in keys)), keys))
    return _lines(rows, style, width=4)


def application_lines(
    form: Form, cells: Cells, style: Style, *, printed: Printed = _PLAIN
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the lines of table three, each with the keys whose values it prints."""
    show = _Shown(cells, printed=printed)
    rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((_SUM_NOTE, "", "", "申请人情况"), ()),
        (("", "", "", "自然人", "法人或其他组织", "", "", "", "", "总计"), ()),
        (("", "", "", "", *_HEADS[1:-1], ""), ()),
    ]
    if style == "barred":
        rows = [
            ((_SUM_NOTE, "申请人情况"), ()),
            (("自然人", "法人或其他组织", "总计"), ()),
            (_HEADS[1:-1], ()),
        ]
    above: tuple[str, ...] = ()
    for row in application_rows(form):
        keys = tuple(f"{row.key}.{applicant}" for applicant in APPLICANTS)
        values = tuple(show(key) for key in keys)
        rows.append(((*_label(row.path, above, style), *values), keys))
        above = row.path
    return _lines(rows, style, width=10)


def review_lines(
    cells: Cells, style: Style, *, printed: Printed = _PLAIN
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the lines of table four, the last one with the keys whose values it prints."""
    show = _Shown(cells, printed=printed)
    keys = tuple(f"{group}.{outcome}" for group in _GROUPS for outcome in _OUTCOMES)
    if style == "barred":
        rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
            (("行政复议", "行政诉讼"), ()),
            ((*_OUTCOME_HEADS, "未经复议直接起诉", "复议后起诉"), ()),
            (_OUTCOME_HEADS * 2, ()),
        ]
    else:
        rows = [
            (("行政复议", "", "", "", "", "行政诉讼"), ()),
            ((*_OUTCOME_HEADS, "未经复议直接起诉", "", "", "", "", "复议后起诉"), ()),
            (("", "", "", "", "", *_OUTCOME_HEADS * 2), ()),
        ]
    return _lines([*rows, (tuple(show(key) for key in keys), keys)], style, width=15)


def statistics_lines(
    form: StatForm, cells: Cells, style: Style, *, units: Mapping[str, str], printed: Printed = _PLAIN
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the lines of a statistics table of the years before 2019, each with the keys whose values it prints."""
    show = _Shown(cells, printed=printed)
    rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(("统计指标", "单位", "统计数"), ())]
    top = ""
    for row in load_indicators().stat_rows:
        if row.form != form:
            continue
        if len(row.path) == 2 and row.path[0] != top:
            top = row.path[0]
            rows.append(((top, "", ""), ()))
        for key, label in ((row.key, row.path[-1]), *((child.key, child.label) for child in row.children)):
            rows.append(((label, units[key], show(key)), (key,)) if key else ((label, "", ""), ()))
    return _lines(rows, style, width=3)


def proof(line: str, style: Style) -> str:
    """Return what proves a value of a line: its innermost label and its cells."""
    cells = [cell.strip() for cell in line.strip("| ").split("\t" if style == "tabbed" else "|")]
    labels = [place for place, cell in enumerate(cells) if cell and not _is_value(cell)]
    return "\t".join(cells[labels[-1] :] if labels else cells)


class _Shown:
    """Print a cell: nothing where it is blank, a change with its direction."""

    def __init__(self, cells: Cells, *, signs: bool = True, printed: Printed = _PLAIN) -> None:
        self._cells = cells
        self._signs = signs
        self._printed = printed

    def __call__(self, key: str) -> str:
        if key in self._printed:
            return self._printed[key]
        value = self._cells[key]
        if value is None:
            return ""
        if key.endswith(".change") and not self._signs and value:
            return f"{'增加' if value > 0 else '减少'} {abs(value)}"
        return f"{value}万元" if key.endswith("procurement.amount") else f"{value}"


def _is_value(cell: str) -> bool:
    return (
        cell.removeprefix("增加 ")
        .removeprefix("减少 ")
        .removesuffix("万元")
        .lstrip("-")
        .replace(".", "")
        .isdigit()
    )


def _label(path: Sequence[str], above: Sequence[str], style: Style) -> tuple[str, ...]:
    """Return a row's label cells; what the row above began is not printed again, except in Markdown."""
    shared = 0
    while shared < min(len(path), len(above)) - 1 and path[shared] == above[shared]:
        shared += 1
    if style == "barred":
        return tuple(path[shared:])
    padded = (*path, "", "")[:3]
    return (
        padded if style == "markdown" else tuple("" if at < shared else one for at, one in enumerate(padded))
    )


def _lines(
    rows: Sequence[tuple[tuple[str, ...], tuple[str, ...]]], style: Style, *, width: int
) -> list[tuple[str, tuple[str, ...]]]:
    if style == "tabbed":
        return [("\t".join(cells), keys) for cells, keys in rows]
    if style == "barred":
        return [(" | ".join(cells) + " |", keys) for cells, keys in rows]
    lines = [("| " + " | ".join((*cells, *[""] * (width - len(cells)))) + " |", keys) for cells, keys in rows]
    return [lines[0], ("|" + "---|" * width, ()), *lines[1:]]
