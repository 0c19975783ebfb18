"""Wordings are files whose slots are checked."""

from importlib.resources import files

import pytest

from prompts import digest, load

NAMES = sorted(
    entry.name.removesuffix(".md") for entry in files("prompts").iterdir() if entry.name.endswith(".md")
)


def test_a_filled_wording_holds_what_was_put_in():
    text = load("no_evidence").fill(reports="甲县2030年")
    assert text == "甲县2030年的报告中没有找到能回答这一问题的内容，因此不作回答。"


@pytest.mark.parametrize(("values", "named"), [({}, "reports"), ({"reports": "甲", "year": "1"}, "year")])
def test_a_missing_or_unknown_slot_is_named(values, named):
    with pytest.raises(ValueError, match=named):
        load("no_evidence").fill(**values)


@pytest.mark.parametrize("name", NAMES)
def test_every_wording_loads_and_can_be_filled(name):
    template = load(name)
    filled = template.fill(**dict.fromkeys(template.slots, "某"))
    assert "{" not in filled
    assert filled


def test_the_digest_is_the_same_twice_and_not_empty():
    assert digest() == digest()
    assert len(digest()) == 16
