"""Write one report in one of many wordings, and keep what it says: each figure with its value and its words."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Literal

from benchmarks.fictitious import forms
from benchmarks.fictitious.bodies import Body

Flaw = Literal["rate", "balance", "requests"]

_SLOT = re.compile(r"\{([a-z_]+)\}")
_CLAUSE_END = frozenset("。；，：")
_SHORTEST_PROOF = 8
_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("主动公开", ("disclosure", "interpretation", "key_areas")),
    ("依申请公开", ("requests",)),
    ("政府信息管理", ("management",)),
    ("平台建设", ("platform", "hotline", "letters")),
    ("监督保障", ("training", "supervision")),
)
_ORDINALS = "一二三四五六七八九"
_CARDINALS = (
    ("一是", "二是", "三是", "四是"), ("1.", "2.", "3.", "4."), ("（1）", "（2）", "（3）", "（4）"),
    ("首先，", "其次，", "再次，", "最后，"),
)  # fmt: skip
_STREETS = ("文化路", "滨河大道", "人民路", "学苑街", "丰收路", "迎宾大道")


@dataclass(frozen=True)
class Fact:
    """Hold one thing that a report says: `value` is None in a blank cell; `proofs` are (section, words)."""

    key: str
    value: Decimal | str | None
    unit: str
    printed: str
    proofs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plan:
    """Say what a report is to be: its flaws, the topics it leaves out, the applicants whose cells are blank."""

    body: Body
    year: int
    flaws: frozenset[Flaw] = frozenset()
    absent: frozenset[str] = frozenset()
    blank: frozenset[str] = frozenset()
    tables: bool = True


@dataclass(frozen=True)
class Written:
    """Hold a report with its truth."""

    plan: Plan
    source: str
    text: str
    facts: Mapping[str, Fact]
    lists: Mapping[str, tuple[tuple[str, ...], ...]]

    @property
    def body(self) -> Body:
        """Return whose report it is."""
        return self.plan.body

    @property
    def year(self) -> int:
        """Return the year that it is about."""
        return self.plan.year


def write(plan: Plan, random: Random, *, source: str, held: bool = False) -> Written:
    """Write a report; the same plan and state of `random` give the same text, `held` in wordings kept apart."""
    return _Writer(plan, random, _wordings(held)).write(source)


def form_of(year: int) -> forms.Form:
    """Return the form that was in force for a year."""
    return "form2019" if year <= 2020 else "form2021"


@cache
def _wordings(held: bool) -> Mapping[str, Any]:
    read = {
        name: tomllib.loads((files("benchmarks.fictitious") / f"{name}.toml").read_text("utf-8"))
        for name in ("prose", "prose_held")
    }
    return {"units": read["prose"]["units"], **read["prose_held" if held else "prose"]}


@dataclass
class _Writer:
    plan: Plan
    random: Random
    prose: Mapping[str, Any]
    lines: list[str] = field(default_factory=list[str])
    found: dict[str, tuple[Decimal | str | None, str, str]] = field(default_factory=dict[str, Any])
    proofs: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, Any])
    section: str = ""

    def write(self, source: str) -> Written:
        body, year, random = self.plan.body, self.plan.year, self.random
        size = {"city": 4, "county": 3, "department": 1, "park": 1, "township": 1, "subdistrict": 1}[
            body.kind
        ]
        form = form_of(year)
        article20 = forms.fill_article20(form, random, size)
        applications = forms.fill_applications(form, random, size)
        review = forms.fill_review(random, size)
        self.drawn = self._draw(applications, size)
        self._spoil(applications)
        self.heads = random.choice(("（{}）{}情况", "（{}）{}", "（{}）{}情况。", "（{}）{}工作"))
        self.own_line = random.random() < 0.6
        self.commas = random.random() < 0.2
        title = random.choice((
            "{name}{year}年政府信息公开工作年度报告", "{name}{year}年度政府信息公开工作年度报告",
            "{name}\n{year}年政府信息公开工作年度报告", "{name}{year}年政府信息公开年度报告",
        ))  # fmt: skip
        self.lines.append(title.format(name=body.printed, year=year))
        self.section = title.format(name=body.printed, year=year).replace("\n", "")
        contact_first = random.random() < 0.5
        self._say("basis", self.prose["facts"])
        if contact_first:
            self._contact()
        self._head("一、总体情况")
        for number, (name, topics) in enumerate(_SECTIONS):
            self._subsection(_ORDINALS[number], name, topics)
        if self.plan.tables:
            style: forms.Style = random.choice(("tabbed", "barred", "markdown"))
            signs = random.random() < 0.5
            self._table("二、主动公开政府信息情况", article20, style,
                        forms.article20_lines(form, article20, style, signs=signs))  # fmt: skip
            self._table("三、收到和处理政府信息公开申请情况", applications, style,
                        forms.application_lines(form, applications, style))  # fmt: skip
            self._table("四、政府信息公开行政复议、行政诉讼情况", review, style,
                        forms.review_lines(review, style))  # fmt: skip
            self._head("五、存在的主要问题及改进情况")
        else:
            self._head("二、存在的主要问题及改进情况")
        lists = self._lists()
        self._head("六、其他需要报告的事项" if self.plan.tables else "三、其他需要报告的事项")
        for topic in random.sample(("fee_none", "proposals"), 2):
            self._say(topic, self.prose["topics"])
        if not contact_first:
            self._contact()
        if "signature" not in self.plan.absent:
            self._sign()
        facts = {
            key: Fact(key, value, unit, printed, tuple(self.proofs[key]))
            for key, (value, unit, printed) in self.found.items()
        }
        return Written(self.plan, source, "\n".join(self.lines) + "\n", facts, lists)

    def _draw(self, applications: Mapping[str, Decimal | None], size: int) -> dict[str, Decimal]:
        """Draw the figures of the prose, in agreement with each other and with table three."""
        between = self.random.randint
        boards, weibo = between(5, 90), between(100, 180) * size
        wechat, site = weibo + between(20, 200), weibo + between(300, 900) * size
        received = between(120, 1500) * size
        resolved = received - between(1, received // 20)
        requests = applications["new_requests.total"] or Decimal(0)
        mail, visits = between(1, 4), between(0, 2)
        started, continued = between(3, 12), between(2, 9)
        npc, cppcc = between(4, 40), between(4, 40)
        explained = between(12, 60)
        rate = _percent(resolved, received)
        if "rate" in self.plan.flaws:
            rate = (
                Decimal(between(9951, 9999)) / 100
                if rate < Decimal("99.3")
                else Decimal(between(8000, 8900)) / 100
            )
        requests_said = requests + 2 if "requests" in self.plan.flaws else requests
        return {
            "total": boards + weibo + wechat + site, "site": site, "wechat": wechat, "weibo": weibo, "boards": boards,
            "received": received, "resolved": resolved, "rate": rate, "satisfied": Decimal(between(9001, 9989)) / 100,
            "letters": between(10, 400), "columns": between(20, 140), "articles": between(90, 999),
            "followers": Decimal(between(11, 480)) / 10, "clips": between(12, 300),
            "requests": requests_said, "online": requests_said - mail - visits, "mail": mail, "visits": visits,
            "sessions": between(2, 9), "people": between(60, 990), "meetings": between(2, 9),
            "inspections": between(2, 24), "rectified": between(25, 80), "staff": between(2, 6), "weight": between(4, 9),
            "explained": explained, "charts": explained // 2, "videos": between(2, 11), "conferences": between(1, 8),
            "npc": npc, "cppcc": cppcc, "npc_rate": Decimal(100), "cppcc_rate": _percent(cppcc - 1, cppcc),
            "cleaned": between(15, 99), "systems": between(2, 14),
            "budgets": between(30, 300), "projects": started + continued, "started": started, "continued": continued,
            "invested": Decimal(between(101, 9999)) / 100, "relief": Decimal(between(20_000, 900_000)) / 100,
        }  # fmt: skip

    def _spoil(self, applications: dict[str, Decimal | None]) -> None:
        if "balance" in self.plan.flaws:
            key = "results.total_processed.total"
            applications[key] = (applications[key] or Decimal(0)) + 3
        for applicant in self.plan.blank:
            for key in applications:
                if key.endswith("." + applicant):
                    applications[key] = None

    def _head(self, text: str) -> None:
        self.lines.append(text)
        self.section = text

    def _subsection(self, number: str, name: str, topics: Sequence[str]) -> None:
        head = self.heads.format(number, name)
        self.section = head
        place = len(self.lines)
        for topic in self.random.sample(topics, len(topics)):
            self._say(topic, self.prose["topics"])
        if self.own_line:
            self.lines.insert(place, head)
        elif len(self.lines) > place:
            self.lines[place] = head.rstrip("。") + "。" + self.lines[place]

    def _say(self, topic: str, wordings: Mapping[str, Sequence[str]], **values: str) -> None:
        """Add a line of a topic in one of its wordings, and keep what each of its figures is."""
        if topic in self.plan.absent:
            return
        plain = {
            "we": self.plan.body.we, "year": str(self.plan.year), "next": str(self.plan.year + 1),
            "name": self.plan.body.name, "leader": self.plan.body.leader,
        }  # fmt: skip
        line, spans = "", list[tuple[str, int, int]]()
        for at, part in enumerate(_SLOT.split(self.random.choice(wordings[topic]))):
            if at % 2 and part not in plain:
                printed = values.get(part) or self._printed(self.drawn[part])
                spans.append((part, len(line), len(line) + len(printed)))
                line += printed
            else:
                line += plain[part] if at % 2 else part
        self.lines.append(line)
        units = self.prose["units"]
        for key, start, end in spans:
            value = values[key] if key in values else Decimal(self.drawn[key])
            self._keep(key, value, units.get(key, ""), line[start:end], _clause(line, start, end))

    def _printed(self, value: Decimal | int) -> str:
        return f"{value:,}" if self.commas else str(value)

    def _keep(self, key: str, value: Decimal | str | None, unit: str, printed: str, words: str) -> None:
        self.found.setdefault(key, (value, unit, printed))
        self.proofs.setdefault(key, []).append((self.section, words))

    def _contact(self) -> None:
        body, random = self.plan.body, self.random
        city, county = (_latin(name) for name in (body.city, body.county))
        office = (
            random.choice(("办公室", "政务公开科", "综合科"))
            if body.kind not in {"city", "county"}
            else "政务公开办公室"
        )
        self._say(
            "contact", self.prose["facts"], office=body.name + office, email=f"{county}{random.randint(100, 999)}@163.com",
            phone=f"0{random.randint(311, 998)}-{random.randint(2, 8)}{random.randint(100_000, 999_999)}",
            address=f"{body.city}{random.choice(_STREETS)}{random.randint(1, 299)}号",
        )  # fmt: skip
        self._say(
            "website", self.prose["facts"], portal=f"{body.county if body.kind != 'city' else body.city}人民政府门户网站",
            url=f"www.{city}{county}.gov.cn",
        )  # fmt: skip

    def _sign(self) -> None:
        month, day = self.random.randint(1, 3), self.random.randint(2, 28)
        printed = f"{self.plan.year + 1}年{month}月{day}日"
        self.lines += [self.plan.body.printed, printed]
        self._keep("published", printed, "", printed, printed)

    def _table(
        self, head: str, cells: forms.Cells, style: forms.Style, lines: Sequence[tuple[str, tuple[str, ...]]]
    ) -> None:
        self._head(head)
        for line, keys in lines:
            self.lines.append(line)
            for key in keys:
                value = cells[key]
                unit = _cell_unit(key)
                self._keep(key, value, unit, "" if value is None else str(value), forms.proof(line, style))
                if (
                    key == "new_requests.total"
                    and "requests" in self.found
                    and "requests" not in self.plan.flaws
                ):
                    # The prose says the same figure.
                    self.proofs[key] += self.proofs["requests"]
                    self.proofs["requests"].append(self.proofs[key][0])

    def _lists(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Add the problems and the measures, in one style of counting."""
        random, prose = self.random, self.prose["lists"]
        marks = random.choice(_CARDINALS)
        count = random.choice((2, 3, 3, 4))
        places = random.sample(range(len(prose["problems"])), count)
        lists: dict[str, tuple[tuple[str, ...], ...]] = {}
        run_in = random.random() < 0.5
        for name in ("problems", "measures"):
            lead = random.choice(prose[name.removesuffix("s") + "_leads"])
            lead = lead.format(year=self.plan.year, next=self.plan.year + 1, we=self.plan.body.we)
            items = [prose[name][place] for place in places]
            texts = [mark + text for mark, (text, _) in zip(marks, items, strict=False)]
            self.lines += (
                [lead + "；".join(texts) + "。"] if run_in else [lead, *(text + "。" for text in texts)]
            )
            lists[name] = tuple(tuple(forms_.split("|")) for _, forms_ in items)
            for number, (text, _) in enumerate(items):
                self._keep(f"{name}.{number}", text, "", text, text)
        return lists


def _cell_unit(key: str) -> str:
    if key.endswith(("amount_wan", "procurement.amount")):
        return "万元"
    return "项" if key.startswith(("art20_5", "art20_6", "art20_8", "art20_9")) else "件"


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _clause(line: str, start: int, end: int) -> str:
    """Return the clause around a figure, with what stands before it where it is too short to prove anything."""
    while end < len(line) and line[end] not in _CLAUSE_END:
        end += 1
    at = start
    while at > 0 and (line[at - 1] not in _CLAUSE_END or end - at < _SHORTEST_PROOF):
        at -= 1
    return line[at:end]


def _latin(name: str) -> str:
    return "".join(chr(ord("a") + ord(char) % 26) for char in name)
