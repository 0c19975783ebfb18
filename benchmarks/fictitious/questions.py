"""Turn the question templates into questions about a cast, each with its gold: what it must say, and the proof."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from random import Random
from typing import Any

from opencc import OpenCC

from assistant.evals import Case
from benchmarks.fictitious.bodies import county_name, twin_of
from benchmarks.fictitious.cast import Cast
from benchmarks.fictitious.writer import Fact, Written

_HOLE = re.compile(r"\{([a-z]\d?|none|near)(?:\.(\w+))?(?::([\w.]+))?([+-]\d+)?\}")
_OPERAND = re.compile(r"\b([a-z]\d?):([\w.]+)")
_REFERENCE = re.compile(r"([a-z]\d?):([\w.*]+)")
_REASONS = ("no_report", "no_indicator", "blank_cell", "ambiguous", "out_of_scope", "no_evidence")
_BLANK = ("空白", "未填", "没有填", "留空", "空格")


def cases_of(cast: Cast, *, seed: int = 0, held: bool = False) -> tuple[Case, ...]:
    """Return the questions as `gongkai eval` reads them."""
    return tuple(Case.model_validate(record) for record in case_records(cast, seed=seed, held=held))


def case_records(cast: Cast, *, seed: int = 0, held: bool = False) -> tuple[dict[str, Any], ...]:
    """Return the questions in the shape of a question file; with `held`, those that are kept apart."""
    strangers = _strangers(cast, seed)
    return tuple(
        _Case(cast, strangers).record(f"{'H' if held else 'G'}{number:03d}", *line)
        for number, line in enumerate(_templates(held), start=1)
    )


@cache
def _templates(held: bool) -> tuple[tuple[str, str, str], ...]:
    text = (files("benchmarks.fictitious") / ("questions_held.tsv" if held else "questions.tsv")).read_text(
        "utf-8"
    )
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple((kind, asked, gold) for kind, asked, gold in rows)


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


def _strangers(cast: Cast, seed: int) -> Mapping[str, str]:
    """Return names that no report has: one that is unlike the others, one that is like d's."""
    random = Random(f"strangers:{seed}")
    counties = {written.body.county for written in cast.values()}
    initials = {county[0] for county in counties}
    none = next(name for name in iter(lambda: county_name(random), "") if name[0] not in initials)
    department = cast["d"].body
    near = next(
        name for name in iter(lambda: twin_of(department.county, random), "") if name[0] not in initials
    )
    return {"none": none, "near": near + department.name.removeprefix(department.county)}


