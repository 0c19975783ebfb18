"""Hold an answer to its proof: citations are verbatim, and every number stands in a citation or a derivation.

A derivation is recomputed from its expression before it counts.
"""

import ast
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from assistant.models import Answer, Citation, Derivation
from ingest.wording import folded
from vectorstore.models import ReportHead

_NUMBER = re.compile(r"(?<![\d.])\d[\d,]*(?:\.\d+)?")
_SPACED = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?!\d)")
_YEARS = re.compile(r"((?:19|20)\d{2})\s*年?度?\s*(?:至|到|-|—|–|~|～)\s*((?:19|20)\d{2})")
_MARK = re.compile(r"\[(\d{1,3})\]")
_NUMBERED = re.compile(r"(?m)^\d{1,3}\. ")
_FINEST = Decimal("0.005")


def unproven(
    answer: Answer, text_of: Callable[[str], str], heads: Sequence[ReportHead] = ()
) -> tuple[str, ...]:
    """Return what an answer states without proof, in words for the log; empty when all of it holds.

    That there is a report of a body and year needs no citation: `heads` are those that there are.
    """
    faults = [
        f"引文[{citation.n}]与原文不符"
        for citation in answer.citations
        if not _is_verbatim(citation, text_of)
    ]
    known = {citation.n for citation in answer.citations}
    faults += [f"引用[{mark}]不存在" for mark in _MARK.findall(answer.text) if int(mark) not in known]
    faults += [f"算式“{entry.expression}”复算不符" for entry in answer.derivations if not _recomputes(entry)]
    proven = _proven_numbers(answer)
    text = _NUMBERED.sub("", _MARK.sub(" ", answer.text))
    missing = [number for number in _numbers(text) if number not in proven]
    if missing:
        for head in heads:
            if head.year in missing:
                text = text.replace(f"{head.organization}{head.year}年", head.organization)
        missing = [number for number in _numbers(text) if number not in proven]
    faults += [f"数字 {number} 没有出处" for number in missing]
    return tuple(dict.fromkeys(faults))


def _is_verbatim(citation: Citation, text_of: Callable[[str], str]) -> bool:
    source = text_of(citation.report_id)
    return source[citation.char_start : citation.char_end] == citation.quote


def _recomputes(entry: Derivation) -> bool:
    plain = entry.expression.replace("×", "*").replace("÷", "/").replace("（", "(").replace("）", ")")
    try:
        value = _value(ast.parse(plain.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError):
        return False
    factors = (100, 1) if entry.unit == "%" else (1,)
    return any(abs(value * factor - entry.value) <= _FINEST for factor in factors)


def _value(node: ast.expr) -> Decimal:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _value(left) + _value(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _value(left) - _value(right)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _value(left) * _value(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _value(left) / _value(right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.Constant(value=int() | float() as number):
            return Decimal(str(number))
        case _:
            raise ValueError(ast.unparse(node))


def _proven_numbers(answer: Answer) -> frozenset[Decimal]:
    sources: list[str] = [answer.question, answer.standalone_question]
    if answer.plan is not None:
        # 问题自己说的数：界限、所设想的数、前几名
        sources.append(answer.plan.model_dump_json(exclude_none=True))
    for citation in answer.citations:
        sources += [citation.quote, citation.title, citation.organization, *citation.section, *citation.row]
        sources += [citation.column or "", str(citation.year or "")]
    for entry in answer.derivations:
        sources += [entry.expression, *entry.inputs]
    found = {number for source in sources for number in (*_numbers(source), *_spaced_numbers(source))}
    for span in _YEARS.finditer(answer.question):
        found |= {Decimal(year) for year in range(int(span[1]), int(span[2]) + 1)}
    for entry in answer.derivations:
        value = abs(entry.value)
        found |= {value, *(round(value, digits) for digits in range(5))}
    found |= {Decimal(len(answer.citations)), Decimal(len(answer.figures))}
    return frozenset(found)


def _numbers(text: str) -> Sequence[Decimal]:
    return [Decimal(found.replace(",", "").rstrip(".")) for found in _NUMBER.findall(folded(text))]


def _spaced_numbers(text: str) -> Sequence[Decimal]:
    """Return the numbers whose thousands stand apart: 28 439."""
    return [Decimal(found.replace(" ", "")) for found in _SPACED.findall(folded(text))]
