"""Take over from the conversation what a follow-up leaves out: bodies, years, and what is asked."""

import re
from collections.abc import Sequence

from assistant.models import Scope
from vectorstore.models import ReportHead

_LAST_YEAR = re.compile(r"去年同期|去年|上年同期|上一年度?(?!项目|结转)|上年度?(?!项目|结转)|前一年")
_SAME_YEAR = re.compile(r"同年|同一年|当年|这一年|那年|那一年")
_DEICTIC = re.compile(
    r"(?:\d{1,4}|园区|县里|全县|变化|比|较|相比|上一?年|一年|去年|同比|增减|增加|减少|其中|它|他们|占比|比例|率)+"
)
_TOPIC = re.compile(r"（承上文：.*$", re.DOTALL)


def inherit(
    earlier: Scope,
    text: str,
    organizations: tuple[str, ...],
    years: tuple[int, ...],
    unknown: tuple[str, ...],
    choices: tuple[str, ...],
    heads: Sequence[ReportHead],
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """Fill what the question leaves out: organisations, years, and 去年 relative to the year talked about."""
    talked_of = earlier.years or tuple(
        dict.fromkeys(head.year for head in earlier.candidates if head.year is not None)
    )
    if not organizations and not unknown:
        of_kind = _of_named_kind(text, earlier, heads)
        organizations = of_kind or earlier.organizations
        unknown = () if of_kind else earlier.unknown_organizations
        choices = of_kind if len(of_kind) > 1 else choices or (() if of_kind else earlier.choices)
    if not years:
        relative = _LAST_YEAR.search(text) and not re.search(
            r"(?:比|较|和|与|跟|同)(?:上一?年|去年|前一?年)|结转|上一?年度?项目", text
        )
        if relative and len(talked_of) == 1:
            years = (talked_of[0] - 1,)
        elif organizations == earlier.organizations or _SAME_YEAR.search(text) or earlier.years:
            years = earlier.years
    return organizations, years, unknown, choices


def _of_named_kind(text: str, earlier: Scope, heads: Sequence[ReportHead]) -> tuple[str, ...]:
    """Return the organisations of a kind that is named without a name: 园区的呢？ and 县里呢？"""
    kinds = (("园区", "park"), ("县里", "government"), ("县政府", "government"), ("全县", "government"))
    wanted = next((kind for word, kind in kinds if re.match(rf"(?:那|那么)?\s*{word}", text)), None)
    if wanted is None or any(
        head.kind == wanted for head in heads if head.organization in earlier.organizations
    ):
        return ()
    return tuple(dict.fromkeys(head.organization for head in heads if head.kind == wanted))


def takes_year_over(word: str) -> bool:
    """Tell whether a word for a year is relative to the year that the conversation is about."""
    return bool(_LAST_YEAR.match(word) or _SAME_YEAR.match(word))


def leans_on_history(words: tuple[str, ...], asked: str) -> bool:
    """Tell whether a question names too little of its own: 那2019年呢？ 比上一年变化了多少？"""
    own = "".join(word for word in words if not _DEICTIC.fullmatch(word))
    return (
        len(own) < 3
        or (len(own) < 10 and bool(re.search(r"呢\s*[?？]?\s*$", asked)))
        or asked.lstrip().startswith("占")
        or bool(re.match(r"\s*(?:那|那么|其中|它|该|比上|同比|还有|另外)", asked) and len(own) < 8)
    )


def with_context(
    text: str,
    earlier: Scope,
    organizations: tuple[str, ...],
    years: tuple[int, ...],
    *,
    says_body: bool,
    says_year: bool,
    leans: bool,
) -> str:
    """Return the question with what it takes over written out."""
    parts: list[str] = []
    if organizations and not says_body:
        parts.append("、".join(organizations))
    if years and not says_year:
        parts.append("、".join(f"{year}年" for year in years))
    lead = "".join(parts)
    before = _TOPIC.sub("", earlier.standalone).rstrip("？?。")
    topic = f"（承上文：{before}）" if leans else ""
    return f"{lead}{'：' if lead else ''}{text}{topic}"
