"""Find out which organisations and years a question is about, among the reports that there are.

A name counts when the question spells it, an alias of it, or a short form whose characters stand in the name in
this order, beginning together and ending in the same kind of body (金积园区 for 宁夏吴忠金积工业园区). A near-twin
is never taken instead: a named body that no report answers to is told as unknown.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.directory import Directory, directory_of
from assistant.language import Language
from assistant.models import Question, Scope, ScopedReport
from ingest.models import Value
from ingest.wording import folded
from vectorstore.models import Filter, ReportHead

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)\s*年?(?:度)?")
_RANGE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s*年?度?\s*(?:至|到|-|—|–|~|～)\s*((?:19|20)\d{2})(?!\d)\s*年?度?"
)
_YEAR_DIGITS = {char: str(digit) for digit, char in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "o": "0",
}
_CHINESE_YEAR = re.compile(r"(?:二[〇零○o]|一九)[〇零○o一二三四五六七八九]{2}(?=\s*年)")
_NOT_A_YEAR = re.compile(r"〔\d{4}〕|\[\d{4}\]|《[^》]*》|“[^”]*”|\"[^\"]*\"")
_LAST_YEAR = re.compile(r"去年同期|去年|上年同期|上一年度?(?!项目|结转)|上年度?(?!项目|结转)|前一年")
_SAME_YEAR = re.compile(r"同年|同一年|当年|这一年|那年|那一年")
_DEICTIC = re.compile(
    r"(?:\d{1,4}|园区|县里|全县|变化|比|较|相比|上一?年|一年|去年|同比|增减|增加|减少|其中|它|他们|占比|比例|率)+"
)
_ASKS_FOR_COUNT = re.compile(r"[量数]\s*(?:呢|是|有|为)?\s*(?:多少)?\s*[?？]?\s*$")
_RATE = re.compile(r"(?:率|比例|比重)(?:是|为|有)?(?:多少|几)?")
_LATIN = re.compile(r"[a-z][a-z\s]{3,}")
_SHORTEST_SHORT_FORM = 3
_MOST_LEANED_ON = 160
_TOPIC = re.compile(r"（承上文：.*$", re.DOTALL)


class _Stranger(Value):
    """Hold where the question names a body that no report answers to."""

    start: int
    end: int
    name: str


class _Mention(Value):
    """Hold where the question names a body, and the organisations that the words fit."""

    start: int
    end: int
    organizations: tuple[str, ...]
    strength: int


def resolve(question: Question, heads: Sequence[ReportHead], language: Language) -> Scope:
    """Return the scope of a question; what it leaves out is taken from the conversation."""
    heads = _within(heads, question.filter)
    text = _with_plain_years(folded(question.text))
    mentions, strangers = _bodies(text, heads, language)
    unknown = tuple(dict.fromkeys(stranger.name for stranger in strangers))
    years, year_spans = _years(text)
    earlier = _earlier(question, heads, language)
    asked = _without(text, [(named.start, named.end) for named in (*mentions, *strangers)] + year_spans)
    content = language.content(asked)
    choices = tuple(
        dict.fromkeys(name for m in mentions if len(m.organizations) > 1 for name in m.organizations)
    )
    named = tuple(dict.fromkeys(name for mention in mentions for name in mention.organizations))
    organizations, standalone, leaned_on, own = named, question.text, "", asked
    if earlier is not None:
        organizations, years, unknown, choices = _inherit(
            earlier, text, organizations, years, unknown, choices, heads
        )
        asked = re.sub(r"去年同期|上年同期|同年|当年|那年|(?:去年|上一?年度?)(?=[呢的是?？]|$)", " ", asked)
        if _leans_on_history(content, asked):
            own = asked
            # 本句所说的词出现两次，分量重于上文
            leaned_on = earlier.asked[:_MOST_LEANED_ON]
            if _ASKS_FOR_COUNT.search(asked):
                leaned_on = _RATE.sub(" ", leaned_on)
            asked = f"{asked} {asked} {leaned_on}"
        standalone = _standalone(
            question.text, earlier, organizations, years, named, text, leans=bool(leaned_on)
        )
    if not organizations and not unknown:
        organizations = tuple(question.filter.organizations or ())
    years = _reporting_years(heads, organizations, years, asked, language)
    candidates, missing = _candidates(heads, organizations, years, unknown)
    return Scope(
        organizations=organizations,
        years=years,
        standalone=standalone,
        asked=asked.strip(),
        candidates=candidates,
        unknown_organizations=unknown,
        missing=missing,
        choices=choices,
        leaned_on=leaned_on,
        own=own.strip(),
        sounds_like=_sound_alike(unknown, heads) if not organizations else (),
    )


def _within(heads: Sequence[ReportHead], narrowed: Filter) -> Sequence[ReportHead]:
    if narrowed == Filter():
        return heads
    return tuple(
        head
        for head in heads
        if (narrowed.organizations is None or head.organization in narrowed.organizations)
        and (narrowed.years is None or head.year in narrowed.years)
        and (narrowed.report_ids is None or head.report_id in narrowed.report_ids)
    )


# ---------------------------------------------------------------- organisations


def _bodies(
    text: str, heads: Sequence[ReportHead], language: Language
) -> tuple[tuple[_Mention, ...], tuple[_Stranger, ...]]:
    directory = directory_of(heads)
    visible = _NOT_A_YEAR.sub(lambda match: "\x00" * len(match.group()), text)
    found = [
        *_spelled(visible, directory),
        *_shortened(visible, directory, language),
        *_stems(visible, directory, language),
    ]
    if not found:
        found = list(_latin(visible, directory.names, language))
    kept: list[_Mention] = []
    # 名称长的优先：青禾县教委不是青禾县
    for mention in sorted(found, key=lambda m: (m.start - m.end, -m.strength, m.start)):
        overlapping = [other for other in kept if mention.start < other.end and other.start < mention.end]
        if not overlapping:
            kept.append(mention)
    known: list[_Mention] = []
    strangers: list[_Stranger] = []
    for mention in sorted(kept, key=lambda mention: mention.start):
        part = _goes_on(visible, mention, language)
        if part is None:
            known.append(mention)
        else:
            end = mention.end + len(part)
            strangers.append(_Stranger(start=mention.start, end=end, name=visible[mention.start : end]))
    rest = _blank_out(visible, [(taken.start, taken.end) for taken in (*kept, *strangers)])
    return tuple(known), (*strangers, *_unknown(rest, language))


def _goes_on(text: str, mention: _Mention, language: Language) -> str | None:
    """Return what follows a name when both together name another body (甲县 in 甲县教育局2020年), else None."""
    parts = "|".join(re.escape(part) for part in language.body_parts)
    found = re.match(
        rf"((?:(?![的是有在和与及或年各哪几]|多少)[\u4e00-\u9fff]){{1,10}}?(?:{parts}))"
        r"(?=\s*(?:的\s*)?(?:(?:19|20)\d{2}|\x00|年报|年度报告|报告|去年|今年|收到|受理|新收|有多少|共|政府信息公开|依申请|主动公开))",
        text[mention.end :],
    )
    return found[1] if found else None


def _spelled(text: str, directory: Directory) -> Iterator[_Mention]:
    """Yield names and aliases as spelled; an alias of several is a mention of them all."""
    for start, alias, owners in directory.spelled(text):
        exact = tuple(owner for owner in owners if folded(owner) == alias) or owners
        yield _Mention(start=start, end=start + len(alias), organizations=exact, strength=100 + len(alias))


def _shortened(text: str, directory: Directory, language: Language) -> Iterator[_Mention]:
    for start, end in _body_spans(text, language):
        word = text[start:end]
        owners = tuple(
            name for name in directory.holding(word[:2]) if _abbreviates(word, folded(name), language)
        )
        if owners:
            yield _Mention(start=start, end=end, organizations=owners, strength=50 + len(word))


def _body_spans(text: str, language: Language) -> Iterator[tuple[int, int]]:
    for suffix in language.body_suffixes:
        at = text.find(suffix)
        while at >= 0:
            end = at + len(suffix)
            for start in range(max(0, at - 12), at + 1):
                word = text[start:end]
                if len(word) >= _SHORTEST_SHORT_FORM and re.fullmatch(r"[\u4e00-\u9fff]+", word):
                    yield start, end
            at = text.find(suffix, at + 1)


def _abbreviates(word: str, name: str, language: Language) -> bool:
    """Tell whether a word is a short form of a name: its characters in order, its core in one piece, its end alike."""
    suffix = next((suffix for suffix in language.body_suffixes if word.endswith(suffix)), "")
    core = word[: len(word) - len(suffix)]
    name_suffix = next((suffix for suffix in language.body_suffixes if name.endswith(suffix)), name[-1:])
    if len(core) < 2 or word[-1] not in name_suffix:
        return False
    if (
        suffix
        and len(suffix) > 1
        and not (name.endswith(suffix[-2:]) or (suffix[-1] == "园" and "园" in name_suffix))
    ):
        return False
    at = name.find(core[:2])
    if at < 0:
        return False
    position = at
    for char in word:
        position = name.find(char, position)
        if position < 0:
            return False
        position += 1
    return True


def _stems(text: str, directory: Directory, language: Language) -> Iterator[_Mention]:
    """Yield names of counties and cities without their last character (贺兰), unless a body's name goes on there."""
    for start, stem, owners in directory.begun(text):
        if stem[-1] not in "省市县区旗" or stem.endswith(("园区", "开发区", "新区")):
            continue
        end = start + len(stem) - 1
        following = text[end : end + 6]
        if any(
            following.startswith(suffix) or following[1:].startswith(suffix)
            for suffix in language.body_suffixes
            if len(suffix) > 1
        ):
            continue
        if re.match(r"[\u4e00-\u9fff]{0,5}?(?:园区|[业流技态新]园|开发区)", following):
            continue
        yield _Mention(start=start, end=end, organizations=owners, strength=20 + len(stem))


