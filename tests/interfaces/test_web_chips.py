"""What was understood, as chips: what can be chosen, what a change runs and keeps, and the same by keyboard alone."""

import asyncio
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PATIENCE, ask, chromium, needs_chromium, opened, ready, tab_to
from desks import open_service, serving
from playwright.sync_api import Browser, Page, expect
from scripted import SAMPLES, MemoryReports, ScriptedAnswers, answer, helan

from assistant.conversations import Conversations, KeptTurn
from assistant.exchange import Exchange
from assistant.interfaces.serve import build_app
from assistant.interfaces.web.chat import turn_html
from assistant.interfaces.web.chips import MOST_LISTED
from assistant.interfaces.web.desk import Desk
from assistant.interfaces.web.markup import words_for
from assistant.interfaces.web.shelf import filters_html
from assistant.interfaces.web.visitors import Visitor
from assistant.models import Completed
from assistant.plans import (
    Claim,
    Condition,
    Everything,
    Lookup,
    Measure,
    Named,
    Operation,
    Plan,
    Share,
    Sum,
    Target,
    Unclear,
)
from ingest import Ingested, ingest_file
from vectorstore.library import Library
from vectorstore.models import Filter

RECEIVED = Measure(phrase="新收申请")
HOSTILE = '"><script>alert(1)</script>'


def held(year: int, *, name: str = "贺兰县") -> Ingested:
    """Return the sample as if it were the report of another body or year."""
    report = helan().report
    body = report.organization.model_copy(update={"name": name})
    moved = report.model_copy(update={"id": f"{name}{year}", "year": year, "organization": body})
    return helan().model_copy(update={"report": moved})


REPORTS = MemoryReports(held(2020), held(2021), held(2020, name="彭阳县"))


def plan(*operations: Operation, **more: Any) -> Plan:
    among = Named(targets=(Target(organization="贺兰县", year=2020),))
    asked = {"standalone": "问", "among": among, "operations": operations or (Lookup(measures=(RECEIVED,)),)}
    return Plan(**(asked | more))


def turn_of(asked: Plan, *, narrowed: Filter | None = None) -> KeptTurn:
    answered = answer("答").model_copy(update={"plan": asked, "understanding": "理解"})
    return KeptTurn(
        id="t-1", exchange=Exchange(question="问", answer=answered), narrowed=narrowed or Filter()
    )


def shown(asked: Plan, *, reports: MemoryReports = REPORTS, narrowed: Filter | None = None) -> str:
    return turn_html(turn_of(asked, narrowed=narrowed), reports, words_for("zh"), conversation="c-1")


def options(html: str, name: str) -> list[str]:
    """Return what the first select of a name offers, the chosen one marked."""
    select = re.search(rf'<select name="{re.escape(name)}"[^>]*>(.*?)</select>', html)
    assert select is not None
    found = re.findall(r"<option([^>]*)>(.*?)</option>", select[1])
    return [f"{text}{' ✓' if ' selected' in attributes else ''}" for attributes, text in found]


def told(html: str) -> list[str]:
    return re.findall(r'<span class="told">(.*?)</span>', html)


# ---------------------------------------------------------------- what is offered


def test_every_body_held_and_the_years_of_the_one_asked_for_can_be_chosen() -> None:
    html = shown(plan())

    assert options(html, "bodies[]") == ["彭阳县", "贺兰县 ✓"]
    assert options(html, "years[]") == ["2021年", "2020年 ✓"]
    assert 'data-years="2021 2020"' in html
    assert 'name="wordings[]" value="新收申请"' in html
    assert options(html, "ways[]")[:2] == ["是多少 ✓", "增幅"]


def test_a_body_or_year_that_is_not_held_stays_as_it_was_asked_for() -> None:
    html = shown(plan(among=Named(targets=(Target(organization="永宁县", year=2019),))))

    assert options(html, "bodies[]") == ["永宁县 ✓", "彭阳县", "贺兰县"]
    assert options(html, "years[]") == ["2019年（库中没有） ✓"]


def test_an_alias_has_the_years_of_its_body() -> None:
    (alias, *_) = helan().report.organization.aliases or ("",)
    html = shown(plan(among=Named(targets=(Target(organization=alias, year=2020),))))

    assert options(html, "years[]") == ["2021年", "2020年 ✓"]


def test_what_was_left_open_is_offered_as_open() -> None:
    html = shown(plan(among=Named(targets=(Target(),))))

    assert options(html, "bodies[]")[0] == "单位未指明 ✓"
    assert options(html, "years[]") == ["年度未指明 ✓", "2021年", "2020年"]


def test_only_what_the_question_was_narrowed_to_is_offered() -> None:
    html = shown(plan(), narrowed=Filter(organizations=("贺兰县",), years=(2020,)))

    assert options(html, "bodies[]") == ["贺兰县 ✓"]
    assert options(html, "years[]") == ["2020年 ✓"]


