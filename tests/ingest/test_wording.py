"""Views of a label for comparing; what is quoted is never changed."""

import pytest

from ingest.wording import folded, is_enumerated, simplified, skeleton, without_parentheses


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("（三） 不予\u3000公开", "不予公开"),
        ("(三)不予公开", "不予公开"),
        ("1.属于国家秘密", "属于国家秘密"),
        ("一、本年新收", "本年新收"),
        ("3.危及“三安全一稳定”", "危及三安全一稳定"),
        ("規範性檔案", "规范性档案"),
        ("本年增／减", "本年增减"),
        ("政务 ＡＰＰ", "政务app"),
    ],
)
def test_labels_agree_whatever_their_script_width_and_number(printed: str, plain: str) -> None:
    assert skeleton(printed) == plain


def test_simplified_text_keeps_its_offsets() -> None:
    text = "政府資訊公開，後臺 12 項"
    assert simplified(text).index("12") == text.index("12")


def test_folded_text_has_half_width_digits() -> None:
    assert folded("１２％") == "12%"


@pytest.mark.parametrize(
    ("printed", "rest"),
    [
        ("规章（设区的市填写）", "规章"),
        ("上一年项目数量(指上年末)", "上一年项目数量"),
        ("部分公开（区分处理的", "部分公开"),
    ],
)
def test_remarks_in_parentheses_are_left_out_even_when_cut_off(printed: str, rest: str) -> None:
    assert without_parentheses(printed) == rest


@pytest.mark.parametrize(("label", "numbered"), [("（七）总计", True), ("3.其他", True), ("总计", False)])
def test_enumerators_are_seen(label: str, numbered: bool) -> None:
    assert is_enumerated(label) is numbered
