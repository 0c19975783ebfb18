"""Take over from the turns before what a follow-up leaves out: bodies, years, measures, operation.

The reader says what is kept and from which turn. Where an operation needs several of something and the follow-up
names fewer, the turns before that one are taken in too, as far as they hang together.
"""

from collections.abc import Sequence

from assistant.planning.operations import COUNTED, at, over_of
from assistant.planning.stated import Said, Slots, Stated, Stating
from assistant.planning.words import asks_for_one
from assistant.plans import Measure, Over, Target
from ingest.wording import aligned
from vectorstore.models import Kept, Mark

SEVERAL = frozenset(
    {"sum", "difference", "ratio", "share", "compare", "mean", "median", "rank", "growth", "remainder"}
)
"""The operations that need more than one value."""

_DIRECTED = frozenset({"share", "remainder", "ratio"})
"""The operations that give another result the other way round."""
_FINDING = frozenset({"rank", "count", "filter", "compare", "trend", "verify"})
"""The operations that look at a group of bodies anew, whatever was found in it before."""
_TALK = frozenset({"chat", "outside"})
_NUMERALS = {"两": 2, "俩": 2, "二": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6}


def source_of(read: int | None, earlier: Sequence[Stated]) -> int | None:
    """Return the turn that a follow-up takes from: as read, else the last that asks something of a report."""
    asking = [index for index, turn in enumerate(earlier) if turn.operation not in _TALK]
    if read is not None and read < len(earlier) and earlier[read].operation not in _TALK:
        return read
    return asking[-1] if asking else None


def taken_over(
    stated: Stated,
    kept: frozenset[Kept],
    source: int,
    earlier: Sequence[Stated],
    held: frozenset[tuple[str | None, int | None]],
) -> Stated:
    """Return a follow-up with what it keeps of the turn that it comes from; `held` are the reports that there are."""
    before = earlier[source]
    kept = _worth_keeping(stated, kept, before, held)
    changed = _with_targets(stated, kept, before)
    if "m" in kept:
        changed = _with_measures(changed, before)
        changed = changed.model_copy(update={"unread": (*before.unread, *changed.unread)})
    if "o" in kept and not stated.bodies and not stated.groups:
        changed = _with_description(changed, before)
    if "op" in kept:
        slots = {
            name: value if value is not None else getattr(before.slots, name)
            for name, value in dict(changed.slots).items()
        }
        changed = changed.model_copy(update={"slots": Slots(**slots)})
        if stated.operation == before.operation == "rank" and not stated.values:
            changed = changed.model_copy(update={"values": _spoken_before(before.values)})
    changed = changed.model_copy(update={"inherits": True})
    if (stated.operation in SEVERAL or _compares(stated)) and _needs_more(changed):
        return _gathered(changed, kept, source, earlier)
    if "m" in kept and stated.slots.inner == "sum" and len(changed.said) == 1 and not changed.groups:
        turns = _together(changed, source, earlier)
        return changed.model_copy(update={"said": _inherited(turns)})
    return changed


def _worth_keeping(
    stated: Stated, kept: frozenset[Kept], before: Stated, held: frozenset[tuple[str | None, int | None]]
) -> frozenset[Kept]:
    """Leave out what a turn that says the rest itself cannot mean: a year of another body, one body of all."""
    years = {target.year for target in before.targets if target.year is not None}
    names = {body.name for body in stated.bodies}
    if "y" in kept and "m" not in kept and names and not stated.periods and stated.operation not in SEVERAL:
        reported = {year for name, year in held if name in names}
        if reported and not reported & years:
            kept -= {"y"}
    over_bodies = stated.operation in ("rank", "filter", "count") and stated.slots.over == "bodies"
    alone = len({target.organization for target in before.targets}) == 1 and not before.groups
    if over_bodies and alone and not stated.bodies and stated.said:
        kept -= {"o", "y"}
    return kept