def _latin(text: str, names: dict[str, tuple[str, ...]], language: Language) -> Iterator[_Mention]:
    """Yield names written in pinyin with an English word for the kind of body, such as helan county."""
    for match in _LATIN.finditer(text):
        words = match.group().split()
        kinds = [chinese for english, chinese in language.english_bodies if english in words]
        letters = "".join(
            word
            for word in words
            if word not in {english for english, _ in language.english_bodies}
            and word not in {"industrial", "report", "the", "of", "in"}
        )
        if len(letters) < 4:
            continue
        owners = tuple(
            name
            for name, aliases in names.items()
            if any(_sounds_like(letters, folded(alias), kinds, language) for alias in (name, *aliases))
        )
        if owners:
            yield _Mention(
                start=match.start(), end=match.end(), organizations=owners, strength=10 + len(letters)
            )


def _sounds_like(letters: str, name: str, kinds: list[str], language: Language) -> bool:
    suffix = next((suffix for suffix in language.body_suffixes if name.endswith(suffix)), "")
    core = name[: len(name) - len(suffix)]
    return (not kinds or any(name.endswith(kind) for kind in kinds)) and letters in {
        _pinyin(core),
        _pinyin(name),
    }


@cache
def _pinyin(text: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))


def _unknown(text: str, language: Language) -> Iterator[_Stranger]:
    """Yield words that name a body, where a question names its subject: at its start, before a year, or in a list."""
    suffixes = "|".join(re.escape(suffix) for suffix in language.body_suffixes)
    pattern = re.compile(
        rf"(?:^|[\s,，、。;；?？\x00]|(?:19|20)\d{{2}}\s*年度?|请问|和|与|跟|比|那|查一下|告诉我|对比|比较)([\u4e00-\u9fff]{{2,18}}?(?:{suffixes}))(?=\s*(?:的|(?:19|20)\d{{2}}|在|年报|呢|去年|和|与|跟|、|比|,|，|$|有没有|是否|有多少|共|政府信息|收到|受理|新收|行政|发生|办理|公开|主动|制发|制定|举办|召开|开展|组织|作出|处理|予以|没有|未))"
    )
    for match in pattern.finditer(text):
        word = re.sub(r"^[和与跟比及同]", "", match[1])
        core = re.sub(rf"(?:{suffixes})$", "", word)
        if len(core) < 2 or word in language.common_bodies:
            continue
        if re.search(
            r"[的是每各哪多少几请问全本该这那有些何在比被所把到对从还都里]|平均|政府|行政|信息|公开|网站|部门|申请|群众|企业|人民$",
            core,
        ):
            continue
        yield _Stranger(start=match.end(1) - len(word), end=match.end(1), name=word)


