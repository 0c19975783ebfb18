"""Choose the reports that questions are asked about: near-twins, three years of one county, flaws and gaps."""

from collections.abc import Iterator, Mapping
from random import Random

from benchmarks.fictitious.bodies import all_counties, county_name, invent, twin_of
from benchmarks.fictitious.writer import Plan, Written, write

Cast = Mapping[str, Written]
"""The reports by the part they play."""

_KINDS = ("county", "department", "park", "township", "department", "department", "township")


def cast_of(seed: int, *, held: bool = False) -> Cast:
    """Write twelve reports; what part each plays is the same for each seed, its names and figures are not.

    a1, a2, a3: one county in 2020, 2021 and 2022; p: a park within it, 2020; d, e: the same office in two counties
    whose names differ in one character; g: a city whose printed rate is wrong; k: an office whose application
    table does not balance; t: a township that says little; s: a subdistrict with blank cells, without telephone
    and date, whose prose contradicts its table; o: a county before the statutory forms; m: a park of late years.
    With `held`, the prose is in the wordings that are kept apart.
    """
    random = Random(seed)
    counties = [county_name(random)]
    while len(counties) < 6:
        name = county_name(random)
        if all(name[0] != other[0] and name[1] != other[1] for other in counties):
            counties.append(name)
    home, district, office, rural, old, port = counties
    county = invent("county", random, county=home)
    department = invent("department", random, county=district)
    part = department.name.removeprefix(district)
    taken = {name[0] for name in counties}
    twin = twin_of(district, random)
    while twin[0] in taken:
        twin = twin_of(district, random)
    later = random.choice((2021, 2022, 2023, 2024))
    plans = {
        "a1": Plan(county, 2020),
        "a2": Plan(county, 2021),
        "a3": Plan(county, 2022),
        "p": Plan(invent("park", random, county=home), 2020, absent=frozenset({"training", "proposals"})),
        "d": Plan(department, later),
        "e": Plan(invent("department", random, county=twin, part=part), later),
        "g": Plan(invent("city", random), random.choice((2021, 2022, 2023)), flaws=frozenset({"rate"})),
        "k": Plan(invent("department", random, county=office, part=_other(part)), 2019, flaws=frozenset({"balance"})),
        "t": Plan(
            invent("township", random, county=rural), random.choice((2021, 2022, 2023, 2024)),
            absent=frozenset({"hotline", "letters", "proposals", "interpretation", "key_areas"}),
        ),
        "s": Plan(
            invent("subdistrict", random, county=rural[:-1] + "区"), random.choice((2021, 2022, 2023, 2024)),
            blank=frozenset({"natural_person", "business"}), flaws=frozenset({"requests"}),
            absent=frozenset({"contact", "website", "signature", "hotline"}),
        ),
        "o": Plan(invent("county", random, county=old), 2018, tables=False),
        "m": Plan(invent("park", random, county=port), 2024, absent=frozenset({"supervision"})),
    }  # fmt: skip
    return {
        role: write(plan, Random(f"{seed}:{role}"), source=f"{number:03d}.txt", held=held)
        for number, (role, plan) in enumerate(plans.items())
    }


def many(count: int, seed: int = 0) -> Iterator[Written]:
    """Write as many reports, no two of the same body and year."""
    counties = all_counties()
    for number in range(count):
        random = Random(f"{seed}:{number}")
        block, place = divmod(number, len(counties))
        county = counties[place]
        year = 2018 + (block + place) % 7
        rank = block // 7
        kind = _KINDS[rank % len(_KINDS)]
        part = _PARTS[rank % len(_PARTS)] if kind == "department" else None
        body = invent(kind, random, county=county, part=part)
        yield write(Plan(body, year, tables=year > 2018), random, source=f"{number:05d}.txt")


_PARTS = ("教育局", "财政局", "民政局", "交通运输局", "司法局", "卫生健康局", "水利局")


def _other(part: str) -> str:
    return next(each for each in ("财政局", "教育局") if each != part)