def _with_description(stated: Stated, before: Stated) -> Stated:
    """Return a turn about bodies that the turn before it found by a condition or an order: those, not all of them."""
    if stated.operation in _FINDING or not before.groups:
        return stated
    if before.operation == "rank" and over_of(before) == "bodies":
        if before.values:
            # 前五名不能由一个条件说出来
            return stated.model_copy(
                update={"unread": (*stated.unread, *(value.text for value in before.values))}
            )
        if not asks_for_one(aligned(before.text)):
            return stated
        found = tuple(_as(said, "k") for said in before.said[:1])
        slots = {"inner": "rank", "order": before.slots.order}
    else:
        found = tuple(said for said in before.said if said.mark == "k")
        slots = {"inner": "filter", "relation": before.slots.relation or stated.slots.relation}
    if not found or stated.slots.inner is not None:
        return stated
    unnamed = tuple(said.model_copy(update={"start": -1, "end": -1}) for said in found)
    return stated.model_copy(
        update={
            "said": (*(said for said in stated.said if said.mark != "k"), *unnamed),
            "values": (*_spoken_before(before.values), *stated.values),
            "slots": stated.slots.model_copy(update=slots),
        }
    )


def _compares(stated: Stated) -> bool:
    """Tell whether a claim sets two things against each other and names no value."""
    return (
        stated.operation == "verify"
        and stated.slots.relation in ("more", "less", "equal")
        and not stated.values
    )


def _with_targets(stated: Stated, kept: frozenset[Kept], before: Stated) -> Stated:
    """Return a turn with bodies and years of the turn before it, where it names none of its own."""
    years = tuple(dict.fromkeys(target.year for target in before.targets if target.year is not None))
    years = years or before.years
    own_years = tuple(year for period in stated.periods for year in period.years)
    own_year = bool(stated.periods)
    adds = stated.operation in SEVERAL or _compares(stated)
    backs = all(period.back for period in stated.periods)
    fewer = adds and stated.slots.over in (None, "years") and len(own_years) == 1
    if own_year and "y" in kept and (backs or fewer):
        own_years = (*(year for year in years if year not in own_years), *own_years)
    asked = own_years if own_year else years if "y" in kept else ()
    if stated.bodies:
        names = tuple(body.name for body in stated.bodies)
        targets = _crossed(names, asked) if not own_year and "y" in kept else stated.targets
        if "o" in kept and adds and len(stated.bodies) == 1:
            own = {target.organization for target in targets}
            other = tuple(target for target in before.targets if target.organization not in own)
            targets = (*targets, *other) if stated.bodies[0].start == 0 else (*other, *targets)
        return stated.model_copy(update={"targets": targets, "years": asked})
    if stated.groups and "o" in kept:
        # 底下各街道：上文那一个单位的
        names = tuple(dict.fromkeys(t.organization for t in before.targets if t.organization is not None))
        inside = _crossed(names, asked) if len(names) == 1 else stated.targets
        return stated.model_copy(update={"targets": inside, "years": asked})
    if stated.groups or "o" not in kept:
        known = tuple(Target(year=year) for year in asked) if not stated.groups else ()
        return stated.model_copy(update={"targets": stated.targets or known, "years": asked})
    if not own_year and "y" in kept:
        changed = {
            "targets": before.targets,
            "groups": before.groups,
            "years": before.years,
            "less": before.less,
        }
        return stated.model_copy(update={**changed, "less": (*before.less, *stated.less)})
    names = tuple(dict.fromkeys(t.organization for t in before.targets if t.organization is not None))
    return stated.model_copy(
        update={
            "targets": _crossed(names, asked) if names else tuple(Target(year=year) for year in asked),
            "groups": before.groups,
            "years": asked,
            "less": (*before.less, *stated.less),
        }
    )


def _crossed(names: Sequence[str], years: Sequence[int]) -> tuple[Target, ...]:
    return tuple(Target(organization=name, year=year) for name in names for year in (years or (None,)))


# ---------------------------------------------------------------- measures