def _sound_alike(unknown: Sequence[str], heads: Sequence[ReportHead]) -> tuple[str, ...]:
    """Return the organisations whose name or alias sounds exactly like an unknown one: it may be a slip."""
    sounds = {_pinyin(name) for name in unknown}
    return tuple(
        dict.fromkeys(
            head.organization
            for head in heads
            if sounds & {_pinyin(folded(name)) for name in (head.organization, *head.aliases)}
        )
    )


# ---------------------------------------------------------------- years


def _with_plain_years(text: str) -> str:
    """Return the text with years such as 二〇二〇年 in digits; each character keeps its place."""
    return _CHINESE_YEAR.sub(lambda found: "".join(_YEAR_DIGITS[char] for char in found.group()), text)


def _years(text: str) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
    visible = _NOT_A_YEAR.sub(lambda match: "\x00" * len(match.group()), text)
    years: list[int] = []
    spans: list[tuple[int, int]] = []
    for match in _RANGE.finditer(visible):
        first, last = sorted((int(match[1]), int(match[2])))
        if last - first <= 30:
            years += range(first, last + 1)
            spans.append(match.span())
    rest = _blank_out(visible, spans)
    for match in _YEAR.finditer(rest):
        years.append(int(match[1]))
        spans.append(match.span())
    return tuple(dict.fromkeys(years)), spans


