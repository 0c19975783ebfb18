"""Check a report's figures against each other, by the sums that the form itself prescribes.

`assess` returns every rule that applies, with its outcome; `find` keeps those that do not agree. A sum with a
blank or unclear cell is not assessable. 余 and 约 make a difference soft.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Literal

from ingest.indicators import Indicators
from ingest.models import Anchor, Figure, Finding, Section, Severity, Value, content_id
from ingest.numerals import chinese_number, in_base_units
from ingest.outline import Sentence

Outcome = Literal["agrees", "differs", "not_assessable"]

_NO_REQUESTS = re.compile(
    r"(?:未|没有|无)(?:收到|接到|受理)[^。；;，,]{0,20}申请|(?:未|没有)收到[^。；;]{0,30}(?:依申请公开|申请)"
)
_TOP_NUMBER = re.compile(r"^\s*([一二三四五六七八九十]{1,3})\s*、")
_RATE_WORD = re.compile(r"([\u4e00-\u9fff]{2})率")
_RECEIVED = ("受理", "收到", "接到", "接收", "承接", "接办", "应办", "收集", "交办", "登记", "转办")


class Assessment(Value):
    """Hold one rule applied to figures: `printed` against `expected`, which `expression` works out."""

    code: str
    outcome: Outcome
    severity: Severity
    title: str
    expression: str
    expected: Decimal | None
    printed: Decimal | None
    unit: str
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...] = ()


def assess(
    figures: Sequence[Figure],
    sections: Sequence[Section],
    sentences: Sequence[Sentence],
    indicators: Indicators,
) -> tuple[Assessment, ...]:
    """Return every rule that applies to these figures of one report."""
    table = _Cells(figures)
    narrated = [figure for figure in figures if figure.origin == "sentence"]
    return (
        *_applications(table, indicators),
        *_review(table),
        *_statistics(table, indicators),
        *_rates(narrated),
        *_parts(narrated, sentences),
        *_text_against_table(narrated, sentences, table),
        *_numbering(sections),
    )


def find(assessments: Sequence[Assessment], *, report_id: str) -> tuple[Finding, ...]:
    """Return a finding for each assessment that differs."""
    return tuple(
        Finding(
            id=content_id("n", report_id, entry.code, entry.title, entry.expression),
            report_id=report_id,
            code=entry.code,
            severity=entry.severity,
            message=describe(entry),
            figures=tuple(figure.id for figure in entry.figures),
            expression=entry.expression,
            expected=entry.expected,
            printed=entry.printed,
            anchors=tuple(item.anchor for item in (*entry.figures, *entry.sections)),
        )
        for entry in assessments
        if entry.outcome == "differs"
    )


def describe(entry: Assessment) -> str:
    """Return the assessment as one Chinese sentence with both values."""
    if entry.code == "heading_numbering":
        return f"{entry.title}（{entry.expression}）"
    if entry.code == "text_denies":
        return f"{entry.title}：正文 0{entry.unit}，表格 {plain(entry.printed)}{entry.unit}"
    if entry.outcome == "not_assessable":
        return f"{entry.title}：有单元格为空白或无法辨认，不能核对"
    relation = "一致" if entry.outcome == "agrees" else "不符"
    return f"{entry.title}：{entry.expression} = {plain(entry.expected)}{entry.unit}，报告所载为 {plain(entry.printed)}{entry.unit}，{relation}"


def plain(value: Decimal | None) -> str:
    """Return a number without exponent and trailing zeros."""
    if value is None:
        return "—"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Cells:
    """Look up the table's figures by indicator and applicant."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._by_key = {
            (figure.indicator, figure.dimensions.applicant): figure
            for figure in figures
            if figure.origin == "table" and figure.indicator
        }

    def get(self, indicator: str, applicant: str | None = None) -> Figure | None:
        return self._by_key.get((indicator, applicant))

    def all(self, indicators: Sequence[str], applicant: str | None = None) -> tuple[Figure, ...]:
        found = (self.get(indicator, applicant) for indicator in indicators)
        return tuple(figure for figure in found if figure is not None)