def _with_measures(stated: Stated, before: Stated) -> Stated:
    """Return a turn with measures of the turn before: theirs, theirs narrowed, or theirs beside its own."""
    inherited = tuple(said.model_copy(update={"start": -1, "end": -1}) for said in before.said)
    own = [said for said in stated.said if said.mark in "mnbk"]
    narrowing = [said for said in stated.said if said.mark in "ac"]
    if stated.operation in ("list", "passage", "explain"):
        mine = stated.said or ()
        fresh = tuple(said for said in inherited if said.measure not in [one.measure for one in mine])
        return stated.model_copy(update={"said": (*fresh, *mine), "terms": stated.terms or before.terms})
    if not own:
        narrowed = tuple(_narrowed(said, by) for said in inherited for by in narrowing) or inherited
        if stated.unit is not None and stated.operation == "lookup":
            narrowed = tuple(_asked_in(said, stated) for said in narrowed)
        turns = stated.operation == "ratio" and len(narrowed) == 2
        values = stated.values
        if stated.operation in ("count", "filter") and before.operation in ("count", "filter") and not values:
            values = _spoken_before(before.values)
        return stated.model_copy(update={"said": narrowed, "values": values, "swappable": turns})
    if stated.operation in SEVERAL:
        return stated.model_copy(update={"said": _beside(stated, inherited)}) if len(own) == 1 else stated
    if stated.operation == "lookup" and len(own) == 1 and len(inherited) == 1 and own[0].mark != "k":
        return stated.model_copy(update={"said": (_of(inherited[0], own[0]),)})
    return stated


def _spoken_before(values: Sequence[Stating]) -> tuple[Stating, ...]:
    return tuple(value.model_copy(update={"start": -1, "end": -1}) for value in values)


def _asked_in(said: Said, stated: Stated) -> Said:
    """Return a measure of the turn before in the unit that this turn asks for: 花了多少钱 of 政府采购."""
    asked = f"{said.measure.phrase}{stated.asked}" if said.measure.asked else None
    return said.model_copy(
        update={"measure": said.measure.model_copy(update={"unit": stated.unit, "asked": asked})}
    )


def _narrowed(said: Said, by: Said) -> Said:
    """Return a measure narrowed anew by a kind of applicant or a column."""
    change = {"applicant": by.measure.applicant} if by.mark == "a" else {"column": by.measure.phrase}
    return said.model_copy(update={"measure": said.measure.model_copy(update=change)})


def _of(whole: Said, part: Said) -> Said:
    """Return a measure that is of the one before it: 扶贫项目, then 投进去的资金."""
    if whole.measure.phrase in part.measure.phrase:
        return part
    measure = part.measure.model_copy(update={"phrase": f"{whole.measure.phrase}{part.measure.phrase}"})
    return part.model_copy(update={"measure": measure})


def _beside(stated: Stated, inherited: Sequence[Said]) -> tuple[Said, ...]:
    """Return the measures of the turn before beside the one of this turn, in the roles that its mark leaves them."""
    (own,) = [said for said in stated.said if said.mark in "mnbk"]
    others = [said for said in inherited if said.measure.phrase != own.measure.phrase and said.mark != "k"]
    match own.mark:
        case "n":
            return (own, *(_as(said, "b") for said in others))
        case "b":
            return (*(_as(said, "n") for said in others), own)
        case _ if stated.operation in ("share", "remainder"):
            return (_as(own, "n"), *(_as(said, "b") for said in others))
        case _:
            return (*(_as(said, "m") for said in others), own)


def _as(said: Said, mark: Mark) -> Said:
    return said.model_copy(update={"mark": mark})


# ---------------------------------------------------------------- several turns


def _counts(stated: Stated) -> dict[Over, int]:
    return {
        "bodies": len({t.organization for t in stated.targets}) + 9 * len(stated.groups),
        "years": len({t.year for t in stated.targets}) if all(t.year for t in stated.targets) else 9,
        "measures": len(stated.said),
    }


def _needs_more(stated: Stated) -> bool:
    """Tell whether an operation has but one of what it needs several of."""
    if stated.operation in ("growth", "mean", "rank", "median") and stated.slots.over != "measures":
        if stated.slots.over == "years" or stated.operation == "growth":
            return _counts(stated)["years"] < 2
        return _counts(stated)["bodies"] < 2 and stated.slots.over == "bodies"
    if stated.slots.over is not None:
        return _counts(stated)[stated.slots.over] < 2
    return all(count < 2 for count in _counts(stated).values())


