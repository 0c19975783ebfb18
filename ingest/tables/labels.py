"""Decide which label of a form a printed label is: by its wording, or by its characters where parts were shuffled."""

from collections.abc import Mapping, Sequence
from functools import cache

from rapidfuzz import fuzz

from ingest.wording import skeleton, without_parentheses


@cache
def bare(text: str) -> str:
    """Return the skeleton of a label; labels repeat, so it is worked out once."""
    return skeleton(text)


@cache
def _spellings(text: str) -> frozenset[str]:
    """Return a label with and without its remarks in parentheses."""
    return frozenset({bare(text), bare(without_parentheses(text))} - {""})


class Labels:
    """Match printed labels; one counts as the form's when it agrees by `similarity` percent."""

    def __init__(self, similarity: float) -> None:
        self.similarity = similarity

    def match(
        self, text: str, candidates: Mapping[str, Sequence[str]], *, exact: bool | None = None
    ) -> str | None:
        """Return the one candidate whose label agrees; None when none does or two do equally."""
        printed = _spellings(text)
        if exact is not False:
            hits = [
                key
                for key, labels in candidates.items()
                if any(not printed.isdisjoint(_spellings(label)) for label in labels)
            ]
            if hits:
                return hits[0] if len(hits) == 1 else None
            if exact:
                return None
        scored = sorted(
            (
                (max(agreement(word, bare(label)) for label in labels for word in printed), key)
                for key, labels in candidates.items()
            )
            if printed
            else (),
            reverse=True,
        )
        if not scored or scored[0][0] < self.similarity:
            return None
        return scored[0][1] if len(scored) == 1 or scored[0][0] - scored[1][0] >= 4 else None


def agreement(printed: str, label: str) -> float:
    """Return how far two labels agree, in percent."""
    straight = fuzz.ratio(printed, label)
    if min(len(printed), len(label)) < 8:
        return straight
    return max(straight, fuzz.ratio("".join(sorted(printed)), "".join(sorted(label))) - 5)
