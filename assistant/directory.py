"""Know under which names the bodies of a library go, so that a question finds them without trying each.

Names are looked up by their first two characters, short forms by any two characters that a name holds together.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ingest.wording import folded
from vectorstore.models import ReportHead

_OFFICE = "办事处"


class Directory:
    """Hold the names of every organisation, folded, with what finds them fast."""

    def __init__(self, heads: Sequence[ReportHead]) -> None:
        self.names = {head.organization: _names(head) for head in heads}
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
