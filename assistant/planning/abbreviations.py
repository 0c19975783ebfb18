"""Tell whether a word says the name of a body shorter: 广外街道 of 广安门外街道办事处, 鹿城资规分局 of 自然资源和规划局鹿城分局."""

from collections.abc import Iterator, Sequence

from pypinyin import lazy_pinyin

from ingest.gazetteer import places_called
from vectorstore.lexical import words as segment

_LEAST = 3
"""The characters that a shorter name has at least."""
_LEAST_OWN = 2
"""The characters by which it must differ from other names of its kind."""
_LONG = 4
_LEAST_WITH_SLIP = 4
_ENDINGS = ("园区", *"省市县区旗州局厅委办院园")
_LEFT_OUT = frozenset(
    {
        "和", "与", "及", "管理", "监督", "监督管理", "人民", "政府", "发展", "社会", "保障", "住房", "城乡", "广电", "工业", "产业", "经济",
        "技术", "特别", "开发", "技术开发", "高新", "高新技术", "局", *"省市县区旗州",
    }
)  # fmt: skip
"""Words of names that may be left out between those that are said."""
_LEFT_OUT_BEHIND = frozenset(
    {"办事处", "人民政府", "政府", "管理委员会", "管委会", "办公室", "区", *"局委厅"}
)
_KINDS = frozenset(
    {"工业", "产业", "园区", "合作", "合作区", "特别", "开发区", "示范区", "新区", "高新", "高新技术"}
)
"""Words for the kind of a park, left out behind a name of its own: 吴忠金积, 深汕."""
_GOVERNMENT = "人民政府"
_ALSO_SAID = {"人民政府": ("政府", "府"), "政府": ("府",)}


def abbreviates(short: str, name: str) -> bool:
    """Tell whether a word says a name shorter: of each of its words all, the first character, or nothing.

    What is left out is what the name begins with (the places that the body lies in), or a word that many names have:
    宁夏工业园区 does not stand for 宁夏贺兰工业园区. Part of it may be said earlier (鹿城资规分局), and one character
    may be another of the same sound.
    """
    if sum(char not in name for char in short) > 1:
        return False
    words = _words_of(name)
    if len(short) < _LEAST:
        # 深汕、金积：独有的词本身
        return short in words and not _is_common(short) and not places_called(short)
    return any(
        _is_told(words, told) for order in _orders(len(words)) for told in _told(short, words, order, 0, True)
    )


def _orders(count: int) -> Iterator[tuple[int, ...]]:
    """Yield the order of the words as it is, then with some of them said earlier."""
    everything = tuple(range(count))
    yield everything
    for to in range(count):
        for first in range(to + 1, count):
            for last in range(first + 1, count):
                moved = everything[first:last]
                yield (*everything[:to], *moved, *everything[to:first], *everything[last:])


def _told(
    short: str, words: Sequence[str], order: Sequence[int], at: int, may_slip: bool
) -> Iterator[dict[int, int]]:
    """Yield which words a shorter name is made of, each with how many of its characters are said."""
    if at == len(short):
        yield {}
        return
    if not order:
        return
    first, *rest = order
    for taken, slips in _taken(words[first], short[at:], may_slip and len(short) >= _LEAST_WITH_SLIP):
        for told in _told(short, words, rest, at + taken, may_slip and not slips):
            yield {first: taken, **told}
    yield from _told(short, words, rest, at, may_slip)


def _taken(word: str, rest: str, may_slip: bool) -> Iterator[tuple[int, bool]]:
    """Yield how many characters of the rest say a word, and whether one of them is another of the same sound."""
    halves = _of_halves(word) if len(word) >= _LONG else ()
    for said in {word, word[0], *halves, *_ALSO_SAID.get(word, ())}:
        if rest.startswith(said):
            yield len(said), False
        elif may_slip and len(rest) >= len(said) and len(word) > 1 and _slips(said, rest[: len(said)]):
            yield len(said), True


def _of_halves(word: str) -> Iterator[str]:
    """Yield what a long word is shortened to: 自然资源 to 自资, 资, 自然 or 资源."""
    halves = [word[at : at + 2] for at in range(0, len(word), 2)]
    yield from halves
    firsts = [half[0] for half in halves]
    for start in range(len(firsts)):
        for end in range(start + 1, len(firsts) + 1):
            yield "".join(firsts[start:end])


def _slips(word: str, written: str) -> bool:
    return sum(one != other for one, other in zip(word, written, strict=True)) == 1 and lazy_pinyin(
        word
    ) == lazy_pinyin(written)


def _is_told(words: Sequence[str], told: dict[int, int]) -> bool:
    """Tell whether the words that are said are enough to know the name by."""
    own = sum(taken for index, taken in told.items() if not _is_common(words[index]))
    if own < _LEAST_OWN or len(told) < 2:
        return False
    last = words[max(told)]
    by_its_own = told[max(told)] == len(last) and not (_is_common(last) or places_called(last))
    inside = range(min(told), max(told))
    if any(index not in told and words[index] not in _LEFT_OUT for index in inside):
        return False
    behind = words[max(told) + 1 :]
    if behind and last in _ENDINGS:
        # 某县不是某县委
        return all(word in _LEFT_OUT_BEHIND - set(_ENDINGS) for word in behind)
    return all(word in _LEFT_OUT_BEHIND or (by_its_own and word in _KINDS) for word in behind)


def _is_common(word: str) -> bool:
    return word in _LEFT_OUT or word in _ENDINGS or word in _LEFT_OUT_BEHIND


def _words_of(name: str) -> list[str]:
    """Cut a name into words: endings count by themselves (海南|省, 规划|局), single characters in a row are one word."""
    found: list[str] = []
    alone = ""
    cuts = [cut for part in _parted(name) for cut in segment(part)]
    for word in [*(piece for cut in cuts for piece in _without_ending(cut)), ""]:
        if len(word) == 1 and word not in _ENDINGS:
            alone += word
            continue
        found += _places_first(alone)
        alone = ""
        if word == "区" and found and found[-1] == "园":
            found[-1] = "园区"
        elif word:
            found.append(word)
    return found


def _parted(name: str) -> Iterator[str]:
    """Yield a name in parts, so that its government is a word by itself."""
    before, government, behind = name.partition(_GOVERNMENT)
    yield from (part for part in (before, government, behind) if part)


def _without_ending(word: str) -> tuple[str, ...]:
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) > len(end) + 1), None)
    return (word,) if ending is None else (word.removesuffix(ending), ending)


def _places_first(run: str) -> Iterator[str]:
    """Yield the listed places that characters begin with, and what is left: 吴忠|金积."""
    while run:
        size = next((size for size in (4, 3, 2) if size < len(run) and places_called(run[:size])), len(run))
        yield run[:size]
        run = run[size:]
