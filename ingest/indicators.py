"""Know the rows and columns of the statutory forms, and the words of the trade.

The facts stand in `indicators.toml`; nothing else names a row or a column.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ingest.models import Applicant, Form, Severity, TableKind, Value

StatForm = Literal["ningxia", "national"]
"""Which statistics table of the years before 2019: that of one region, or the national one."""


class Language(Value):
    """Hold the measure words and units that make a number a quantity."""

    measures: tuple[str, ...]
    money: tuple[str, ...]
    ratios: tuple[str, ...]
    provinces: tuple[str, ...]
    words: tuple[str, ...]


class Column(Value):
    """Hold a column of a form; `rows` are the row keys that carry it (table two only)."""

    key: str
    label: str
    unit: str
    form: Form | Literal["both"]
    rows: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    money: bool = False
    label_2021: str | None = None


class Row(Value):
    """Hold a row of a form by its label path."""

    key: str
    path: tuple[str, ...]
    form: Form | Literal["both"] = "both"
    variants: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    label_2021: str | None = None


class Indicator(Value):
    """Hold what one series of figures counts; applicants are a dimension of `applications`, not part of it."""

    key: str
    table: TableKind
    label: str
    unit: str
    form: Form | Literal["both"]
    row_terms: tuple[str, ...]
    column_terms: tuple[str, ...] = ()


class Sum(Value):
    """Hold a subtotal that the form does not print: the rows whose key starts with `prefix`."""

    key: str
    label: str
    prefix: str
    terms: tuple[str, ...]


class StatChild(Value):
    """Hold a row of a statistics table that is part of the one above it."""

    key: str
    label: str
    unit: str


class StatRow(Value):
    """Hold a row of a statistics table before 2019 with the rows below it; a row without a key only groups them.

    `path` has one label where the row stands at the top of its table.
    """

    key: str
    path: tuple[str, ...]
    unit: str
    children: tuple[StatChild, ...]
    form: StatForm


class StatSum(Value):
    """Hold what adds up in a statistics table before 2019."""

    whole: str
    parts: tuple[str, ...]
    title: str
    severity: Severity


class Narrative(Value):
    """Hold how a sentence says an indicator: one of `phrase` in the number's clause, one of `context` around it."""

    key: str
    context: tuple[str, ...]
    phrase: tuple[str, ...]
    units: tuple[str, ...]


class Statement(Value):
    """Hold how a sentence states the sum of cells of a table, to which it may add those of `may_include`.

    `phrases` are patterns of the number's clause; a figure of the narrative `indicator` states it too.
    """

    cells: tuple[str, ...]
    may_include: tuple[str, ...] = ()
    indicator: str | None = None
    applicant: Applicant | None = None
    name: str
    context: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class Indicators(Value):
    """Hold the whole vocabulary."""

    article20_rows: tuple[Row, ...]
    article20_columns: tuple[Column, ...]
    applicants: tuple[Column, ...]
    application_rows: tuple[Row, ...]
    sums: tuple[Sum, ...]
    review_columns: tuple[Row, ...]
    review_groups: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    stat_rows: tuple[StatRow, ...]
    stat_sums: tuple[StatSum, ...]
    indicators: tuple[Indicator, ...]
    narrative: tuple[Narrative, ...]
    statements: tuple[Statement, ...]
    language: Language

    def printed_labels(self) -> dict[str, str]:
        """Return by key what a form prints before each cell, the labels above it first."""
        labels = {indicator.key: indicator.label for indicator in self.indicators}
        return labels | {row.key: " ".join(row.path) for row in self.application_rows}