# ---------------------------------------------------------------- conversation


def _earlier(question: Question, heads: Sequence[ReportHead], language: Language) -> Scope | None:
    """Return the scope of the conversation so far, or None when this is its first question."""
    turns = [turn for turn in question.history if turn.role == "user"]
    if not turns:
        return None
    position = max(index for index, turn in enumerate(question.history) if turn.role == "user")
    before = Question(text=turns[-1].content, history=question.history[:position], filter=question.filter)
    return resolve(before, heads, language)


def _inherit(
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


def _leans_on_history(words: tuple[str, ...], asked: str) -> bool:
    """Tell whether a question names too little of its own: 那2019年呢？ 比上一年变化了多少？"""
    own = "".join(word for word in words if not _DEICTIC.fullmatch(word))
    return (
        len(own) < 3
        or (len(own) < 10 and bool(re.search(r"呢\s*[?？]?\s*$", asked)))
        or asked.lstrip().startswith("占")
        or bool(re.match(r"\s*(?:那|那么|其中|它|该|比上|同比|还有|另外)", asked) and len(own) < 8)
    )


def _standalone(
    text: str,
    earlier: Scope,
    organizations: tuple[str, ...],
    years: tuple[int, ...],
    named: tuple[str, ...],
    folded_text: str,
    *,
    leans: bool,
) -> str:
    parts: list[str] = []
    if organizations and not named:
        parts.append("、".join(organizations))
    if years and not _YEAR.search(folded_text):
        parts.append("、".join(f"{year}年" for year in years))
    lead = "".join(parts)
    before = _TOPIC.sub("", earlier.standalone).rstrip("？?。")
    topic = f"（承上文：{before}）" if leans else ""
    return f"{lead}{'：' if lead else ''}{text}{topic}"


def _reporting_years(
    heads: Sequence[ReportHead],
    organizations: tuple[str, ...],
    years: tuple[int, ...],
    asked: str,
    language: Language,
) -> tuple[int, ...]:
    """Return the years whose reports are meant: plans for a year stand in the report of the year before."""
    have = {head.year for head in heads if head.organization in organizations}
    plans = re.search(language.plans_asked, asked) and not re.search(language.problems_asked, asked)
    if len(years) == 1 and plans and years[0] not in have and years[0] - 1 in have:
        return (years[0] - 1,)
    return years


# ---------------------------------------------------------------- candidates


def _candidates(
    heads: Sequence[ReportHead],
    organizations: tuple[str, ...],
    years: tuple[int, ...],
    unknown: tuple[str, ...],
) -> tuple[tuple[ScopedReport, ...], tuple[tuple[str, int], ...]]:
    if not organizations and unknown:
        return (), ()
    chosen = [
        head
        for head in heads
        if (not organizations or head.organization in organizations) and (not years or head.year in years)
    ]
    have = {(head.organization, head.year) for head in heads}
    missing = tuple((name, year) for name in organizations for year in years if (name, year) not in have)
    reports = tuple(
        ScopedReport(
            report_id=head.report_id, title=head.title, organization=head.organization, year=head.year
        )
        for head in chosen
    )
    return reports, missing


def _blank_out(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    return _blank_out(text, spans).replace("\x00", " ")