def test_what_no_chip_can_show_is_told_in_words() -> None:
    nested = Share(part=Sum(of=(RECEIVED, Measure(phrase="予以公开"))), whole=Measure(phrase="办结"))
    among = Everything(where=Condition(measure=Measure(phrase="微博")), years=(2020,))

    html = shown(plan(nested, among=among, claims=(Claim(measure=RECEIVED, relation="happened"),)))

    assert told(html) == [
        "2020年报告提到“微博”的单位",
        "新收申请与予以公开占办结的比例",
        "先核对：有新收申请",
    ]
    assert html.count('name="wordings[]"') == 3
    assert 'name="bodies[]"' not in html
    assert 'name="ways[]"' not in html


def test_a_stretch_that_was_not_read_can_be_left_out() -> None:
    html = shown(plan(unread=("除微博以外",)))

    assert 'type="checkbox" name="left_out[]" value="除微博以外"' in html


def test_a_question_that_could_not_be_understood_has_no_chips() -> None:
    html = shown(plan(Unclear(obstacle="chat")))

    assert 'class="standalone chips"' not in html
    assert "理解为：" in html


def test_of_very_many_bodies_the_name_is_typed_and_one_list_serves_all_chips() -> None:
    reports = MemoryReports(*(held(2020, name=f"县{number}") for number in range(MOST_LISTED + 1)))

    html = shown(plan(), reports=reports)

    assert 'name="bodies[]" value="贺兰县" list="bodies"' in html
    assert filters_html(reports.headings(), words_for("zh")).count("<option") == MOST_LISTED + 1
    assert "<datalist" not in filters_html(REPORTS.headings(), words_for("zh"))


def test_nothing_of_a_plan_or_a_name_is_read_as_markup() -> None:
    measure = Measure(phrase=HOSTILE, applicant=HOSTILE)
    among = Named(targets=(Target(organization=HOSTILE, year=2020),))
    reports = MemoryReports(held(2020, name=HOSTILE))

    html = shown(plan(Lookup(measures=(measure,)), among=among, unread=(HOSTILE,)), reports=reports)

    assert "<script" not in html
    assert unescape(html).count("<script>alert(1)") >= 5


# ---------------------------------------------------------------- at the desk


@pytest.fixture
def answers() -> ScriptedAnswers:
    return ScriptedAnswers(Completed(answer=answer("答").model_copy(update={"plan": plan()})))


@pytest.fixture
def desk(answers: ScriptedAnswers, tmp_path: Path) -> Iterator[Desk]:
    with Library.open(f"sqlite:///{tmp_path / 'library.sqlite'}") as library:
        yield Desk(answers, REPORTS, Conversations(library.database))


def act(desk: Desk, *, shown: str = "", **what: Any) -> dict[str, Any]:
    """Do an act and wait for the answer that it starts."""
    sent = json.dumps({"language": "zh", "shown": shown, "act": what})
    reply = desk.act(Visitor(owner="甲"), sent).model_dump(mode="json")
    following = reply["follow"]
    while following:
        sent = json.dumps({"shown": reply["conversation"], **following[0]})
        following = asyncio.run(desk.follow(Visitor(owner="甲"), sent)).model_dump(mode="json")["follow"]
    return reply


CHIPS = {"bodies": ["贺兰县"], "years": ["2020"], "wordings": ["新收申请"], "ways": ["是多少"]}


def asked(desk: Desk) -> dict[str, str]:
    """Ask a question; return the conversation and the turn as an act names them."""
    begun = act(desk, do="ask", text="问")
    return {"shown": begun["conversation"], "turn": turns_in(begun)[0]}


def turns_in(reply: dict[str, Any]) -> list[str]:
    return re.findall('data-turn="([^"]+)"', "".join(patch["html"] for patch in reply["patches"]))


def html_of(desk: Desk, conversation: str) -> str:
    return act(desk, do="open", conversation=conversation)["patches"][0]["html"]


def test_a_changed_chip_runs_the_changed_plan_as_a_turn_of_the_conversation(
    desk: Desk, answers: ScriptedAnswers
) -> None:
    before = asked(desk)

    reply = act(desk, do="change", **before, **(CHIPS | {"years": ["2021"]}))

    (run,) = answers.carried_out
    assert run.among == Named(targets=(Target(organization="贺兰县", year=2021),))
    assert [patch["target"] for patch in reply["patches"][:2]] == [before["turn"], "turns"]
    kept = html_of(desk, before["shown"])
    assert kept.count('class="turn"') == 2
    assert kept.count("改过的理解") == 1
    assert "贺兰县2021年新收申请是多少" in kept


def test_several_chips_change_at_once(desk: Desk, answers: ScriptedAnswers) -> None:
    chips = {"bodies": ["彭阳县"], "years": ["2020"], "wordings": ["予以公开"], "ways": ["占总数的比例"]}

    act(desk, do="change", **asked(desk), **chips)

    (run,) = answers.carried_out
    assert run.standalone == "彭阳县2020年予以公开占总数的比例"
    assert run.operations == (Share(part=Measure(phrase="予以公开")),)


