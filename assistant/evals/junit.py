"""Write a run as JUnit XML, which CI systems show question by question."""

import re
from xml.etree import ElementTree

from assistant.evals.metrics import Row, Scores
from assistant.evals.words import outcome

# XML 1.0 has no place for these, not even escaped.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def junit_xml(scores: Scores) -> str:
    """Return one test case a question: wrong is a failure, a crash an error, without gold skipped."""
    crashed = sum(row.prediction.error is not None for row in scores.rows)
    unscored = sum(row.prediction.error is None and not row.case.scored for row in scores.rows)
    wrong = sum(_is_failure(row) for row in scores.rows)
    seconds = sum(row.prediction.latency_ms for row in scores.rows) / 1000
    suite = ElementTree.Element(
        "testsuite",
        name="gongkai eval",
        tests=str(scores.questions),
        failures=str(wrong),
        errors=str(crashed),
        skipped=str(unscored),
        time=f"{seconds:.3f}",
    )
    for row in scores.rows:
        suite.append(_case(row))
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _is_failure(row: Row) -> bool:
    return row.prediction.error is None and row.case.scored and not row.correct


def _case(row: Row) -> ElementTree.Element:
    element = ElementTree.Element(
        "testcase",
        classname=_printable(row.case.type),
        name=_printable(f"{row.case.id} {row.case.question}"),
        time=f"{row.prediction.latency_ms / 1000:.3f}",
    )
    if row.prediction.error is not None:
        ElementTree.SubElement(element, "error", message=_printable(row.prediction.error))
    elif not row.case.scored:
        ElementTree.SubElement(element, "skipped", message="没有标准答案")
    elif not row.correct:
        failure = ElementTree.SubElement(element, "failure", message=_printable(outcome(row)))
        gold = row.case.gold.text if row.case.gold else ""
        failure.text = _printable(f"标准答案：{gold or '应拒答'}\n回答：{row.prediction.answer}")
    return element


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)
