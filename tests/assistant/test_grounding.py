"""Nothing is shown that its proof does not bear out."""

from decimal import Decimal

import pytest

from assistant.grounding import unproven
from assistant.models import Answer, Citation, Derivation

TEXT = "一、总体情况\n全年热线受理诉求820件，办复615件，办复率80%。\n"
QUOTE = "全年热线受理诉求820件，办复615件，办复率80%。"


def answer(**changes):
    start = TEXT.index(QUOTE)
    citation = Citation(
        n=1, source="甲.txt", report_id="r-1", title="甲县2020年政府信息公开工作年度报告", organization="甲县", year=2020,
        section=("一、总体情况",), quote=QUOTE, table=None, row=(), column=None,
        char_start=start, char_end=start + len(QUOTE), page=None,
    )  # fmt: skip
    fields = {
        "question": "甲县2020年办复率", "standalone_question": "甲县2020年办复率", "status": "answered",
        "reason_code": None, "text": "80%[1]——甲县2020年。注意：615 ÷ 820 = 75%[1]。", "figures": (),
        "citations": (citation,), "warnings": (), "suggestions": (), "engine": "rules", "model": None,
        "derivations": (Derivation(expression="615 ÷ 820", inputs=("615件", "820件"), value=Decimal(75), unit="%"),),
        "latency_ms": 1.0, "fingerprint": "f",
    }  # fmt: skip
    return Answer.model_validate({**fields, **changes})


def test_an_answer_borne_out_by_quote_and_derivation_has_no_fault():
    assert unproven(answer(), lambda _: TEXT) == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"text": "81%[1]——甲县2020年。"}, "81"),
        ({"text": "80%[2]——甲县2020年。"}, "[2]"),
        ({"text": "80%[1]，另有 37 件。"}, "37"),
    ],
)
def test_a_changed_digit_an_unknown_mark_and_an_invented_number_are_caught(changes, fault):
    assert any(fault in found for found in unproven(answer(**changes), lambda _: TEXT))


def test_a_quote_that_the_file_does_not_hold_is_caught():
    assert unproven(answer(), lambda _: TEXT.replace("615", "651"))


def test_a_derivation_that_does_not_recompute_is_caught():
    wrong = Derivation(expression="615 ÷ 820", inputs=("615件", "820件"), value=Decimal(76), unit="%")
    found = unproven(answer(text="80%[1]。", derivations=(wrong,)), lambda _: TEXT)
    assert any("615 ÷ 820" in fault for fault in found)


def test_a_derivation_is_arithmetic_and_nothing_else():
    code = Derivation(expression="__import__('os').getpid()", inputs=(), value=Decimal(1), unit="")
    assert unproven(answer(derivations=(code,)), lambda _: TEXT)
