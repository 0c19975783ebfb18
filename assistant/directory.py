"""Know under which names the bodies of a library go, so that a question finds them without trying each.

Names are looked up by their first two characters, short forms by any two characters that a name holds together,
slips of the ear by how their first two characters sound.
"""

from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache

from ingest.gazetteer import Place, split_regions, stem_of
from ingest.wording import folded, sound
from vectorstore.models import ReportHead

_OFFICE = "办事处"
_PARK_ENDS = ("工业园区", "产业园区", "产业园", "工业园", "园区", "经济开发区", "开发区", "高新区", "新区")
_MOST_SLIPS = 2
_LONGEST_HEARD = 16


class Directory:
    """Hold the names of every organisation, folded, with what finds them fast."""

    def __init__(self, heads: Sequence[ReportHead]) -> None:
        self.names = {head.organization: _names(head) for head in heads}
        self._regions = {head.organization: head.region for head in heads}
        self._owners: dict[str, list[str]] = {}
        self._by_start: dict[str, list[str]] = {}
        self._by_pair: dict[str, list[str]] = {}
        for name, aliases in self.names.items():
            for alias in dict.fromkeys(map(folded, aliases)):
                if alias not in self._owners:
                    self._by_start.setdefault(alias[:2], []).append(alias)
                self._owners.setdefault(alias, []).append(name)
            plain = folded(name)
            for pair in dict.fromkeys(plain[at : at + 2] for at in range(len(plain) - 1)):
                self._by_pair.setdefault(pair, []).append(name)

    def spelled(self, text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """Yield where a folded text spells a name or an alias, that name, and the organisations that go by it."""
        for at in range(len(text) - 1):
            for alias in self._by_start.get(text[at : at + 2], ()):
                if text.startswith(alias, at):
                    yield at, alias, tuple(self._owners[alias])

    def begun(self, text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """Yield where a folded text has a name without its last character, that name, and who goes by it."""
        for at in range(len(text) - 1):
            for alias in self._by_start.get(text[at : at + 2], ()):
                if len(alias) > 2 and text.startswith(alias[:-1], at):
                    yield at, alias, tuple(self._owners[alias])

    def holding(self, pair: str) -> Sequence[str]:
        """Return the organisations whose name holds two characters together."""
        return self._by_pair.get(pair, ())

    def has_region(self, organization: str) -> bool:
        """Tell whether it is known where an organisation is."""
        return bool(self._regions[organization])

    def lies_in(self, organization: str, places: Sequence[Place]) -> bool:
        """Tell whether an organisation is in one of these places, as far as its region says."""
        region = set(self._regions[organization])
        return any(place.name in region for place in places)

    def is_told(self, organization: str, text: str) -> bool:
        """Tell whether a text names a place that an organisation is in."""
        return any(
            place in text or (len(stem_of(place)) > 1 and stem_of(place) in text)
            for place in self._regions[organization][:-1]
        )

    def sounding(self, word: str) -> tuple[str, ...]:
        """Return the organisations that have a name or a short form which sounds like a word and is spelt otherwise."""
        heard = _heard(word)
        found: dict[str, None] = {}
        for alias in self._by_sound.get(heard[:2], ()):
            spelt = folded(alias)
            at = self._sounds[alias].index(heard[0]) if heard[0] in self._sounds[alias] else 0
            if _is_slip(word, heard, spelt, self._sounds[alias], at):
                found |= dict.fromkeys(self._owners[spelt])
        return tuple(found)

    @cached_property
    def _sounds(self) -> dict[str, tuple[str, ...]]:
        """Return how the names sound; those of a whole path or a government are those of shorter ones again."""
        return {
            alias: _heard(alias)
            for alias in self._owners
            if len(alias) <= _LONGEST_HEARD and not alias.endswith("政府")
        }

    @cached_property
    def _by_sound(self) -> dict[tuple[str, ...], list[str]]:
        """Return the names by how any two characters that they hold together sound."""
        index: dict[tuple[str, ...], list[str]] = {}
        for alias, heard in self._sounds.items():
            for pair in dict.fromkeys(heard[at : at + 2] for at in range(len(heard) - 1)):
                index.setdefault(pair, []).append(alias)
        return index

    @cached_property
    def cores(self) -> dict[str, tuple[str, ...]]:
        """Return the words that are a park's own (德胜), unless a place among the names begins like that."""
        places = {alias[:-1] for alias in self._owners if alias[-1] in "省市县区旗"}
        found: dict[str, list[str]] = {}
        for name in self.names:
            own = split_regions(folded(name))[1]
            core = next((own.removesuffix(end) for end in _PARK_ENDS if own.endswith(end)), "")
            if 2 <= len(core) <= 4 and core not in places:
                found.setdefault(core, []).append(name)
        return {core: tuple(names) for core, names in found.items()}


def _heard(text: str) -> tuple[str, ...]:
    return tuple(map(_syllable, text))


@cache
def _syllable(char: str) -> str:
    return sound(char)[0]


def _is_slip(word: str, heard: Sequence[str], name: str, name_heard: Sequence[str], at: int) -> bool:
    """Tell whether a word is a name, or a short form of it, with characters that only sound right."""
    if word[-1] != name[-1] and not (word.endswith("园") and name.endswith("园区")):
        return False
    position, wrong = at, 0
    for place, (char, syllable) in enumerate(zip(word, heard, strict=True)):
        while position < len(name) and name_heard[position] != syllable:
            # 开头两字必须相连，后面才可省字
            if place < 2:
                return False
            position += 1
        if position == len(name):
            return False
        wrong += char != name[position]
        position += 1
    return 0 < wrong <= _MOST_SLIPS


def directory_of(heads: Sequence[ReportHead]) -> Directory:
    """Return the directory of these very heads; the same sequence gives the same one."""
    return _directory(_Same(heads))


class _Same:
    """Stand for one sequence, whatever is in it."""

    def __init__(self, heads: Sequence[ReportHead]) -> None:
        self.heads = heads

    def __hash__(self) -> int:
        return id(self.heads)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.heads is self.heads


@lru_cache(maxsize=4)
def _directory(same: _Same) -> Directory:
    return Directory(same.heads)


def _names(head: ReportHead) -> tuple[str, ...]:
    """Return the names of an organisation; a subdistrict office goes by that of its subdistrict too."""
    names = (head.organization, *head.aliases)
    return (
        *names,
        *(name.removesuffix(_OFFICE) for name in names if name.endswith((f"街道{_OFFICE}", f"镇{_OFFICE}"))),
    )