def _compare(
    code: str,
    title: str,
    *,
    left: Sequence[Figure],
    right: Sequence[Figure],
    severity: Severity = "hard",
    unit: str = "件",
) -> Assessment:
    """Compare two sums; blank and unclear figures make them not assessable, approximate ones soft."""
    figures = (*left, *right)
    quantities = [figure.quantity for figure in figures]
    if any(quantity is None for quantity in quantities):
        return Assessment(
            code=code, outcome="not_assessable", severity=severity, title=title, expression="",
            expected=None, printed=None, unit=unit, figures=figures,
        )  # fmt: skip
    values = {figure.id: in_base_units(figure.quantity)[0] for figure in figures if figure.quantity}
    approximate = any(quantity is not None and quantity.qualifier for quantity in quantities)
    expected = sum((values[figure.id] for figure in left), Decimal(0))
    printed = sum((values[figure.id] for figure in right), Decimal(0))
    parts = [plain(values[figure.id]) for figure in left]
    meaningful = [part for part in parts if part != "0"] or ["0"]
    return Assessment(
        code=code,
        outcome="agrees" if expected == printed else "differs",
        severity="soft" if approximate else severity,
        title=title,
        expression=" + ".join(meaningful if len(parts) > 4 else parts),
        expected=expected,
        printed=printed,
        unit=unit,
        figures=figures,
    )


# ---------------------------------------------------------------- table three and four


def _applications(table: _Cells, indicators: Indicators) -> Iterator[Assessment]:
    outcomes = [
        row
        for row in indicators.application_rows
        if row.key.startswith("results.") and row.key != "results.total_processed"
    ]
    complete = [
        {row.key for row in outcomes if row.form in {form, "both"}} for form in ("form2019", "form2021")
    ]
    for column in indicators.applicants:
        name = column.label.split("/")[-1]
        intake = table.all(("new_requests", "carried_over"), column.key)
        settled = table.all(("results.total_processed", "carried_forward"), column.key)
        if len(intake) == 2 and len(settled) == 2:
            yield _compare(
                "balance",
                f"“{name}”列：新收 + 上年结转 应等于 办理结果总计 + 结转下年度",
                left=intake,
                right=settled,
            )
        parts = table.all([row.key for row in outcomes], column.key)
        total = table.get("results.total_processed", column.key)
        if total is not None and {figure.indicator for figure in parts} in complete:
            yield _compare(
                "outcomes", f"“{name}”列：各办理结果之和应等于“（七）总计”", left=parts, right=(total,)
            )
    applicants = [column.key for column in indicators.applicants if column.key != "total"]
    for row in indicators.application_rows:
        cells = [figure for key in applicants if (figure := table.get(row.key, key)) is not None]
        total = table.get(row.key, "total")
        if total is not None and len(cells) == len(applicants):
            yield _compare(
                "applicants", f"“{row.path[-1]}”行：各类申请人之和应等于总计", left=cells, right=(total,)
            )


def _review(table: _Cells) -> Iterator[Assessment]:
    for group, name in (
        ("review", "行政复议"),
        ("litigation_direct", "行政诉讼（未经复议直接起诉）"),
        ("litigation_after_review", "行政诉讼（复议后起诉）"),
    ):
        parts = table.all([f"{group}.{outcome}" for outcome in ("upheld", "corrected", "other", "pending")])
        total = table.get(f"{group}.total")
        if total is None or len(parts) != 4:
            continue
        yield _compare("review_sum", f"{name}：四种结果之和应等于总计", left=parts, right=(total,))


def _statistics(table: _Cells, indicators: Indicators) -> Iterator[Assessment]:
    for entry in indicators.stat_sums:
        parts = table.all(entry.parts)
        total = table.get(entry.whole)
        if total is not None and len(parts) == len(entry.parts):
            unit = total.quantity.unit if total.quantity else "件"
            yield _compare(
                "statistics", entry.title, left=parts, right=(total,), severity=entry.severity, unit=unit
            )


# ---------------------------------------------------------------- sentences