class _Case:
    """Build one question; the parts of its gold add to the record one after another."""

    def __init__(self, cast: Cast, strangers: Mapping[str, str]) -> None:
        self._cast = cast
        self._strangers = strangers
        self._said: list[str] = []
        self._abstain = False
        self._either = False
        self._reasons: list[str] = []
        self._evidence: list[list[dict[str, Any]]] = []
        self._answer: dict[str, list[Any]] = {
            "numeric": [], "must_contain": [], "must_not_contain": [], "ordered_contain": [], "list_items": [],
        }  # fmt: skip

    def record(self, name: str, kind: str, asked: str, gold: str) -> dict[str, Any]:
        """Return the record of a template."""
        *before, question = (self._filled(part).strip() for part in asked.split(">>"))
        history: list[dict[str, str]] = []
        for turn in before:
            user, _, assistant = turn.partition(" => ")
            history += [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
        for part in gold.split(" & "):
            self._add(part)
        return {
            "id": name, "type": kind, "question": question, "history": history,
            "abstain": self._abstain, "abstain_ok": self._either, "reasons": self._reasons,
            "answer": {"text": "；".join(self._said), **self._answer},
            "evidence": [] if self._abstain else self._evidence, "evidence_mode": "all",
        }  # fmt: skip

    def _filled(self, text: str) -> str:
        return _HOLE.sub(self._hole, text)

    def _hole(self, hole: re.Match[str]) -> str:
        role, attribute, key, shift = hole.groups()
        if role in self._strangers:
            return self._strangers[role]
        written = self._cast[role]
        if key:
            value = written.facts[key].value
            return f"{Decimal(value) + int(shift)}" if shift and value is not None else f"{value}"
        if attribute == "y":
            return str(written.year + int(shift or 0))
        if attribute == "trad":
            return _to_traditional().convert(written.body.name)
        return getattr(written.body, attribute or "name")

    def _add(self, part: str) -> None:
        verb, _, rest = part.partition(" ")
        if part.startswith('"'):
            forms = self._filled(part.strip('"')).split("|")
            self._answer["must_contain"].append(forms)
            self._said.append(forms[0])
        elif " -> " in part:
            self._computed(*part.split(" -> "))
        elif verb in {"most", "ranked"}:
            self._ordered(verb, *self._parties(rest))
        elif verb == "best":
            rest, key = rest.split(" then ")
            self._figure(self._parties(rest)[1][0], key)
        elif verb == "listed":
            self._listed(*self._named(rest))
        elif verb == "blank":
            written, fact = self._fact(rest)
            self._answer["must_contain"].append(list(_BLANK))
            self._said.append("该格空白")
            self._prove(written, fact)
        elif verb == "not":
            self._forbid(rest)
        elif verb == "see":
            self._prove(*self._fact(rest))
        elif verb == "refuse":
            self._abstain = True
            self._reasons = rest.split("|")
            if unknown := set(self._reasons) - set(_REASONS):
                raise ValueError(f"unknown reasons {unknown} in {part!r}")
        elif part == "either":
            self._either = True
        else:
            self._figure(*self._named(part))

    def _named(self, reference: str) -> tuple[Written, str]:
        role, _, key = reference.partition(":")
        return self._cast[role], key

    def _fact(self, reference: str) -> tuple[Written, Fact]:
        written, key = self._named(reference)
        return written, written.facts[key]

    def _figure(self, written: Written, key: str) -> None:
        fact = written.facts[key]
        self._number(abs(Decimal(fact.value or 0)), fact.unit, key)
        self._prove(written, fact)

    def _number(self, value: Decimal, unit: str, key: str = "", tol: str = "0") -> None:
        needed: dict[str, Any] = {
            "value": str(value),
            "unit": unit.replace("人次", "人").replace("万人", ""),
            "tol": tol,
        }
        if unit == "万人":
            needed["value"] = str(value * 10_000)
        if value == 0:
            needed["accept_text"] = ["没有", "未发生", "未收到", "为零"]
        self._answer["numeric"].append(needed)
        self._said.append(f"{value}{unit}" if not key else f"{key}：{value}{unit}")

    def _prove(self, written: Written, fact: Fact) -> None:
        group = [
            {"source": written.source, "section": section, "quote": quote} for section, quote in fact.proofs
        ]
        if group not in self._evidence:
            self._evidence.append(group)

    def _computed(self, expression: str, unit: str) -> None:
        """Work out `a:x / a:y`, left to right as Python does; `sum`, `avg` and `abs` stand in front."""
        verb, _, rest = expression.partition(" ")
        references = self._references(expression)
        values = [Decimal(written.facts[key].value or 0) for written, key in references]
        if verb == "sum":
            value = sum(values, Decimal(0))
        elif verb == "avg":
            value = sum(values, Decimal(0)) / len(values)
        else:
            value = _worked_out(_OPERAND.sub(self._operand, rest if verb == "abs" else expression))
            value = abs(value) if verb == "abs" else value
        rounded = value.quantize(Decimal("0.01"))
        self._number(rounded.normalize() + 0, unit, tol="0.06" if rounded != int(rounded) else "0.005")
        for written, key in references:
            if verb != "sum" or written.facts[key].value:
                self._prove(written, written.facts[key])

    def _references(self, expression: str) -> list[tuple[Written, str]]:
        found: list[tuple[Written, str]] = []
        for role, pattern in _REFERENCE.findall(expression):
            written = self._cast[role]
            shape = re.compile(re.escape(pattern).replace(r"\*", r"\w+"))
            found += [(written, key) for key in written.facts if shape.fullmatch(key)]
        return found

    def _operand(self, reference: re.Match[str]) -> str:
        return str(self._cast[reference[1]].facts[reference[2]].value)

    def _parties(self, rest: str) -> tuple[str, list[Written]]:
        key, _, roles = rest.partition(" of ")
        parties = [self._cast[role] for role in roles.split()]
        return key, sorted(parties, key=lambda one: Decimal(one.facts[key].value or 0), reverse=True)

    def _ordered(self, verb: str, key: str, parties: list[Written]) -> None:
        for written in parties:
            self._figure(written, key)
        same_body = len({written.body.name for written in parties}) == 1
        names = [[str(one.year)] if same_body else [one.body.name, one.body.short] for one in parties]
        if verb == "most":
            self._answer["must_contain"].append(names[0])
        elif all(one.facts[key].value != two.facts[key].value for one, two in pairwise(parties)):
            self._answer["ordered_contain"] = [[f"{one.facts[key].value}"] for one in parties]

    def _listed(self, written: Written, name: str) -> None:
        self._answer["list_items"] += [list(forms) for forms in written.lists[name]]
        for key, fact in written.facts.items():
            if key.startswith(name + "."):
                self._said.append(str(fact.value))
                self._prove(written, fact)

    def _forbid(self, reference: str) -> None:
        """Forbid another body's figure, unless it is by chance the same as the one asked for."""
        written, fact = self._fact(reference)
        if any(needed["value"] == str(fact.value) for needed in self._answer["numeric"]):
            return
        self._answer["must_not_contain"].append(
            {
                "text": fact.printed,
                "unless_near": [written.body.name, written.body.short, written.body.county],
            }
        )


def _worked_out(expression: str) -> Decimal:
    """Return the value of numbers joined by `*`, `/`, `+` and `-`."""
    total, sign = Decimal(0), Decimal(1)
    for term in re.split(r" ([+-]) ", expression):
        if term in {"+", "-"}:
            sign = Decimal(1) if term == "+" else Decimal(-1)
            continue
        first, *factors = re.split(r" ([*/]) ", term)
        product = Decimal(first)
        for verb, factor in zip(factors[::2], factors[1::2], strict=True):
            product = product * Decimal(factor) if verb == "*" else product / Decimal(factor)
        total += sign * product
    return total
