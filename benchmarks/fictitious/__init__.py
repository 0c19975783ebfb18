"""Write reports of bodies that do not exist, and say what stands in them."""

from benchmarks.fictitious.bodies import Body, invent
from benchmarks.fictitious.cast import Cast, cast_of, many
from benchmarks.fictitious.province import ProvinceReport, TrueCell, province
from benchmarks.fictitious.questions import case_records, cases_of
from benchmarks.fictitious.writer import Fact, Plan, Written, write

__all__ = [
    "Body",
    "Cast",
    "Fact",
    "Plan",
    "ProvinceReport",
    "TrueCell",
    "Written",
    "case_records",
    "cases_of",
    "cast_of",
    "invent",
    "many",
    "province",
    "write",
]
