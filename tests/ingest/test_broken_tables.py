"""Tables that a converter has broken: numbers stand where order, counts and sums leave one way, or nowhere."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2019,
    ARTICLE20_2021,
    BALANCED,
    REVIEW,
    REVIEW_HEAD,
    ZERO,
    Rows,
    applications,
    barred,
    codes,
    one_cell_a_line,
    read,
    report,
    tabbed,
    table,
    values,
)

from ingest import Ingested
from ingest.indicators import load_indicators

FULL = {row.key: BALANCED.get(row.key, ZERO) for row in load_indicators().application_rows}
LABELS = [row.path[-1] for row in load_indicators().application_rows if row.form in {"form2021", "both"}]
NUMBERS = [FULL[row.key] for row in load_indicators().application_rows if row.form in {"form2021", "both"}]
HEAD = applications()[:3]


@pytest.fixture
def whole(tmp_path: Path) -> Ingested:
    return read(
        report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications()), review=tabbed(REVIEW)),
        tmp_path,
    )


def placed(found: Ingested, kind: str) -> set[str]:
    return {one.placed for one in table(found, kind).cells if one.placed}


# ---------------------------------------------------------------- labels away from their numbers


@pytest.mark.parametrize(
    "numbers",
    [
        "\n".join("\t".join(row) for row in NUMBERS),
        "\n".join("\t".join(column) for column in zip(*NUMBERS, strict=True)),
        "\n".join(number for row in NUMBERS for number in row),
        "\n".join(number for column in zip(*NUMBERS, strict=True) for number in column),
        "\n\n".join(" | ".join(row) + " |" for row in NUMBERS),
    ],
    ids=["row by row", "column by column", "one number a line", "one a line, by columns", "barred"],
)
def test_numbers_below_all_labels_are_placed_where_the_sums_allow(
    tmp_path: Path, whole: Ingested, numbers: str
) -> None:
    found = read(report(table3=tabbed(HEAD) + "\n" + "\n".join(LABELS) + "\n" + numbers), tmp_path)
    assert values(found, "applications") == values(whole, "applications")
    assert all("勾稽" in reason for reason in placed(found, "applications"))
    assert placed(found, "applications")


def test_numbers_whose_sums_do_not_agree_are_placed_nowhere(tmp_path: Path) -> None:
    wrong = [row if at else ("15", *row[1:]) for at, row in enumerate(NUMBERS)]
    numbers = "\n".join("\t".join(row) for row in wrong)
    found = read(report(table3=tabbed(HEAD) + "\n" + "\n".join(LABELS) + "\n" + numbers), tmp_path)
    assert set(values(found, "applications").values()) == {"unclear"}
    assert "unclear_row" in codes(found)


def test_numbers_of_which_one_is_lost_are_placed_nowhere(tmp_path: Path) -> None:
    numbers = "\n".join([number for row in NUMBERS for number in row][1:])
    found = read(report(table3=tabbed(HEAD) + "\n" + "\n".join(LABELS) + "\n" + numbers), tmp_path)
    told = values(found, "applications") if len(found.report.tables) else {}
    assert {value for value in told.values() if not isinstance(value, str)} == set()


@pytest.mark.parametrize("lay", [tabbed, barred])
@pytest.mark.parametrize("key", ["carried_over", "results.granted", "results.unable.not_held"])
def test_row_whose_label_is_lost_is_named_by_its_neighbours(
    tmp_path: Path, whole: Ingested, lay: Callable[[Rows], str], key: str
) -> None:
    label = next(row.path[-1] for row in load_indicators().application_rows if row.key == key)
    rows = [row[-7:] if label in row else row for row in applications(label=lambda path: path[-1:])]
    found = read(report(table3=lay(rows)), tmp_path)
    assert values(found, "applications") == values(whole, "applications")
    assert len(placed(found, "applications")) == 1
    assert codes(found) == set()


def test_row_whose_label_is_lost_stays_unplaced_where_two_rows_are_missing(tmp_path: Path) -> None:
    rows = applications(label=lambda path: path[-1:])
    rows = [
        row[-7:] if "1.属于国家秘密" in row else row
        for row in rows
        if "2.其他法律行政法规禁止公开" not in row
    ]
    found = read(report(table3=tabbed(rows)), tmp_path)
    assert "unplaced_row" in codes(found)
    assert placed(found, "applications") == set()


@pytest.mark.parametrize("at", [3, 5, 20])
def test_numbers_of_a_row_above_the_table_belong_to_the_label_without_any(
    tmp_path: Path, whole: Ingested, at: int
) -> None:
    rows = list(applications(label=lambda path: path[-1:]))
    moved = rows[at][-7:]
    rows[at] = (rows[at][0], *[""] * 2)
    found = read(report(table3=tabbed([moved, *rows])), tmp_path)
    assert values(found, "applications") == values(whole, "applications")


@pytest.mark.parametrize("rows", [ARTICLE20_2021[4:], ARTICLE20_2021])
def test_numbers_of_table_two_below_its_labels_are_placed_where_one_way_is_left(
    tmp_path: Path, rows: Rows
) -> None:
    labels = [cell for row in rows for cell in row if cell and not cell.replace(".", "").isdigit()]
    numbers = [cell for row in rows for cell in row if cell.replace(".", "").isdigit()]
    found = read(report(article20="\n".join((*labels, *numbers)), table3=tabbed(applications())), tmp_path)
    told = values(found, "article20")
    assert told["art20_6.penalty.decisions"] == 435
    assert told["art20_5.licensing.decisions"] == 7120
    # 两行三列的一项，逐行与逐列放法不同：不猜
    assert told.get("art20_1.normative_documents.made", "unclear") == "unclear"
    assert told.get("art20_1.normative_documents.in_force", 34) == 34


# ---------------------------------------------------------------- blocks without their head


@pytest.mark.parametrize("rows", [ARTICLE20_2019, ARTICLE20_2021], ids=["2019", "2021"])
@pytest.mark.parametrize("item", ["（五）", "（六）", "（八）"])
def test_block_without_its_head_takes_the_columns_of_the_tables_form(
    tmp_path: Path, rows: Rows, item: str
) -> None:
    at = next(at for at, row in enumerate(rows) if item in row[0])
    lost = [row for place, row in enumerate(rows) if place != at + 1]
    plain, found = (read(report(article20=tabbed(each)), tmp_path) for each in (rows, lost))
    told = values(plain, "article20")
    if item == "（八）" and "art20_8.fees.amount_wan" in told:
        # 列名没有印出，就不知道金额的单位
        told["art20_8.fees.amount_wan"] = "unclear"
    assert values(found, "article20").items() == told.items()


def test_block_without_its_head_and_with_a_cell_lost_is_unclear(tmp_path: Path) -> None:
    rows = [row for row in ARTICLE20_2019 if row[1] != "上一年项目数量"]
    rows = [row[:2] if row[0] == "行政许可" else row for row in rows]
    told = values(read(report(article20=tabbed(rows)), tmp_path), "article20")
    assert told["art20_5.licensing.prev_items"] == "unclear"
    assert told["art20_5.other_services.decisions"] == 310


def test_row_alone_without_any_head_is_not_placed(tmp_path: Path) -> None:
    found = read(report(article20="第二十条第（六）项\t\t\n行政处罚\t12\t3\t4"), tmp_path)
    assert "lost_header" in codes(found)


# ---------------------------------------------------------------- heads over several lines


@pytest.mark.parametrize(
    "lines",
    [
        ("信息内容\t本年制发\t本年废止\t现行有效", "\t件数\t件数\t件数"),
        ("信息内容\t本年\t本年\t现行", "\t制发件数\t废止件数\t有效件数"),
        ("信息\t本年制\t本年废\t现行有", "内容\t发件数\t止件数\t效件数"),
        ("信息内容\t本年\t本年\t现行", "\t制发\t废止\t有效", "\t件数\t件数\t件数"),
        ("信息内容\t本年制发件数\t本年废止件数\t现行有效件数", "\t（件）\t（件）\t（件）"),
    ],
)
def test_head_over_several_lines_is_read_whole(tmp_path: Path, lines: Sequence[str]) -> None:
    text = tabbed(ARTICLE20_2021)
    broken = text.replace("信息内容\t本年制发件数\t本年废止件数\t现行有效件数", "\n".join(lines))
    assert broken != text
    plain, found = (read(report(article20=each), tmp_path) for each in (text, broken))
    assert values(found, "article20") == values(plain, "article20")


def test_unit_in_the_second_line_of_a_head_counts(tmp_path: Path) -> None:
    text = tabbed(ARTICLE20_2021).replace(
        "本年收费金额（单位：万元）\t\t", "本年收费金额\t\t\n\t（单位：千元）\t\t"
    )
    cells = table(read(report(article20=text), tmp_path), "article20").cells
    fees = next(one for one in cells if one.indicator == "art20_8.fees.amount_wan")
    assert fees.quantity is not None
    assert fees.quantity.unit == "千元"


def test_head_of_one_cell_lines_that_is_cut_in_two_is_read_whole(tmp_path: Path) -> None:
    text = one_cell_a_line(ARTICLE20_2021)
    broken = text.replace("本年制发件数", "本年制发\n\n件数").replace("现行有效件数", "现行\n\n有效件数")
    plain, found = (read(report(article20=each), tmp_path) for each in (text, broken))
    assert values(found, "article20") == values(plain, "article20")


# ---------------------------------------------------------------- table four


OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
PARTS = [REVIEW[-1][at : at + 5] for at in range(0, 15, 5)]
GROUPS = ("行政复议", "未经复议直接起诉", "复议后起诉")
VERTICAL = {
    "three columns": [
        ("结果", *GROUPS),
        *((name, *(part[at] for part in PARTS)) for at, name in enumerate(OUTCOMES)),
    ],
    "under one head": [
        ("", "行政复议", "行政诉讼", ""),
        ("", "", "未经复议直接起诉", "复议后起诉"),
        *((name, *(part[at] for part in PARTS)) for at, name in enumerate(OUTCOMES)),
    ],
    "group beside each": [
        (group, name, part[at])
        for group, part in zip(GROUPS, PARTS, strict=True)
        for at, name in enumerate(OUTCOMES)
    ],
    "group once": [
        (group if at == 0 else "", name, part[at])
        for group, part in zip(GROUPS, PARTS, strict=True)
        for at, name in enumerate(OUTCOMES)
    ],
    "group above": [
        line
        for group, part in zip(GROUPS, PARTS, strict=True)
        for line in ((group, "", ""), *((name, part[at], "") for at, name in enumerate(OUTCOMES)))
    ],
}


@pytest.mark.parametrize("rows", VERTICAL.values(), ids=VERTICAL.keys())
@pytest.mark.parametrize("lay", [tabbed, barred, one_cell_a_line])
def test_table_four_with_a_row_for_each_outcome_is_read(
    tmp_path: Path, whole: Ingested, rows: Rows, lay: Callable[[Rows], str]
) -> None:
    found = read(report(review=lay(rows)), tmp_path)
    assert values(found, "review_litigation") == values(whole, "review_litigation")
    assert codes(found) == set()


def test_outcomes_under_litigation_as_a_whole_are_not_credited_to_reconsideration(tmp_path: Path) -> None:
    rows = [
        ("行政复议", "结果维持", "2"), ("", "总计", "2"), ("行政诉讼", "结果维持", "7"), ("", "总计", "7"),
    ]  # fmt: skip
    found = read(report(review=tabbed(rows)), tmp_path)
    assert 7 not in values(found, "review_litigation").values()


def test_row_of_table_four_in_three_lines_is_joined_where_it_adds_up(tmp_path: Path, whole: Ingested) -> None:
    found = read(report(review=tabbed((*REVIEW_HEAD, *PARTS))), tmp_path)
    assert values(found, "review_litigation") == values(whole, "review_litigation")
    assert placed(found, "review_litigation")
    wrong = ("9", *PARTS[0][1:])
    found = read(report(review=tabbed((*REVIEW_HEAD, wrong, *PARTS[1:]))), tmp_path)
    assert set(values(found, "review_litigation").values()) == {"unclear"}


def test_row_of_numbers_under_another_table_is_not_taken_for_a_lost_one(
    tmp_path: Path, whole: Ingested
) -> None:
    stray = "\t".join(("4", "1", "0", "0", "0", "0", "5"))
    found = read(report(article20=stray, table3=tabbed(applications())), tmp_path)
    assert values(found, "applications") == values(whole, "applications")


# ---------------------------------------------------------------- rows in pieces


ROWS = applications(label=lambda path: path[-1:])


@pytest.mark.parametrize(
    "lines",
    [
        [
            "\n".join((row[0], "\t".join(row[1:]))) if at > 2 else "\t".join(row)
            for at, row in enumerate(ROWS)
        ],
        ["\n".join((row[0], " ".join(row[1:]))) if at > 2 else "\t".join(row) for at, row in enumerate(ROWS)],
        [
            "\t".join(row[:5]) + "\n" + "\t".join(row[5:]) if at > 2 else "\t".join(row)
            for at, row in enumerate(ROWS)
        ],
        [*("\t".join(row) for row in HEAD), *LABELS, *(" ".join(row) for row in NUMBERS)],
        ["\t".join(ROWS[4]), *("\t".join(row) for at, row in enumerate(ROWS) if at != 4)],
    ],
    ids=[
        "label above",
        "label above, single blanks",
        "two lines a row",
        "numbers below",
        "row above the head",
    ],
)
def test_rows_of_table_three_in_pieces_are_put_together(
    tmp_path: Path, whole: Ingested, lines: list[str]
) -> None:
    found = read(report(table3="\n".join(lines)), tmp_path)
    assert values(found, "applications") == values(whole, "applications")
    assert codes(found) == set()


def test_row_in_two_lines_that_does_not_add_up_is_unclear(tmp_path: Path) -> None:
    lines = ["\t".join(row) for row in ROWS]
    lines[3:4] = ["\t".join((ROWS[3][0], "15", *ROWS[3][2:4])), "\t".join(ROWS[3][4:])]
    told = values(read(report(table3="\n".join(lines)), tmp_path), "applications")
    assert {told[f"new_requests.{column}"] for column in ("natural_person", "total")} == {"unclear"}


def test_numbers_without_a_label_and_with_a_blank_cell_are_placed_nowhere(tmp_path: Path) -> None:
    rows = [(*row[-7:-2], "", row[-1]) if "（一）予以公开" in row else row for row in ROWS]
    told = values(read(report(table3=tabbed(rows)), tmp_path), "applications")
    assert "results.granted.total" not in told or told["results.granted.total"] == "unclear"


@pytest.mark.parametrize(
    "rows",
    [
        [[("", *row[1:]) if row[0] == "规章" else row] for row in ARTICLE20_2021],
        [[row] if row[0] != "行政规范性文件" else [(row[0], "6", "1", ""), ("", "", "", "34")] for row in ARTICLE20_2021],
        [[ARTICLE20_2021[0]], [ARTICLE20_2021[2]], [ARTICLE20_2021[1]], *([row] for row in ARTICLE20_2021[3:])],
        [[row] for row in ARTICLE20_2021 if not row[0].startswith("第二十条")],
    ],
    ids=["label lost", "two lines a row", "row above its head", "items lost"],
)  # fmt: skip
def test_rows_of_table_two_in_pieces_are_put_together(
    tmp_path: Path, whole: Ingested, rows: Sequence[Rows]
) -> None:
    text = "\n".join(tabbed(part).strip("\t") if len(part[0]) == 1 else tabbed(part) for part in rows)
    assert values(read(report(article20=text), tmp_path), "article20") == values(whole, "article20")


def test_table_two_without_any_head_is_read_where_table_three_shows_the_form(tmp_path: Path) -> None:
    rows = [row for row in ARTICLE20_2021 if row[0] != "信息内容"]
    found = values(read(report(article20=tabbed(rows), table3=tabbed(applications())), tmp_path), "article20")
    assert found["art20_1.normative_documents.repealed"] == 1
    assert found["art20_5.licensing.decisions"] == 7120
    assert found["art20_8.fees.amount_wan"] == "unclear"


def test_last_label_of_several_does_not_take_the_first_number_below_them(tmp_path: Path) -> None:
    text = tabbed(ARTICLE20_2021).replace(
        "行政处罚\t435\t\t\n行政强制\t28\t\t", "行政处罚\n行政强制\n435\t\n28\t"
    )
    told = values(read(report(article20=text), tmp_path), "article20")
    assert told.get("art20_6.coercion.decisions", 28) in {28, "unclear"}
    assert told.get("art20_6.penalty.decisions", 435) in {435, "unclear"}
    assert told["art20_5.licensing.decisions"] == 7120
