"""Make questions from the reports that are really in the library: examples to begin with, and what to ask next."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice
from typing import Literal

from assistant.interfaces.ports import Reports
from assistant.models import Answer, Citation
from ingest.models import Report, Value
from vectorstore.models import ReportHead

_LOOKED_AT = 6
_NEXT = 3

Kind = Literal["figure", "text", "comparison", "refusal"]


class Example(Value):
    """Hold a question and what kind of answer it leads to."""

    question: str
    kind: Kind


class _Readable(Value):
    """Hold a report together with its text."""

    report: Report
    text: str

    def states(self, indicator: str) -> bool:
        """Tell whether a table of the report has a figure of this indicator."""
        return any(
            cell.status == "ok" and cell.indicator == indicator
            for table in self.report.tables
            for cell in table.cells
        )


_Ask = Callable[[_Readable], str | None]


def examples(reports: Reports) -> tuple[Example, ...]:
    """Return up to six questions, each of another kind and, as far as there are others, about another report."""
    readable = _readable(reports, sorted(reports.headings(), key=_first_governments))
    found: list[Example] = []
    for turn, (kind, ask) in enumerate(_KINDS):
        asked = next(filter(None, map(ask, _from(readable, turn))), None)
        if asked is not None:
            found.append(Example(question=asked, kind=kind))
    found += islice(_comparisons(readable), 1)
    found += islice(_unanswerable(readable, reports.headings()), 1)
    return tuple(found)


def follow_ups(answer: Answer, reports: Reports) -> tuple[str, ...]:
    """Return what could be asked next: what the answer itself proposes, or the like of it elsewhere."""
    if answer.suggestions:
        return answer.suggestions
    if answer.status not in {"answered", "partial"} or not answer.citations:
        return ()
    first = answer.citations[0]
    found = dict.fromkeys([*_elsewhere(answer, first, reports), *_of_the_same_report(first, reports)])
    asked = _bare(answer.standalone_question)
    return tuple(islice((one for one in found if _bare(one) != asked), _NEXT))


def _bare(question: str) -> str:
    return question.strip().rstrip("？?")


# ---------------------------------------------------------------- what the reports offer


def _first_governments(head: ReportHead) -> tuple[bool, str]:
    return head.kind != "government", head.source


def _readable(reports: Reports, heads: Sequence[ReportHead]) -> Sequence[_Readable]:
    dated = [head for head in heads if head.year is not None][:_LOOKED_AT]
    found = ((head, reports.report(head.report_id)) for head in dated)
    return [_Readable(report=report, text=reports.text(head.report_id)) for head, report in found if report]


def _from(readable: Sequence[_Readable], turn: int) -> Sequence[_Readable]:
    """Return the reports in a circle that begins with another one each turn."""
    start = turn % len(readable) if readable else 0
    return [*readable[start:], *readable[:start]]


def _about(one: _Readable, asked: str) -> str:
    return f"{one.report.organization.name}{one.report.year}年{asked}"


def _hotline(one: _Readable) -> str | None:
    stated = "12345" in one.text and "办复率" in one.text
    return _about(one, "12345办复率是多少？") if stated else None


def _requests(one: _Readable) -> str | None:
    return _about(one, "新收了多少件政府信息公开申请？") if one.states("new_requests") else None


def _problems(one: _Readable) -> str | None:
    told = any("问题" in section.title for section in one.report.sections)
    return _about(one, "存在的主要问题是什么？") if told else None


def _licensing(one: _Readable) -> str | None:
    stated = one.states("art20_5.licensing.decisions")
    return _about(one, "行政许可处理决定数量是多少？") if stated else None


_KINDS: tuple[tuple[Kind, _Ask], ...] = (
    ("figure", _hotline),
    ("figure", _requests),
    ("text", _problems),
    ("figure", _licensing),
)


def _comparisons(readable: Sequence[_Readable]) -> Iterator[Example]:
    able = [one for one in readable if one.states("art20_9.procurement.items")]
    for one, other in combinations(able, 2):
        if one.report.year == other.report.year:
            names = f"{one.report.organization.name}和{other.report.organization.name}"
            asked = f"{names}{one.report.year}年的政府集中采购项目数量，哪个多？"
            yield Example(question=asked, kind="comparison")


def _unanswerable(readable: Sequence[_Readable], heads: Sequence[ReportHead]) -> Iterator[Example]:
    held = {(head.organization, head.year) for head in heads}
    for one in readable:
        name, year = one.report.organization.name, (one.report.year or 0) - 1
        if (name, year) not in held:
            asked = f"{name}{year}年新收了多少件政府信息公开申请？"
            yield Example(question=asked, kind="refusal")


# ---------------------------------------------------------------- what to ask next


def _elsewhere(answer: Answer, cited: Citation, reports: Reports) -> Iterator[str]:
    """Ask for the same cell of other years and of other organisations, where it holds a figure."""
    if cited.table is None or len({one.report_id for one in answer.citations}) > 1:
        return
    asked, said = answer.question, f"{cited.year}年"
    if cited.organization not in asked or said not in asked:
        return
    near = [head for head in reports.headings() if _near(head, cited)][:_LOOKED_AT]
    for head in near:
        report = reports.report(head.report_id)
        if report is not None and _holds(report, cited):
            yield asked.replace(cited.organization, head.organization).replace(said, f"{head.year}年")


def _near(head: ReportHead, cited: Citation) -> bool:
    same_year, same_name = head.year == cited.year, head.organization == cited.organization
    return head.year is not None and same_year != same_name


def _holds(report: Report, cited: Citation) -> bool:
    return any(
        cell.status == "ok" and cell.row == cited.row and cell.anchor.column == cited.column
        for table in report.tables
        if table.kind == cited.table
        for cell in table.cells
    )


def _of_the_same_report(cited: Citation, reports: Reports) -> Iterator[str]:
    heads = [head for head in reports.headings() if head.report_id == cited.report_id]
    for one in _readable(reports, heads):
        yield from filter(None, (ask(one) for _, ask in _KINDS))
