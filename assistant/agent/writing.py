"""Turn a model's text that cites by key into an answer that cites by number, or say what is wrong with it."""

import re

from assistant.agent.claims import KEY_GROUP, Examiner, keys_of
from assistant.agent.hostile import as_plain_text
from assistant.agent.ledger import Ledger
from assistant.models import Drafted
from assistant.rendering import Draft
from ingest.models import Value

_DECLINES = re.compile(r"^\s*无法回答\s*[：:，,。]?")
_SPACES = re.compile(r"[ \t]+(?=[。，；：、！？])|[ \t]+$", re.MULTILINE)
_LONGEST_ECHO = 30
_INCOMPLETE = "回答没有写完就到了长度上限。请写得更短。"


class Written(Value):
    """Hold a model's text as an answer; with faults, it must not be shown."""

    drafted: Drafted | None = None
    faults: tuple[str, ...] = ()
    declined: bool = False
    unknown_keys: tuple[str, ...] = ()


def write(text: str, ledger: Ledger, examiner: Examiner, *, instructions: str, complete: bool) -> Written:
    """Return the answer that a model's text makes; keys that no tool gave out are removed first."""
    known = " ".join(one.evidence.quote for one in ledger.everything())
    plain = as_plain_text(text, known=known)
    if not plain:
        return Written(faults=("回答是空的。请根据证据作答。",))
    if _DECLINES.match(plain):
        return Written(declined=True)
    plain, unknown = _without_unknown(plain, ledger)
    faults = list(examiner.faults(plain))
    if not complete:
        faults.append(_INCOMPLETE)
    if _echoes(plain, instructions):
        faults.append("回答复述了给你的说明。只回答问题，不要提及说明。")
    if faults:
        return Written(faults=tuple(faults), unknown_keys=unknown)
    return Written(drafted=_numbered(plain, ledger), unknown_keys=unknown)


def _without_unknown(text: str, ledger: Ledger) -> tuple[str, tuple[str, ...]]:
    unknown: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept: list[str] = []
        for key in keys_of(match[0]):
            if ledger.found(key) or ledger.computed(key):
                kept.append(f"[{key}]")
            else:
                unknown.append(key)
        return "".join(kept)

    return KEY_GROUP.sub(keep, text), tuple(dict.fromkeys(unknown))


def _numbered(text: str, ledger: Ledger) -> Drafted:
    """Return the answer with its citations in order of appearance, its figures, derivations and remarks."""
    draft = Draft()

    def cite(key: str) -> list[str]:
        computed = ledger.computed(key)
        if computed is not None:
            marks = [mark for source in computed.inputs for mark in cite(source)]
            draft.derive(computed.derivation)
            draft.warn("computed", "该数由程序按报告所载数字计算，报告没有直接写明")
            return marks
        found = ledger.found(key)
        if found is None:
            return []
        view, evidence = ledger.view(found.report_id), found.evidence
        if evidence.figure is not None:
            return [draft.cite_figure(view, evidence.figure)]
        return [draft.cite_anchored(view, evidence.anchor, evidence.quote)]

    def number(match: re.Match[str]) -> str:
        return "".join(dict.fromkeys(mark for key in keys_of(match[0]) for mark in cite(key)))

    said = _SPACES.sub("", KEY_GROUP.sub(number, text))
    draft.say(_once(said))
    draft.warn_of_findings()
    return draft.finish()


def _once(text: str) -> str:
    """Return a text in which marks that follow each other do not repeat: [1][1] is [1]."""
    return re.sub(r"(\[\d+\])(?:\s*\1)+", r"\1", text)


def _echoes(text: str, instructions: str) -> bool:
    squeezed = "".join(instructions.split())
    said = "".join(text.split())
    return (
        any(
            said[at : at + _LONGEST_ECHO] in squeezed
            for at in range(0, max(1, len(said) - _LONGEST_ECHO + 1), 5)
        )
        and len(said) >= _LONGEST_ECHO
    )
