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
from assistant.planning.strangers import called_in, goes_on, place_before, places_in, strangers
from assistant.planning.text import blanked, unquoted
from ingest.gazetteer import Found, find_places, is_place
from ingest.models import Value
from ingest.wording import aligned, folded
from vectorstore.models import ReportHead

_LATIN = re.compile(r"[a-z][a-z\s]{3,}")
_SHORTEST_SHORT_FORM = 3
_SHORTEST_SLIP = 3
_OFFICES = ("局", "厅", "委", "委员会", "办", "办公室", "医院", "中心")
_BEFORE_OFFICE = re.compile(r"(?:^|[^\u4e00-\u9fff]|[和与跟比那的是看问下])$")
_CORE_ENDS = r"(?=\s*(?:$|[,，、。;；?？!！\x00]|(?:19|20)\d{2}|\d{2}年|[看和与跟比呢的]|去年|前年))"


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
    places = places_in(visible)
    found = [
        *_spelled(visible, directory),
        *_outside(places, _shortened(visible, directory, language)),
        *_outside(places, _stems(visible, directory, language)),
        *_cores(visible, directory),
        *_outside(places, _misspelt(visible, directory, language)),
    ]
    if not found:
        found = list(_latin(visible, directory.names, language))
    # 名称长的优先：青禾县教委不是青禾县，铁东区不是东区
    found += [_Fit(start=one.start, end=one.end, organizations=(), strength=0) for one in places]
    kept: list[_Fit] = []
    for fit in sorted(found, key=lambda m: (m.start - m.end, -m.strength, m.start)):
        if not any(fit.start < other.end and other.start < fit.end for other in kept):
            kept.append(fit)
    named = [_judged(visible, fit, directory, language) for fit in kept if fit.organizations]
    rest = blanked(visible, [(mention.start, mention.end) for mention in named])
    named += [_mention(visible, start, end, ()) for start, end in strangers(rest, language)]
    if not named:
        named = [_mention(visible, start, end, ()) for start, end in called_in(visible, language)]
    return tuple(sorted(named, key=lambda mention: mention.start))


def _outside(places: Sequence[Found], fits: Iterator[_Fit]) -> Iterator[_Fit]:
    """Leave out what begins inside the name of a place: 州市鼓楼区 in 福州市鼓楼区."""
    return (fit for fit in fits if not any(place.start < fit.start < place.end for place in places))


def _judged(text: str, fit: _Fit, directory: Directory, language: Language) -> Mention:
    """Return what a fit names once its neighbours are read: they may make another body of it, or tell which one."""
    part = goes_on(text, fit.end, language)
    if part is not None:
        return _mention(text, fit.start, fit.end + len(part), ())
    owners = fit.organizations
    governs = text[fit.end - 1] in "省市县区旗州盟"
    before = place_before(text, fit.start, counties=not governs)
    if before is not None:
        inside = tuple(name for name in owners if directory.lies_in(name, before.places))
        if not inside and all(directory.has_region(name) for name in owners):
            return _mention(text, before.start, fit.end, ())
        return _mention(text, before.start if inside else fit.start, fit.end, inside or owners)
    if len(owners) > 1:
        told = tuple(name for name in owners if directory.is_told(name, text))
        owners = told if len(told) == 1 else owners
    return _mention(text, fit.start, fit.end, owners)


def _mention(text: str, start: int, end: int, organizations: tuple[str, ...]) -> Mention:
    return Mention(start=start, end=end, name=text[start:end], organizations=organizations)


def _spelled(text: str, directory: Directory) -> Iterator[_Fit]:
    """Yield names and aliases as spelled; an alias of several is a mention of them all."""
    for start, alias, owners in directory.spelled(text):
        exact = tuple(owner for owner in owners if folded(owner) == alias) or owners
        yield _Fit(start=start, end=start + len(alias), organizations=exact, strength=100 + len(alias))


def _shortened(text: str, directory: Directory, language: Language) -> Iterator[_Fit]:
    for start, end in _body_spans(text, language):
        word = text[start:end]
        if is_place(word) or (word.endswith(_OFFICES) and not _stands_free(text, start)):
            continue
        owners = tuple(
            name for name in directory.holding(word[:2]) if _abbreviates(word, folded(name), language)
        )
        if owners:
            yield _Fit(start=start, end=end, organizations=owners, strength=50 + len(word))


def _stands_free(text: str, start: int) -> bool:
    """Tell whether an office's short name begins here: 教育局 does not in 琼海市教育局."""
    before = text[:start]
    return bool(_BEFORE_OFFICE.search(before)) or place_before(text, start, counties=True) is not None


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
        if text[end : end + 1] in {*"省市县区旗州"}:
            continue
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


def _cores(text: str, directory: Directory) -> Iterator[_Fit]:
    """Yield parks called by nothing but their own word (德胜看2017年), where it stands between borders."""
    for core, owners in directory.cores.items():
        for match in re.finditer(
            rf"(?<![\u4e00-\u9fff]){core}{_CORE_ENDS}|(?<=[和与跟比那]){core}{_CORE_ENDS}", text
        ):
            yield _Fit(start=match.start(), end=match.end(), organizations=owners, strength=15 + len(core))


def _misspelt(text: str, directory: Directory, language: Language) -> Iterator[_Fit]:
    """Yield words that sound like a name or a short form of it and are spelt otherwise (得胜园区 for 德胜工业园区)."""
    for start, end in _body_spans(text, language):
        word = text[start:end]
        if len(word) < _SHORTEST_SLIP or is_place(word) or word in language.common_bodies:
            continue
        owners = directory.sounding(word)
        if owners and not any(found.end - found.start < len(word) for found in find_places(word)):
            yield _Fit(start=start, end=end, organizations=owners, strength=30 + len(word))