@cache
def load_indicators() -> Indicators:
    """Read the vocabulary that ships with the package."""
    raw: dict[str, Any] = tomllib.loads((files("ingest") / "indicators.toml").read_text("utf-8"))
    article20_rows = tuple(
        Row(
            key=row["key"],
            path=(row["item"], row["label"]),
            form=row.get("form", "both"),
            variants=tuple(row.get("variants", ())),
            terms=tuple(row["terms"]),
            label_2021=row.get("label_2021"),
        )
        for row in raw["article20"]
    )
    article20_columns = tuple(_column(column, form=column["form"]) for column in raw["article20_columns"])
    applications = tuple(
        Row(
            key=row["key"],
            path=tuple(row["path"]),
            form=row.get("form", "both"),
            variants=tuple(row.get("variants", ())),
            terms=tuple(row["terms"]),
        )
        for row in raw["applications"]
    )
    review = tuple(
        Row(
            key=f"{group['key']}.{outcome['key']}",
            path=(group["label"], outcome["label"]),
            variants=tuple(outcome.get("variants", ())),
            terms=(*group["terms"], *outcome["terms"]),
        )
        for group in raw["review_groups"]
        for outcome in raw["review_outcomes"]
    )
    stat_rows = (*_stat_rows(raw["stat2017"], "ningxia"), *_stat_rows(raw["stat_national"], "national"))
    return Indicators(
        article20_rows=article20_rows,
        article20_columns=article20_columns,
        applicants=tuple(_column(column, form="both") for column in raw["applicants"]),
        application_rows=applications,
        sums=tuple(Sum(**entry) for entry in raw["sums"]),
        review_columns=review,
        review_groups=tuple(
            Row(key=entry["key"], path=(entry["label"],), terms=tuple(entry["terms"]))
            for entry in raw["review_groups"]
        ),
        outcomes=tuple(
            Row(key=entry["key"], path=(entry["label"],), terms=tuple(entry["terms"]))
            for entry in raw["review_outcomes"]
        ),
        stat_rows=stat_rows,
        stat_sums=tuple(StatSum.model_validate(entry) for entry in raw["stat_sums"]),
        indicators=(
            *_article20_indicators(article20_rows, article20_columns),
            *_application_indicators(applications),
            *_review_indicators(raw),
            *_stat_indicators(stat_rows),
        ),
        narrative=tuple(Narrative.model_validate(entry) for entry in raw["narrative"]),
        statements=tuple(Statement.model_validate(entry) for entry in raw["statements"]),
        language=Language(**{key: tuple(words) for key, words in raw["language"].items()}),
    )


def _column(raw: dict[str, Any], *, form: str) -> Column:
    return Column.model_validate({"unit": "件", **raw, "form": form})


def _article20_indicators(rows: tuple[Row, ...], columns: tuple[Column, ...]) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            key=f"{row.key}.{column.key}",
            table="article20",
            label=f"{row.path[-1]} {column.label}",
            unit=column.unit,
            form=column.form,
            row_terms=row.terms,
            column_terms=column.terms,
        )
        for row in rows
        for column in columns
        if row.key in column.rows
    )


def _application_indicators(rows: tuple[Row, ...]) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            key=row.key,
            table="applications",
            label=row.path[-1],
            unit="件",
            form=row.form,
            row_terms=row.terms,
        )
        for row in rows
    )


def _review_indicators(raw: dict[str, Any]) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            key=f"{group['key']}.{outcome['key']}",
            table="review_litigation",
            label=f"{group['label']} {outcome['label']}",
            unit="件",
            form="both",
            row_terms=tuple(group["terms"]),
            column_terms=tuple(outcome["terms"]),
        )
        for group in raw["review_groups"]
        for outcome in raw["review_outcomes"]
    )


def _stat_rows(raw: list[dict[str, Any]], form: StatForm) -> tuple[StatRow, ...]:
    return tuple(
        StatRow(
            key=row["key"],
            path=tuple(row["path"]),
            unit=row.get("unit", "件"),
            children=tuple(
                StatChild(key=child[0], label=child[1], unit=child[2] if len(child) > 2 else "件")
                for child in row["children"]
            ),
            form=form,
        )
        for row in raw
    )


def _stat_indicators(rows: tuple[StatRow, ...]) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(key=key, table="stat2017", label=label, unit=unit, form="pre2019", row_terms=(label,))
        for row in rows
        for key, label, unit in (
            (row.key, row.path[-1], row.unit),
            *((child.key, child.label, child.unit) for child in row.children),
        )
        if key
    )