def _by_sentence(figures: Sequence[Figure]) -> Iterator[list[Figure]]:
    groups: dict[int, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.context_start, []).append(figure)
    yield from groups.values()


def _rates(figures: Sequence[Figure]) -> Iterator[Assessment]:
    """Compare a rate with the two counts before it in its sentence: 办复率 with 办复 over 受理."""
    for group in _by_sentence(figures):
        for index, rate in enumerate(group):
            word = _RATE_WORD.search(rate.phrase)
            if rate.quantity is None or rate.quantity.unit != "%" or word is None or "分别" in rate.phrase:
                continue
            counts = [f for f in group[:index] if f.quantity and f.quantity.unit not in {"%", "‰"}]
            numerator = next(
                (f for f in reversed(counts) if word[1] in f.phrase and "率" not in f.phrase), None
            )
            if numerator is None or numerator.quantity is None:
                continue
            whole = _denominator(counts, numerator)
            if whole is None or whole.quantity is None or not whole.quantity.value:
                continue
            yield _rate(rate, numerator, whole, word[0])


def _denominator(counts: Sequence[Figure], numerator: Figure) -> Figure | None:
    unit = numerator.quantity.unit if numerator.quantity else ""
    earlier = [
        figure
        for figure in counts[: counts.index(numerator)]
        if figure.quantity
        and figure.quantity.unit == unit
        and any(word in figure.phrase for word in _RECEIVED)
    ]
    return earlier[-1] if earlier else None


def _rate(rate: Figure, numerator: Figure, whole: Figure, name: str) -> Assessment:
    if rate.quantity is None or numerator.quantity is None or whole.quantity is None:
        raise ValueError("a rate is compared only when all three figures have an amount")
    exact = in_base_units(numerator.quantity)[0] / in_base_units(whole.quantity)[0] * 100
    digits = max(2, -int(rate.quantity.value.as_tuple().exponent))
    expected = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    printed_digits = max(0, -int(rate.quantity.value.as_tuple().exponent))
    agrees = abs(exact - rate.quantity.value) <= Decimal(1).scaleb(-printed_digits)
    approximate = bool(numerator.quantity.qualifier or whole.quantity.qualifier or rate.quantity.qualifier)
    return Assessment(
        code="rate",
        outcome="agrees" if agrees else "differs",
        severity="soft" if approximate else "hard",
        title=f"{name}与其分子、分母",
        expression=f"{plain(numerator.quantity.value)} ÷ {plain(whole.quantity.value)}",
        expected=expected,
        printed=rate.quantity.value,
        unit="%",
        figures=(numerator, whole, rate),
    )


def _parts(figures: Sequence[Figure], sentences: Sequence[Sentence]) -> Iterator[Assessment]:
    """Add up what follows 其中, to the end of its full stop, where the parts can be told to be of one kind.

    Parts may be incomplete, so a smaller sum says nothing; a larger one cannot be.
    """
    for run in _full_stops(sentences):
        text = "".join(sentence.text for sentence in run)
        if "其中" not in text:
            continue
        inside = [f for f in figures if run[0].char_start <= f.anchor.char_start < run[-1].char_end]
        mark = run[0].char_start + _offset_of(run, "其中")
        whole = next((f for f in reversed(inside) if f.anchor.char_start < mark and _counts(f)), None)
        if whole is None or whole.quantity is None:
            continue
        unit = in_base_units(whole.quantity)[1]
        parts = [
            f
            for f in inside
            if f.anchor.char_start > mark
            and _counts(f)
            and f.quantity
            and in_base_units(f.quantity)[1] == unit
        ]
        if len(parts) < 2:
            continue
        entry = _compare(
            "parts", f"“{whole.phrase}”与其中各项之和", left=parts, right=(whole,), severity="soft", unit=unit
        )
        complete = (
            entry.expected is not None and entry.printed is not None and entry.expected >= entry.printed
        )
        if complete:
            yield entry


