"""Pair bodies with years as asked, and say among what a plan looks."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from assistant.planning.stated import Body, Group, Period, Stated
from assistant.plans import Among, Condition, Everything, Extreme, Named, Target

_OPEN: tuple[int | None, ...] = (None,)


def paired(bodies: Sequence[Body], periods: Sequence[Period], *, asked: bool) -> tuple[Target, ...]:
    """Return bodies and years as asked.

    Where each body has years of its own, in turn or because the question is read so, they are its alone
    (贺兰县2020年、德胜2017年 are two); otherwise every year is of every body.
    """
    names = [body.name for body in bodies]
    if not names:
        return tuple(Target(year=year) for period in periods for year in period.years)
    own = _own_years(bodies, periods, asked=asked)
    if own is not None:
        return _distinct(
            Target(organization=name, year=year)
            for name, years in zip(names, own, strict=True)
            for year in years
        )
    years = tuple(year for period in periods for year in period.years) or _OPEN
    return _distinct(Target(organization=name, year=year) for name in dict.fromkeys(names) for year in years)


def _own_years(
    bodies: Sequence[Body], periods: Sequence[Period], *, asked: bool
) -> list[tuple[int | None, ...]] | None:
    """Return the years of each body, or None where they are common to all."""
    if len(bodies) < 2 or len(periods) < 2:
        return None
    marks = sorted([*bodies, *periods], key=lambda mark: mark.start)
    alternate = len(bodies) == len(periods) and all(
        isinstance(one, Body) != isinstance(other, Body) for one, other in pairwise(marks)
    )
    if not asked and not alternate:
        return None
    if len(bodies) == len(periods):
        return [period.years or _OPEN for period in periods]
    found: list[list[int | None]] = [[] for _ in bodies]
    for period in periods:
        before = [index for index, body in enumerate(bodies) if body.start < period.start]
        found[before[-1] if before else 0] += period.years
    return [tuple(years) or _OPEN for years in found]


def _distinct(targets: Iterable[Target]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(targets))


def among_of(stated: Stated, where: Condition | Extreme | None, *, everywhere: bool) -> Among:
    """Return among what a turn looks: what it names, a group, or with `everywhere` the whole library."""
    years = tuple(dict.fromkeys(target.year for target in stated.targets if target.year is not None))
    years = years or stated.years
    if not stated.groups and where is None and not (everywhere and not _names(stated.targets)):
        return Named(targets=stated.targets)
    telling = [group for group in stated.groups if group.of_kind or group.region]
    group = telling[0] if telling else Group()
    place = group.region or next(iter(_names(stated.targets)), None)
    return Everything(
        where=where,
        years=tuple(sorted(years)) or None,
        of_kind=group.of_kind,
        region=place,
        less=stated.less,
    )


def _names(targets: Sequence[Target]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(target.organization for target in targets if target.organization is not None))