def _gathered(stated: Stated, kept: frozenset[Kept], source: int, earlier: Sequence[Stated]) -> Stated:
    """Return a turn with the things of several turns before it, as many as it speaks of or as hang together."""
    turns = _together(stated, source, earlier)
    if len(turns) < 2:
        return stated
    over = stated.slots.over or _differing(turns)
    if over == "measures":
        own = stated.said if all(said.start >= 0 for said in stated.said) else ()
        said = _inherited(turns)
        if own and own[0].mark in "nb":
            return _roles(stated, said, own[0])
        if stated.operation == "share" and stated.slots.inner == "sum":
            whole = tuple(_as(one, "b") for one in said)
            return stated.model_copy(update={"said": (_as(said[0], "n"), *whole), "swappable": True})
        if stated.operation == "share" and len(said) == 2:
            return _shared(stated, said, apart=all(len(turn.said) == 1 for turn in turns))
        return stated.model_copy(update={"said": said, "swappable": stated.operation in _DIRECTED})
    targets = tuple(dict.fromkeys(target for turn in turns for target in turn.targets))
    own_targets = stated.targets if stated.bodies or stated.periods else ()
    targets = tuple(dict.fromkeys((*own_targets, *targets) if stated.bodies else (*targets, *own_targets)))
    said = stated.said
    phrases = {s.measure.phrase for turn in turns for s in turn.said}
    if (
        "m" in kept
        and len(phrases) > 1
        and all(len(turn.said) == 1 and len(turn.targets) == 1 for turn in turns)
    ):
        said = tuple(_at_home(turn) for turn in turns)
    swappable = stated.operation in ("share", "remainder") and not stated.bodies
    return stated.model_copy(
        update={"targets": targets, "said": said, "slots": stated.slots.model_copy(update={"over": over}),
                "swappable": swappable}
    )  # fmt: skip


def _together(stated: Stated, source: int, earlier: Sequence[Stated]) -> list[Stated]:
    """Return the turns that hang together before a follow-up, oldest first."""
    wanted = max((_NUMERALS.get(char, 0) for char in aligned(stated.text)), default=0)
    found: list[Stated] = []
    for index in range(source, -1, -1):
        turn = earlier[index]
        if turn.operation in _TALK or (not turn.targets and not turn.groups):
            continue
        if found and turn.operation in SEVERAL:
            break
        found.append(turn)
        enough = len(found) >= wanted if wanted else len(found) >= 2 and not turn.inherits
        if enough:
            break
    return found[::-1]


def _differing(turns: Sequence[Stated]) -> Over:
    """Return in what the turns differ: measures of one body, bodies, or years."""
    bodies = {target.organization for turn in turns for target in turn.targets}
    years = {target.year for turn in turns for target in turn.targets}
    if len(bodies) > 1:
        return "bodies"
    phrases = {said.measure.phrase for turn in turns for said in turn.said}
    return "years" if len(years) > 1 and len(phrases) == 1 else "measures"


def _roles(stated: Stated, said: Sequence[Said], own: Said) -> Stated:
    """Return a turn whose own measure is the one side, and what the turns before have is the other."""
    if stated.slots.inner == "sum":
        whole = [_as(one, "b") for one in said]
        return stated.model_copy(update={"said": (own, *whole)})
    others = [_as(one, "b" if own.mark == "n" else "n") for one in said if one.measure != own.measure]
    return stated.model_copy(update={"said": (own, *others) if own.mark == "n" else (*others, own)})


def _shared(stated: Stated, said: Sequence[Said], *, apart: bool) -> Stated:
    """Return a share of two measures of turns before: the part is the one named again, else the one asked last."""
    plain = aligned(stated.text)
    again = [
        any(one.measure.phrase[at : at + 2] in plain for at in range(len(one.measure.phrase) - 1))
        for one in said
    ]
    named = sum(again) == 1
    part, whole = said if (again[0] if named else not apart) else said[::-1]
    return stated.model_copy(update={"said": (_as(part, "n"), _as(whole, "b")), "swappable": not named})


def _inherited(turns: Sequence[Stated]) -> tuple[Said, ...]:
    """Return the measures of several turns, each once."""
    seen: dict[Measure, Said] = {}
    for turn in turns:
        for one in turn.said:
            if one.mark in COUNTED:
                seen.setdefault(one.measure, one.model_copy(update={"start": -1, "end": -1}))
    return tuple(seen.values())


def _at_home(turn: Stated) -> Said:
    """Return the measure of a turn as that of its own body and year."""
    (target,), (said,) = turn.targets, turn.said
    measure = at(said.measure, organization=target.organization, year=target.year)
    return said.model_copy(update={"measure": measure, "start": -1, "end": -1})