def test_a_changed_reading_is_answered_anew_by_its_plan(desk: Desk, answers: ScriptedAnswers) -> None:
    before = asked(desk)
    reply = act(desk, do="change", **before, **(CHIPS | {"years": ["2021"]}))

    act(desk, do="again", shown=before["shown"], turn=turns_in(reply)[-1])

    first, again = answers.carried_out
    assert first == again
    assert len(answers.asked) == 1


def test_a_follow_up_hears_of_the_changed_reading(desk: Desk, answers: ScriptedAnswers) -> None:
    before = asked(desk)
    act(desk, do="change", **before, **(CHIPS | {"years": ["2021"]}))

    act(desk, do="ask", shown=before["shown"], text="那彭阳县呢")

    assert [turn.content for turn in answers.asked[-1].history if turn.role == "user"] == [
        "问",
        "贺兰县2021年新收申请是多少",
    ]


@pytest.mark.parametrize(
    ("chips", "said"),
    [
        ({}, "没有改动"),
        ({"years": []}, "刷新"),
        ({"years": ["年"]}, "年度没有选定"),
        ({"wordings": [" "]}, "不能是空的"),
        ({"ways": ["各单位合计"]}, "各单位合计"),
        ({"left_out": ["微博"]}, "微博"),
    ],
)
def test_what_cannot_be_changed_is_told_and_nothing_is_asked(
    desk: Desk, answers: ScriptedAnswers, chips: dict[str, list[str]], said: str
) -> None:
    before = asked(desk)

    reply = act(desk, do="change", **before, **(CHIPS | chips))

    assert said in reply["told"]
    assert answers.carried_out == []
    assert html_of(desk, before["shown"]).count('class="turn"') == 1


# ---------------------------------------------------------------- in the browser

ASKED = "贺兰县2020年行政许可处理决定数量是多少"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the samples, with a second year of one body whose figures are others."""
    folder = tmp_path_factory.mktemp("chips")
    text = (SAMPLES / "贺兰县2020.txt").read_text("utf-8")
    later = folder / "later.txt"
    later.write_text(text.replace("2020", "2021").replace("2823", "3141"), "utf-8")
    park = ingest_file(SAMPLES / "宁夏贺兰工业园区2020.txt")
    assistant, desk = open_service(folder / "data", helan(), ingest_file(later), park)
    with serving(build_app(assistant, desk)) as address:
        yield address
    assistant.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.browser
@needs_chromium
def test_year_and_measure_are_changed_by_keyboard_and_the_other_number_is_answered(
    browser: Browser, url: str
) -> None:
    with opened(browser, url) as page:
        ask(page, ASKED)
        expect(page.locator(".answer-text")).to_contain_text("57487")

        tab_to(page, "select[name='years[]']", backwards=True)
        page.keyboard.press("ArrowUp")
        tab_to(page, "input[name='wordings[]']")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text("行政处罚处理决定数量")
        tab_to(page, ".chips button")
        page.keyboard.press("Enter")

        changed = page.locator(".turn").nth(1)
        expect(changed.locator(".answer-text")).to_contain_text("3141", timeout=PATIENCE)
        expect(changed.locator(".question")).to_contain_text("改过的理解")
        expect(changed.locator("select[name='years[]']")).to_have_value("2021")
        before = page.locator(".turn").first
        expect(before.locator("select[name='years[]']")).to_have_value("2020")
        expect(before.locator(".chips button")).to_be_hidden()
        page.reload()
        ready(page)
        expect(page.locator(".answer-text")).to_have_count(2)


@pytest.mark.browser
@needs_chromium
def test_another_body_offers_its_years_and_says_that_the_one_chosen_is_not_held(
    browser: Browser, url: str
) -> None:
    with opened(browser, url) as page:
        ask(page, ASKED.replace("2020", "2021"))

        page.get_by_label("单位", exact=True).select_option("宁夏贺兰工业园区")

        years = page.locator("select[name='years[]']")
        assert years.locator("option").all_inner_texts() == ["2021年（库中没有）", "2020年"]
        expect(years).to_have_value("2021")
        years.select_option("2020")
        page.get_by_role("button", name="照改过的再答").click()
        expect(page.locator(".answer-text").last).to_contain_text("宁夏贺兰工业园区2020年", timeout=PATIENCE)


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_chips_stay_inside_the_page_and_bar_nobody(
    browser: Browser, url: str, scheme: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
    with opened(browser, url, color_scheme=scheme, **phone) as page:
        ask(page, "贺兰县和宁夏贺兰工业园区2020年的政府集中采购项目数量，哪个多？")
        page.locator("input[name='wordings[]']").fill(
            "政府集中采购项目数量和别的很长很长很长很长很长很长的话"
        )
        expect(page.get_by_role("button", name="照改过的再答")).to_be_visible()

        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert _widest(page) <= 390
        assert _barriers(page) == []


def _widest(page: Page) -> float:
    return page.evaluate(
        "Math.max(...[...document.querySelectorAll('.chips *')].map((one) => one.getBoundingClientRect().right))"
    )


def _barriers(page: Page) -> list[str]:
    return [
        f"{one['id']}: {node['target']}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
