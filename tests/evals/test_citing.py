"""When a citation proves an answer."""

import pytest

from assistant.evals.citing import CitationGrade, grade_citations
from assistant.evals.dataset import Case
from assistant.evals.predictions import Cited, Prediction
from assistant.evals.wording import quote_view

TEXT = "一、总体情况\n全年受理诉求 120 件，办复 118 件。\n行政强制\t17\t增加 5\t409\n"
SOURCES = {"004_ab12.txt": quote_view(TEXT)}


def _grade(
    *quotes: str, source: str = "004_ab12.txt", section: str = "一、总体情况", **record: object
) -> CitationGrade:
    proof = {"source": "004_ab12.txt", "section": "一、总体情况", "quote": "受理诉求120件，办复118件"}
    case = Case.model_validate({"id": "X", "type": "t", "question": "？", "evidence": [[proof]]} | record)
    cited = tuple(Cited(source=source, section=section, quote=quote) for quote in quotes)
    return grade_citations(
        case, Prediction(id="X", answer="", citations=cited, abstained=False, latency_ms=1.0), SOURCES
    )


def test_quote_that_holds_the_proof_counts_and_another_does_not():
    one = _grade("全年受理诉求 120 件，办复 118 件。", "一、总体情况")
    assert (one.cited, one.proving, one.recall) == (2, 1, 1.0)
    assert one.verbatim == (True, True)


def test_right_quote_of_the_wrong_file_proves_nothing():
    one = _grade("全年受理诉求 120 件，办复 118 件。", source="000_cd34.txt")
    assert (one.proving, one.right_source, one.recall, one.verbatim) == (0, 0, 0.0, (False,))


def test_changed_quote_is_not_verbatim():
    assert _grade("全年受理诉求 120 件，办结 118 件。").verbatim == (False,)


def test_table_row_may_skip_cells():
    row = [[{"source": "004", "section": "二", "quote": "行政强制\t17\t409"}]]
    assert _grade("行政强制\t17\t增加 5\t409", evidence=row).recall == 1.0
    assert _grade("行政许可\t17\t增加 5\t409", evidence=row).recall == 0.0


@pytest.mark.parametrize("section", ["一、总体情况", "年度报告 > 一、总体情况", "总体情况"])
def test_section_is_accepted_with_or_without_its_parents(section: str):
    assert _grade("办复 118 件", section=section).section_hit


def test_any_of_several_proofs_is_enough_where_the_record_says_so():
    proofs = [
        [{"source": "004_ab12.txt", "section": "一", "quote": "受理诉求120件"}],
        [{"source": "004_ab12.txt", "section": "一", "quote": "另外一句不在答案里"}],
    ]
    assert _grade("受理诉求 120 件", evidence=proofs, evidence_mode="any").recall == 1.0
    assert _grade("受理诉求 120 件", evidence=proofs).recall == 0.5


def test_context_without_a_file_is_looked_for_in_every_quote():
    context = [[{"quote": "全年受理诉求120件，办复118件，其余仍在办理之中，将于次年第一季度全部办结。"}]]
    assert _grade("全年受理诉求 120 件", evidence=context).recall == 1.0
