"""Print reports whose every number is known in the ways that real sites use, read them, and compare what they mean.

`PYTHONPATH=. python tests/ingest/meaning.py --prints 10000 --seed 0` prints as many reports with seeds from there
on; a seed alone repeats its print: `--prints 1 --seed 4711 --keep DIR` also keeps the file and says what was read.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from pathlib import Path
from random import Random
from zipfile import ZipFile

from benchmarks.fictitious.forms import (
    APPLICANTS,
    Form,
    application_rows,
    fill_applications,
    fill_article20,
    fill_review,
)
from ingest import Ingested, IngestError, ingest_file
from ingest.indicators import Column, load_indicators
from ingest.numerals import in_base_units

OUTCOMES = ("upheld", "corrected", "other", "pending", "total")
GROUPS = ("review", "litigation_direct", "litigation_after_review")
OUTCOME_HEADS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
KINDS = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
SCALES = {"元": 1, "千元": 1000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
WORDS = ("约20", "20余", "见附件", "未统计", "120（含转发40）", "近百", "3-5", "另行公布")
NOTHING = ("", "/", "—", "无", "未发生")
CHINESE = "零一二三四五六七八九"


@dataclass(frozen=True)
class Cell:
    """Hold a printed cell; `key` is the cell of the form whose value it prints, `note` a mark behind the number."""

    text: str
    columns: int = 1
    rows: int = 1
    key: str | None = None
    note: str = ""
    struck: str = ""
    bold: bool = False


Rows = list[list[Cell]]


@dataclass
class Sheet:
    """Hold a report about to be printed; ways of printing change it before a format writes it down."""

    random: Random
    form: Form
    article20: Rows
    applications: Rows
    review: Rows
    truth: dict[str, Decimal | None]
    prose: list[tuple[str, Decimal, str]]
    footer: str = ""
    order: tuple[str, ...] = ("article20", "applications", "review")

    def table(self, name: str) -> Rows:
        return getattr(self, name)

    def values(self) -> Iterator[tuple[Rows, int, int, Cell]]:
        for rows in (self.article20, self.applications, self.review):
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell.key:
                        yield rows, at, place, cell

    def change(self, how: Callable[[Cell], Cell], *, share: float = 1.0, money: bool = False) -> None:
        for rows, at, place, cell in list(self.values()):
            if (money or not _is_money(cell.key)) and self.random.random() < share:
                rows[at][place] = how(cell)


Way = Callable[[Sheet], None]
_IN: dict[Way, Callable[[str], bool]] = {}


def only(*formats: str) -> Callable[[Way], Way]:
    """Say in which formats a way of printing is met."""

    def limited(way: Way) -> Way:
        _IN[way] = lambda name: name in formats
        return way

    return limited


def never(*formats: str) -> Callable[[Way], Way]:
    """Say in which formats a way of printing would take the meaning away."""

    def limited(way: Way) -> Way:
        _IN[way] = lambda name: name not in formats
        return way

    return limited


def _is_money(key: str | None) -> bool:
    return bool(key) and str(key).endswith((".amount", ".amount_wan"))


# ---------------------------------------------------------------- the report


def sheet_of(random: Random) -> Sheet:
    """Draw a report and lay it out as the official form does."""
    form: Form = random.choice(("form2019", "form2021"))
    size = random.randint(1, 4)
    truth = {
        **fill_article20(form, random, size),
        **fill_applications(form, random, size),
        **fill_review(random, size),
    }
    sites = random.randint(300, 9999)
    mails = random.randint(3, 90)
    prose = [
        ("网站公开政府信息{}", Decimal(sites), "条"),
        ("政务微信发布{}", Decimal(random.randint(100, 2999)), "条"),
        ("收到市民来信{}", Decimal(mails), "件"),
        ("举办培训班{}", Decimal(random.randint(2, 9)), "期"),
    ]
    sheet = Sheet(
        random=random, form=form, article20=_article20(form, truth), applications=_applications(form, truth),
        review=_review(truth), truth=dict(truth), prose=prose,
    )  # fmt: skip
    for key, value in truth.items():
        if _is_money(key):
            sheet.truth[key] = value * 10_000 if value is not None else None
    return sheet


def _shown(key: str, value: Decimal | None) -> Cell:
    text = "" if value is None else f"{value}"
    return Cell(text + ("万元" if key.endswith(".amount") else ""), key=key)


def _article20(form: Form, truth: Mapping[str, Decimal | None]) -> Rows:
    words = load_indicators()
    rows = [row for row in words.article20_rows if row.form in {form, "both"}]
    table: Rows = []
    for item in dict.fromkeys(row.path[0] for row in rows):
        own = [row for row in rows if row.path[0] == item]
        columns = [
            one for one in words.article20_columns if own[0].key in one.rows and one.form in {form, "both"}
        ]
        table.append([Cell(item, columns=4)])
        table.append([Cell("信息内容"), *_filled(3, [Cell(_label(one, form)) for one in columns])])
        for row in own:
            label = row.label_2021 if form == "form2021" and row.label_2021 else row.path[-1]
            cells = [_shown(key := f"{row.key}.{one.key}", truth[key]) for one in columns]
            table.append([Cell(label), *_filled(3, cells)])
    return table


def _label(column: Column, form: Form) -> str:
    return column.label_2021 if form == "form2021" and column.label_2021 else column.label


def _filled(width: int, cells: list[Cell]) -> list[Cell]:
    return [*cells[:-1], replace(cells[-1], columns=width - len(cells) + 1)]


def _applications(form: Form, truth: Mapping[str, Decimal | None]) -> Rows:
    relation = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    table = [
        [Cell(relation, columns=3, rows=3), Cell("申请人情况", columns=7)],
        [Cell("自然人", rows=2), Cell("法人或其他组织", columns=5), Cell("总计", rows=2)],
        [Cell(kind) for kind in KINDS],
    ]
    rows = application_rows(form)
    paths = [row.path for row in rows]
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        labels: list[Cell] = []
        for depth, label in enumerate(row.path, start=1):
            if row.path[:depth] not in seen:
                below = sum(other[:depth] == row.path[:depth] for other in paths)
                last = depth == len(row.path)
                labels.append(Cell(label, columns=4 - depth if last else 1, rows=1 if last else below))
                seen.add(row.path[:depth])
        keys = [f"{row.key}.{applicant}" for applicant in APPLICANTS]
        table.append([*labels, *(_shown(key, truth[key]) for key in keys)])
    return table


def _review(truth: Mapping[str, Decimal | None]) -> Rows:
    keys = [f"{group}.{outcome}" for group in GROUPS for outcome in OUTCOMES]
    return [
        [Cell("行政复议", columns=5), Cell("行政诉讼", columns=10)],
        [*(Cell(head, rows=2) for head in OUTCOME_HEADS), Cell("未经复议直接起诉", columns=5), Cell("复议后起诉", columns=5)],
        [Cell(head) for head in OUTCOME_HEADS * 2],
        [_shown(key, truth[key]) for key in keys],
    ]  # fmt: skip


# ---------------------------------------------------------------- ways of printing numbers


def commas(sheet: Sheet) -> None:
    sheet.change(lambda cell: replace(cell, text=_grouped(cell.text, ",")))


def wide_digits(sheet: Sheet) -> None:
    wide = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
    sheet.change(lambda cell: replace(cell, text=cell.text.translate(wide)), money=True)


@only("html", "docx", "tabbed", "barred", "markdown")
def spaced_thousands(sheet: Sheet) -> None:
    space = sheet.random.choice("\u00a0\u2009\u202f")
    sheet.change(lambda cell: replace(cell, text=_grouped(cell.text, space)))


@never("narrow", "spaced")
def units_in_cells(sheet: Sheet) -> None:
    unit = sheet.random.choice(("{}件", "{} 件", "{}（件）"))
    sheet.change(lambda cell: replace(cell, text=unit.format(cell.text)) if cell.text else cell, share=0.5)


@only("html", "docx")
def notes(sheet: Sheet) -> None:
    mark = sheet.random.choice(("1", "2", "①", "[1]"))
    sheet.change(lambda cell: replace(cell, note=mark), share=0.1)


@never("narrow", "spaced", "pdf")
def circled_notes(sheet: Sheet) -> None:
    mark = sheet.random.choice("①②③*※")
    sheet.change(lambda cell: replace(cell, text=cell.text + mark) if cell.text else cell, share=0.1)


@only("html", "docx")
def struck_out(sheet: Sheet) -> None:
    sheet.change(lambda cell: replace(cell, struck=str(sheet.random.randint(1, 99))), share=0.1)


@only("html", "docx", "markdown")
def bold(sheet: Sheet) -> None:
    sheet.change(lambda cell: replace(cell, bold=True), share=0.5)


@never("narrow", "spaced")
def chinese_numerals(sheet: Sheet) -> None:
    sheet.change(lambda cell: replace(cell, text=_chinese(cell.text)), share=0.3)


@only("html", "docx", "tabbed", "markdown")
def words_in_cells(sheet: Sheet) -> None:
    def worded(cell: Cell) -> Cell:
        sheet.truth[str(cell.key)] = None
        return replace(cell, text=sheet.random.choice(WORDS))

    sheet.change(worded, share=0.03, money=True)


@only("html", "docx", "tabbed", "markdown")
def marks_for_nothing(sheet: Sheet) -> None:
    def emptied(cell: Cell) -> Cell:
        sheet.truth[str(cell.key)] = None
        return replace(cell, text=sheet.random.choice(NOTHING))

    sheet.change(emptied, share=0.05)


def signs(sheet: Sheet) -> None:
    plus, minus = sheet.random.choice(
        (("+{}", "-{}"), ("增加{}", "减少{}"), ("增加 {}", "减少 {}"), ("＋{}", "－{}"))
    )

    def signed(cell: Cell) -> Cell:
        if not str(cell.key).endswith(".change") or not cell.text.lstrip("-").isdigit():
            return cell
        return replace(cell, text=(minus if cell.text[0] == "-" else plus).format(cell.text.lstrip("-")))

    sheet.change(signed)


# ---------------------------------------------------------------- ways of printing money


def money_in_head(sheet: Sheet) -> None:
    unit = sheet.random.choice(list(SCALES))
    shape = sheet.random.choice(("（单位：{}）", "（{}）", "(单位:{})", "（单位 {}）"))
    _money(sheet, lambda head: head + shape.format(unit), lambda value: _plain(value / SCALES[unit]))


def money_in_cell(sheet: Sheet) -> None:
    unit = sheet.random.choice(list(SCALES))
    other = sheet.random.choice(("", "（单位：万元）", "（元）"))
    _money(sheet, lambda head: head + other, lambda value: _plain(value / SCALES[unit]) + unit)


@never("narrow")
def money_with_sign(sheet: Sheet) -> None:
    sign = sheet.random.choice("¥￥")
    _money(sheet, lambda head: f"{head}（元）", lambda value: f"{sign}{_grouped(_plain(value), ',')}")


@never("one_cell_a_line", "bar_behind_each_line", "narrow", "spaced")
def money_under_caption(sheet: Sheet) -> None:
    unit = sheet.random.choice(list(SCALES))
    at = next((at for at, row in enumerate(sheet.article20) if any(_is_money(cell.key) for cell in row)), 0)
    _money(sheet, lambda head: head, lambda value: _plain(value / SCALES[unit]))
    sheet.article20.insert(at - 1, [Cell(f"单位：{unit}", columns=4)])


def _money(sheet: Sheet, head: Callable[[str], str], value: Callable[[Decimal], str]) -> None:
    for at, row in enumerate(sheet.article20):
        for place, cell in enumerate(row):
            if _is_money(cell.key) and (amount := sheet.truth[str(cell.key)]) is not None:
                row[place] = replace(cell, text=value(amount))
                above = sheet.article20[at - 1]
                name = above[place].text.split("（")[0]
                above[place] = replace(above[place], text=head(name))


# ---------------------------------------------------------------- ways of laying tables out


def unmerged(sheet: Sheet) -> None:
    for name in sheet.order:
        table = _grid(sheet.table(name))
        width = max(map(len, table))
        setattr(sheet, name, [[*row, *[Cell("")] * (width - len(row))] for row in table])


def parents_repeated(sheet: Sheet) -> None:
    sheet.applications[3:] = _grid(sheet.applications, repeated=True)[3:]
    for at in range(3, len(sheet.applications)):
        row = sheet.applications[at]
        labels = [cell for cell in row if not cell.key and cell.text]
        values = [cell for cell in row if cell.key]
        last = replace(labels[-1], columns=4 - len(labels))
        sheet.applications[at] = [*labels[:-1], last, *values]


@only("html", "docx", "tabbed")
def heads_over_two_rows(sheet: Sheet) -> None:
    table: Rows = []
    for row in sheet.article20:
        if row[0].text != "信息内容":
            table.append(row)
            continue
        cuts = [sheet.random.choice((2, 3)) for _ in row[1:]]
        table.append(
            [
                replace(row[0], rows=2),
                *(replace(c, text=c.text[:cut]) for c, cut in zip(row[1:], cuts, strict=True)),
            ]
        )
        table.append([replace(c, text=c.text[cut:]) for c, cut in zip(row[1:], cuts, strict=True)])
    sheet.article20 = table


def heads_lost(sheet: Sheet) -> None:
    """Lose the heads of some blocks, never of all."""
    heads = [at for at, row in enumerate(sheet.article20) if row[0].text == "信息内容"]
    lost = set(sheet.random.sample(heads[1:], sheet.random.randint(1, len(heads) - 1)))
    lost -= {at for at in lost if any(_is_money(cell.key) for cell in sheet.article20[at + 1])}
    sheet.article20 = [row for at, row in enumerate(sheet.article20) if at not in lost]


def footers_between_pages(sheet: Sheet) -> None:
    sheet.footer = sheet.random.choice(("— {} —", "- {} -", "第 {} 页 共 9 页", "第{}页"))


def tables_in_another_order(sheet: Sheet) -> None:
    order = list(sheet.order)
    sheet.random.shuffle(order)
    sheet.order = tuple(order)


def vertical_review(sheet: Sheet) -> None:
    values = [cell for row in sheet.review for cell in row if cell.key]
    parts = [values[at : at + 5] for at in range(0, 15, 5)]
    names = ("行政复议", "未经复议直接起诉", "复议后起诉")
    if sheet.random.random() < 0.5:
        table = [[Cell("结果"), *map(Cell, names)]]
        table += [[Cell(head), *(part[at] for part in parts)] for at, head in enumerate(OUTCOME_HEADS)]
    else:
        table = [
            [*([Cell(name, rows=5)] if at == 0 else []), Cell(head), part[at]]
            for name, part in zip(names, parts, strict=True)
            for at, head in enumerate(OUTCOME_HEADS)
        ]
    sheet.review = table


@never("pdf", "markdown")
def review_in_three_lines(sheet: Sheet) -> None:
    values = sheet.review.pop()
    sheet.review += [values[at : at + 5] for at in range(0, 15, 5)]


@only("tabbed", "barred", "one_cell_a_line", "bar_behind_each_line", "spaced")
def labels_before_numbers(sheet: Sheet) -> None:
    """Part labels from numbers, as converters do that read a table column by column."""
    rows = sheet.applications
    labels = [[cell for cell in row if not cell.key] for row in rows]
    numbers = [[cell for cell in row if cell.key] for row in rows[3:]]
    if sheet.random.random() < 0.3:
        numbers = [list(column) for column in zip(*numbers, strict=True)]
    sheet.applications = [
        *labels[:3],
        *([replace(row[-1], columns=1, rows=1)] for row in labels[3:]),
        *numbers,
    ]


@only("tabbed", "barred", "spaced", "narrow")
def labels_above_their_rows(sheet: Sheet) -> None:
    rows = sheet.applications
    for at in sorted(sheet.random.sample(range(3, len(rows)), 3), reverse=True):
        labels = [cell for cell in rows[at] if not cell.key]
        values = [cell for cell in rows[at] if cell.key]
        rows[at : at + 1] = [[replace(cell, rows=1) for cell in labels[-1:]], values]


@only("tabbed", "barred")
def labels_lost(sheet: Sheet) -> None:
    rows = sheet.applications
    for at in sheet.random.sample(range(4, len(rows) - 1), 2):
        rows[at] = [cell for cell in rows[at] if cell.key or cell.rows > 1]


def new_row(sheet: Sheet) -> None:
    cells = [Cell(str(sheet.random.randint(2, 99))) for _ in range(7)]
    at = next(
        at for at, row in enumerate(sheet.applications) if any("（四）无法提供" in cell.text for cell in row)
    )
    above = next(row for row in sheet.applications if any("（三）不予公开" in cell.text for cell in row))
    for place, cell in enumerate(above):
        if cell.rows > 1:
            above[place] = replace(cell, rows=cell.rows + 1)
    first = sheet.applications[5]
    for place, cell in enumerate(first):
        if cell.rows > 1 and "办理结果" in cell.text:
            first[place] = replace(cell, rows=cell.rows + 1)
    for row in sheet.applications[3:]:
        if any("办理结果" in cell.text for cell in row) and row is not first:
            row[0] = replace(row[0], rows=row[0].rows + 1)
    sheet.applications.insert(at, [Cell("9.属于商业秘密的", columns=1), *cells])


def new_column(sheet: Sheet) -> None:
    at = next(at for at, row in enumerate(sheet.article20) if row[0].text == "信息内容")
    end = next(end for end in range(at + 1, len(sheet.article20)) if not sheet.article20[end][1:])
    for row in sheet.article20[at:end]:
        is_head = row[0].text == "信息内容"
        row.append(Cell("本年修改件数" if is_head else str(sheet.random.randint(2, 99))))
    for row in (*sheet.article20[:at], *sheet.article20[end:]):
        row[-1] = replace(row[-1], columns=row[-1].columns + 1)


NUMBERS = (
    commas, wide_digits, spaced_thousands, units_in_cells, notes, circled_notes, struck_out, bold, chinese_numerals,
    words_in_cells, marks_for_nothing, signs,
)  # fmt: skip
MONEY = (money_in_head, money_in_cell, money_with_sign, money_under_caption)
LAYOUTS = (
    unmerged, parents_repeated, heads_over_two_rows, heads_lost, footers_between_pages, tables_in_another_order,
    vertical_review, review_in_three_lines, labels_before_numbers, labels_above_their_rows, labels_lost, new_row,
    new_column,
)  # fmt: skip


def _grouped(text: str, mark: str) -> str:
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}".replace(",", mark) + point + rest if whole.lstrip("-").isdigit() else text


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _chinese(text: str) -> str:
    """Return a whole number below 10 000 in Chinese numerals."""
    if not text.isdigit() or int(text) >= 10_000:
        return text
    if int(text) < 10:
        return CHINESE[int(text)]
    parts: list[str] = []
    for digit, place in zip(text, ("千", "百", "十", "")[4 - len(text) :], strict=True):
        parts.append("零" if digit == "0" else CHINESE[int(digit)] + place)
    joined = "".join(parts).rstrip("零")
    while "零零" in joined:
        joined = joined.replace("零零", "零")
    return joined.removeprefix("一") if joined.startswith("一十") else joined


def _grid(rows: Rows, *, repeated: bool = False) -> Rows:
    """Return the rows with a cell for each place; places that a merged cell covers are blank, or say the same."""
    places: dict[tuple[int, int], Cell] = {}
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while (at, column) in places:
                column += 1
            for down in range(cell.rows):
                for right in range(cell.columns):
                    shown = repeated and not cell.key and right == 0
                    places[at + down, column + right] = Cell(cell.text if shown else "")
            places[at, column] = replace(cell, rows=1, columns=1)
            column += cell.columns
    width = max(column for _, column in places) + 1
    return [
        [places[at, column] for column in range(width) if (at, column) in places] for at in range(len(rows))
    ]


# ---------------------------------------------------------------- formats


HEADINGS = {
    "article20": "主动公开政府信息情况",
    "applications": "收到和处理政府信息公开申请情况",
    "review": "政府信息公开行政复议、行政诉讼情况",
}
TITLE = "青禾县2022年政府信息公开工作年度报告"


def pieces(sheet: Sheet) -> Iterator[str | Rows]:
    """Yield headings, paragraphs and tables in printed order; a footer cuts a table in two."""
    yield TITLE
    yield "本报告由青禾县人民政府办公室编制，统计期限自2022年1月1日起至2022年12月31日止。"
    yield "一、总体情况"
    yield "，".join(phrase.format(f"{value}{unit}") for phrase, value, unit in sheet.prose) + "。"
    for number, name in zip("二三四", sheet.order, strict=True):
        yield f"{number}、{HEADINGS[name]}"
        table = sheet.table(name)
        if sheet.footer and len(table) > 8:
            whole = _grid(table)
            at = sheet.random.randint(4, len(whole) - 3)
            yield whole[:at]
            yield sheet.footer.format(sheet.random.randint(2, 8))
            yield whole[at:]
        else:
            yield table
    yield "五、存在的主要问题及改进情况"
    yield "解读材料还不够通俗，下一步将请办事群众试读后再发布。"


def _text(cell: Cell) -> str:
    return f"**{cell.text}**" if cell.bold and cell.text else cell.text


def _in_text(lay: Callable[[Rows], str]) -> Callable[[Sheet, Path], Path]:
    def write(sheet: Sheet, folder: Path) -> Path:
        parts = [part if isinstance(part, str) else lay(part) for part in pieces(sheet)]
        path = folder / "年报.txt"
        path.write_text("\n\n".join(parts) + "\n", "utf-8")
        return path

    return write


def _tabbed(rows: Rows) -> str:
    return "\n".join("\t".join(map(_text, row)) for row in _grid(rows))


def _barred(rows: Rows) -> str:
    return "\n".join(" | ".join(map(_text, row)) + " |" for row in rows)


def _markdown(rows: Rows) -> str:
    grid = _grid(rows)
    width = max(map(len, grid))
    lines = ["| " + " | ".join([*map(_text, row), *[""] * (width - len(row))]) + " |" for row in grid]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])


def _spaced(rows: Rows) -> str:
    return "\n".join("   ".join(_text(cell) for cell in row if cell.text) for row in rows)


def _narrow(rows: Rows) -> str:
    return "\n".join(" ".join(_text(cell) for cell in row if cell.text) for row in rows)


def _one_cell_a_line(rows: Rows) -> str:
    return "\n\n".join(_text(cell) for row in rows for cell in row if cell.text)


def _bar_behind_each_line(rows: Rows) -> str:
    return "\n".join(f"{_text(cell)} |" for row in rows for cell in row if cell.text)


def _html(sheet: Sheet, folder: Path) -> Path:
    nested = sheet.random.random() < 0.3
    body = "\n".join(
        f"<p>{escape(part)}</p>" if isinstance(part, str) else _html_table(part, sheet.random)
        for part in pieces(sheet)
    )
    if nested:
        body = f"<table width='100%'><tr><td>{body}</td></tr></table>"
    path = folder / "年报.html"
    path.write_text(
        f"<html><head><meta charset='utf-8'><title>{TITLE}</title></head><body><div id='zoom'>{body}</div></body></html>",
        "utf-8",
    )
    return path


def _html_table(rows: Rows, random: Random) -> str:
    wrap = random.choice(
        ("{}", "<p>{}</p>", "<p><span>{}</span></p>", "<div align='center'><font>{}</font></div>")
    )
    tag = random.choice(("td", "td", "th"))
    drawn = ""
    for at, row in enumerate(rows):
        name = tag if at == 0 else "td"
        drawn += "<tr>" + "".join(
            f"<{name}{_spans(cell)}>{wrap.format(_html_text(cell, random))}</{name}>" for cell in row
        ) + "</tr>\n"  # fmt: skip
    return f"<table border='1'><tbody>{drawn}</tbody></table>"


def _spans(cell: Cell) -> str:
    rows = f" rowspan='{cell.rows}'" if cell.rows > 1 else ""
    return rows + (f" colspan='{cell.columns}'" if cell.columns > 1 else "")


def _html_text(cell: Cell, random: Random) -> str:
    text = escape(cell.text) or "&nbsp;"
    if cell.bold:
        text = f"<strong>{text}</strong>"
    if cell.struck and cell.text:
        tag = random.choice(("s", "del", "strike"))
        text = f"<{tag}>{cell.struck}</{tag}>{text}"
    return text + (f"<sup>{escape(cell.note)}</sup>" if cell.note and cell.text else "")


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def _docx(sheet: Sheet, folder: Path) -> Path:
    body = "".join(
        f"<w:p>{_run(part)}</w:p>" if isinstance(part, str) else _docx_table(part) for part in pieces(sheet)
    )
    path = folder / "年报.docx"
    with ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", _TYPES)
        file.writestr("_rels/.rels", _RELATIONS)
        file.writestr(
            "word/document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><w:document {_W}><w:body>{body}</w:body></w:document>',
        )
    return path


def _run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _docx_table(rows: Rows) -> str:
    open_cells: dict[int, tuple[int, int]] = {}
    drawn = ""
    for row in rows:
        column, at = 0, 0
        line = ""
        while at < len(row) or column in open_cells:
            if column in open_cells:
                left, width = open_cells.pop(column)
                if left > 1:
                    open_cells[column] = (left - 1, width)
                merged = f'<w:gridSpan w:val="{width}"/><w:vMerge/>'
                line += f"<w:tc><w:tcPr>{merged}</w:tcPr><w:p/></w:tc>"
                column += width
                continue
            cell = row[at]
            at += 1
            start = '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
            if cell.rows > 1:
                open_cells[column] = (cell.rows - 1, cell.columns)
            struck = _run(cell.struck, "<w:strike/>") if cell.struck and cell.text else ""
            note = _run(cell.note, '<w:vertAlign w:val="superscript"/>') if cell.note and cell.text else ""
            runs = struck + _run(cell.text, "<w:b/>" if cell.bold else "") + note
            line += (
                f'<w:tc><w:tcPr><w:gridSpan w:val="{cell.columns}"/>{start}</w:tcPr><w:p>{runs}</w:p></w:tc>'
            )
            column += cell.columns
            # 本行已画的合并格不再续
        drawn += f"<w:tr>{line}</w:tr>"
    return f"<w:tbl>{drawn}</w:tbl>"


def _pdf(sheet: Sheet, folder: Path) -> Path:
    from printing import Style, Table, printed

    blocks: list[str | Table] = []
    for part in pieces(sheet):
        if isinstance(part, str):
            blocks.append(part)
            continue
        cells: list[tuple[str, int, int, int, int]] = []
        taken: set[tuple[int, int]] = set()
        for at, row in enumerate(part):
            column = 0
            for cell in row:
                while (at, column) in taken:
                    column += 1
                cells.append((cell.text, at, column, cell.rows, cell.columns))
                taken |= {
                    (at + down, column + right) for down in range(cell.rows) for right in range(cell.columns)
                }
                column += cell.columns
        width = max(column for _, column in taken) + 1
        shares = (
            (0.9, 2.4, 4.2, *[1.2] * (width - 3))
            if width > 9 and part is sheet.applications
            else (1.0,) * width
        )
        blocks.append(Table(cells=tuple(cells), widths=shares))
    path = folder / "年报.pdf"
    path.write_bytes(printed(blocks, Style(numbered=sheet.footer.replace("{}", "{page}") or "- {page} -")))
    return path


FORMATS: dict[str, tuple[Callable[[Sheet, Path], Path], int]] = {
    "tabbed": (_in_text(_tabbed), 12),
    "barred": (_in_text(_barred), 8),
    "markdown": (_in_text(_markdown), 8),
    "spaced": (_in_text(_spaced), 6),
    "narrow": (_in_text(_narrow), 4),
    "one_cell_a_line": (_in_text(_one_cell_a_line), 8),
    "bar_behind_each_line": (_in_text(_bar_behind_each_line), 4),
    "html": (_html, 30),
    "docx": (_docx, 18),
    "pdf": (_pdf, 2),
}
"""Each format with how often it is chosen."""


# ---------------------------------------------------------------- printing and comparing


@dataclass(frozen=True)
class Print:
    """Hold what became of one print: how many cells and figures it has, how many were read, and which wrongly."""

    seed: int
    ways: tuple[str, ...]
    total: int
    read: int
    wrong: tuple[str, ...]
    unread: tuple[str, ...]


def printed_and_read(seed: int, folder: Path, *, without: frozenset[str] = frozenset()) -> Print:
    """Print the report of a seed in the ways that the seed chooses, read it, and compare."""
    random = Random(seed)
    sheet = sheet_of(random)
    name = random.choices(list(FORMATS), [often for _, often in FORMATS.values()])[0]
    ways: list[Way] = []
    for kind in (NUMBERS, MONEY, LAYOUTS):
        met = [way for way in kind if way.__name__ not in without and (way not in _IN or _IN[way](name))]
        ways += random.sample(met, random.choice((0, 1, 1)))
    for way in ways:
        way(sheet)
    path = FORMATS[name][0](sheet, folder)
    named = (name, *(way.__name__ for way in ways))
    try:
        found = ingest_file(path)
    except IngestError as error:
        return Print(seed, named, len(sheet.truth), 0, (), (f"not read: {error}",))
    except Exception as error:  # noqa: BLE001 — one that fails must not stop the others
        return Print(seed, named, len(sheet.truth), 0, (f"crashed: {error!r}",), ())
    return _compared(seed, named, sheet, found)


def _compared(seed: int, ways: tuple[str, ...], sheet: Sheet, found: Ingested) -> Print:
    cells = {
        ".".join(filter(None, (cell.indicator, cell.applicant))): cell
        for table in found.report.tables
        for cell in table.cells
        if cell.indicator
    }
    wrong: list[str] = []
    unread: list[str] = []
    for key in dict.fromkeys((*sheet.truth, *cells)):
        cell, truth = cells.get(key), sheet.truth.get(key)
        told = in_base_units(cell.quantity)[0] if cell and cell.quantity else None
        if told is not None and told != truth:
            wrong.append(f"{key}: {truth} read as {told}")
        elif truth is not None and told is None:
            unread.append(f"{key}: {truth} {cell.reason if cell else 'no such cell'}")
    figures = Counter(
        (figure.quantity.value, figure.quantity.unit)
        for figure in found.figures
        if figure.origin == "sentence" and figure.quantity
    )
    expected = Counter((value, unit) for _, value, unit in sheet.prose)
    wrong += [f"prose: {value}{unit} is nowhere" for value, unit in figures - expected]
    unread += [f"prose: {value}{unit}" for value, unit in expected - figures]
    total = len(sheet.truth) + len(sheet.prose)
    return Print(seed, ways, total, total - len(unread) - len(wrong), tuple(wrong), tuple(unread))


def run(seeds: Sequence[int], folder: Path, *, without: frozenset[str] = frozenset()) -> Iterator[Print]:
    """Print and read each seed; `without` leaves out ways by their names."""
    for seed in seeds:
        yield printed_and_read(seed, folder, without=without)


def main() -> int:
    """Print how much was read and what was read wrongly; fail where anything was, or less than 98 % was read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prints", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--without", nargs="*", default=())
    options = parser.parse_args()
    total = read = wrong = 0
    by_way: Counter[str] = Counter()
    of_way: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for one in run(
            range(options.seed, options.seed + options.prints), folder, without=frozenset(options.without)
        ):
            total, read, wrong = total + one.total, read + one.read, wrong + len(one.wrong)
            for way in one.ways:
                by_way[way] += one.read
                of_way[way] += one.total
            if one.wrong or options.prints == 1:
                sys.stdout.write(f"seed {one.seed} {' '.join(one.ways)}: {one.read}/{one.total}\n")
                sys.stdout.write("".join(f"  wrong {line}\n" for line in one.wrong[:5]))
            if options.prints == 1:
                sys.stdout.write("".join(f"  unread {line}\n" for line in one.unread[:40]))
    for way in sorted(of_way, key=lambda way: by_way[way] / of_way[way]):
        sys.stdout.write(f"{by_way[way] / of_way[way]:7.2%}  {way}\n")
    sys.stdout.write(f"{options.prints} prints, {read} of {total} read ({read / total:.2%}), {wrong} wrong\n")
    return 0 if not wrong and read >= 0.98 * total else 1


if __name__ == "__main__":
    sys.exit(main())
