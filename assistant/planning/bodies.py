"""Find the bodies that a text names, among those that the library has reports of.

A name counts when the text spells it, an alias of it, or a short form whose characters stand in the name in this
order, beginning together and ending in the same kind of body (金积园区 for 宁夏吴忠金积工业园区). A near-twin is never
taken instead: a named body that no report answers to is told as unknown.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.directory import Directory, directory_of
from assistant.language import Language
from assistant.planning.text import blanked, unquoted
from ingest.models import Value
from ingest.wording import aligned, folded
from vectorstore.models import ReportHead

_LATIN = re.compile(r"[a-z][a-z\s]{3,}")
_SHORTEST_SHORT_FORM = 3


class Mention(Value):
    """Hold where a text names a body: the organisations that the words fit, none where no report answers to them."""

    start: int
    end: int
    name: str
    organizations: tuple[str, ...]


class _Fit(Value):
    """Hold a stretch that fits organisations, and how strongly."""

    start: int
    end: int
    organizations: tuple[str, ...]
    strength: int


def bodies_in(text: str, heads: Sequence[ReportHead], language: Language) -> tuple[Mention, ...]:
    """Return the bodies that a text names, in order; quoted titles and document numbers name none."""
    directory = directory_of(heads)
    visible = unquoted(aligned(text))
    found = [
        *_spelled(visible, directory),
        *_shortened(visible, directory, language),
        *_stems(visible, directory, language),
    ]
    if not found:
        found = list(_latin(visible, directory.names, language))
    kept: list[_Fit] = []
    # 名称长的优先：青禾县教委不是青禾县
    for mention in sorted(found, key=lambda m: (m.start - m.end, -m.strength, m.start)):
        overlapping = [other for other in kept if mention.start < other.end and other.start < mention.end]
        if not overlapping:
            kept.append(mention)
    named: list[Mention] = []
    for mention in kept:
        part = _goes_on(visible, mention, language)
        end = mention.end + len(part or "")
        organizations = mention.organizations if part is None else ()
        named.append(_mention(visible, mention.start, end, organizations))
    rest = blanked(visible, [(mention.start, mention.end) for mention in named])
    named += [_mention(visible, start, end, ()) for start, end in _unknown(rest, language)]
    return tuple(sorted(named, key=lambda mention: mention.start))


def _mention(text: str, start: int, end: int, organizations: tuple[str, ...]) -> Mention:
    return Mention(start=start, end=end, name=text[start:end], organizations=organizations)


def _goes_on(text: str, mention: _Fit, language: Language) -> str | None:
    """Return what follows a name when both together name another body (甲县 in 甲县教育局2020年), else None."""
    parts = "|".join(re.escape(part) for part in language.body_parts)
    found = re.match(
        rf"((?:(?![的是有在和与及或年各哪几]|多少)[\u4e00-\u9fff]){{1,10}}?(?:{parts}))"
        r"(?=\s*(?:的\s*)?(?:(?:19|20)\d{2}|\x00|年报|年度报告|报告|去年|今年|收到|受理|新收|有多少|共|政府信息公开|依申请|主动公开))",
        text[mention.end :],
    )
    return found[1] if found else None


def _spelled(text: str, directory: Directory) -> Iterator[_Fit]:
    """Yield names and aliases as spelled; an alias of several is a mention of them all."""
    for start, alias, owners in directory.spelled(text):
        exact = tuple(owner for owner in owners if folded(owner) == alias) or owners
        yield _Fit(start=start, end=start + len(alias), organizations=exact, strength=100 + len(alias))


def _shortened(text: str, directory: Directory, language: Language) -> Iterator[_Fit]:
    for start, end in _body_spans(text, language):
        word = text[start:end]
        owners = tuple(
            name for name in directory.holding(word[:2]) if _abbreviates(word, folded(name), language)
        )
        if owners:
            yield _Fit(start=start, end=end, organizations=owners, strength=50 + len(word))


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


def _stems(text: str, directory: Directory, language: Language) -> Iterator[_Fit]:
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
        yield _Fit(start=start, end=end, organizations=owners, strength=20 + len(stem))


def _latin(text: str, names: dict[str, tuple[str, ...]], language: Language) -> Iterator[_Fit]:
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
            yield _Fit(start=match.start(), end=match.end(), organizations=owners, strength=10 + len(letters))


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


def _unknown(text: str, language: Language) -> Iterator[tuple[int, int]]:
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
        yield match.end(1) - len(word), match.end(1)


def sound_alike(unknown: Sequence[str], heads: Sequence[ReportHead]) -> tuple[str, ...]:
    """Return the organisations whose name or alias sounds exactly like an unknown one: it may be a slip."""
    sounds = {_pinyin(name) for name in unknown}
    return tuple(
        dict.fromkeys(
            head.organization
            for head in heads
            if sounds & {_pinyin(folded(name)) for name in (head.organization, *head.aliases)}
        )
    )
