"""Check that the numbers of the top headings go up one by one."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from ingest.checks.assessment import Assessment
from ingest.models import Section
from ingest.numerals import chinese_number

_TOP_NUMBER = re.compile(r"^\s*([一二三四五六七八九十]{1,3})\s*、")


def check_numbering(sections: Sequence[Section]) -> Iterator[Assessment]:
    """Compare each top heading's number with the one before: repeated and skipped numbers are reported."""
    numbered = [
        (int(number), section)
        for section in sections
        if section.level == 1
        and (match := _TOP_NUMBER.match(section.title))
        and (number := chinese_number(match[1])) is not None
    ]
    for (number, section), (following, other) in pairwise(numbered):
        if following == number:
            title = f"一级标题编号重复：有两个“{section.title.split('、')[0]}、”"
        elif following not in {number + 1, 1}:
            title = f"一级标题编号不连续：“{section.title.split('、')[0]}、”之后是“{other.title.split('、')[0]}、”"
        else:
            continue
        yield Assessment(
            code="heading_numbering",
            outcome="differs",
            severity="soft",
            title=title,
            expression=f"{section.title}；{other.title}",
            expected=Decimal(number + 1),
            printed=Decimal(following),
            unit="",
            figures=(),
            sections=(section, other),
            remark=f"{section.title}；{other.title}",
        )
