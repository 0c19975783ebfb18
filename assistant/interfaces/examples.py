"""Make example questions that the reports in the library can answer."""

from collections.abc import Callable, Sequence

from assistant.interfaces.ports import Reports
from ingest.models import Report, Value

_MOST = 4


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


def example_questions(reports: Reports) -> tuple[str, ...]:
    """Return a few questions, each of another kind and, as far as there are others, about another report."""
    readable = _readable(reports)
    questions: list[str] = []
    for turn, ask in enumerate(_KINDS):
        asked = next(filter(None, map(ask, _from(readable, turn))), None)
        if asked is not None:
            questions.append(asked)
    return tuple(questions)


def _readable(reports: Reports) -> Sequence[_Readable]:
    heads = sorted(
        (head for head in reports.headings() if head.year is not None),
        key=lambda head: (head.kind != "government", head.source),
    )
    found = ((head, reports.report(head.report_id)) for head in heads[:_MOST])
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


_KINDS: tuple[_Ask, ...] = (_hotline, _requests, _problems, _licensing)