def _full_stops(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Group what 。 ends, since sentences are also cut at semicolons."""
    run: list[Sentence] = []
    for sentence in sentences:
        if run and sentence.section_path != run[0].section_path:
            yield run
            run = []
        run.append(sentence)
        if not sentence.text.rstrip("*").endswith(("；", ";", "：", ":")):
            yield run
            run = []
    if run:
        yield run


def _offset_of(run: Sequence[Sentence], word: str) -> int:
    for sentence in run:
        if word in sentence.text:
            return sentence.char_start - run[0].char_start + sentence.text.index(word)
    return 0


def _counts(figure: Figure) -> bool:
    return figure.quantity is not None and figure.quantity.unit not in {"%", "‰", "个百分点", "百分点"}


def _text_against_table(
    figures: Sequence[Figure], sentences: Sequence[Sentence], table: _Cells
) -> Iterator[Assessment]:
    new = table.get("new_requests", "total")
    carried = table.get("carried_over", "total")
    by_key: dict[str, Callable[[], Sequence[Figure]]] = {
        "narrative.review": lambda: table.all(("review.total",)),
        "narrative.litigation": lambda: table.all(
            ("litigation_direct.total", "litigation_after_review.total")
        ),
    }
    seen: set[str] = set()
    for figure in figures:
        if figure.indicator in by_key and figure.indicator not in seen:
            cells = by_key[figure.indicator]()
            if cells:
                seen.add(figure.indicator)
                name = "行政复议" if figure.indicator == "narrative.review" else "行政诉讼"
                yield _compare(
                    "text_table", f"正文与表格的{name}件数", left=cells, right=(figure,), severity="soft"
                )
        if (
            figure.indicator == "narrative.requests_received"
            and figure.indicator not in seen
            and new is not None
        ):
            seen.add(figure.indicator)
            yield _received(figure, new, carried)
    for sentence in sentences:
        if new is not None and new.quantity is not None and _NO_REQUESTS.search(sentence.text):
            if new.quantity.value != 0:
                yield Assessment(
                    code="text_denies",
                    outcome="differs",
                    severity="soft",
                    title="正文称未收到申请，表格“本年新收”总计却有数",
                    expression="",
                    expected=Decimal(0),
                    printed=new.quantity.value,
                    unit="件",
                    figures=(new,),
                    sections=(_place(sentence, new.report_id),),
                )
            break


def _place(sentence: Sentence, report_id: str) -> Section:
    anchor = Anchor(
        report_id=report_id,
        char_start=sentence.char_start,
        char_end=sentence.char_end,
        section_path=sentence.section_path,
        page=sentence.page,
    )
    return Section(id="", title=sentence.text, level=0, path=sentence.section_path, anchor=anchor)


def _received(figure: Figure, new: Figure, carried: Figure | None) -> Assessment:
    """Compare 受理申请 with 本年新收, or with 本年新收 and 上年结转 together: a text may mean either."""
    title = "正文与表格的申请件数"
    alone = _compare("text_table", title, left=(new,), right=(figure,), severity="soft")
    if alone.outcome != "differs" or carried is None:
        return alone
    both = _compare("text_table", title, left=(new, carried), right=(figure,), severity="soft")
    return both if both.outcome == "agrees" else alone


# ---------------------------------------------------------------- headings


def _numbering(sections: Sequence[Section]) -> Iterator[Assessment]:
    """Compare each top heading's number with the one before: repeated and skipped numbers are reported."""
    numbered = [
        (int(number), section)
        for section in sections
        if section.level == 1
        and (match := _TOP_NUMBER.match(section.title))
        and (number := chinese_number(match[1])) is not None
    ]
    for (number, section), (following, other) in pairwise(numbered):
        if following == number:
            title = f"一级标题编号重复：有两个“{section.title.split('、')[0]}、”"
        elif following not in {number + 1, 1}:
            title = f"一级标题编号不连续：“{section.title.split('、')[0]}、”之后是“{other.title.split('、')[0]}、”"
        else:
            continue
        yield Assessment(
            code="heading_numbering",
            outcome="differs",
            severity="soft",
            title=title,
            expression=f"{section.title}；{other.title}",
            expected=Decimal(number + 1),
            printed=Decimal(following),
            unit="",
            figures=(),
            sections=(section, other),
        )
