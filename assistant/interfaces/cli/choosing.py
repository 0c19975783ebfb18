"""Find the report or the organisation that an argument means."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.interfaces.cli.shell import failure

if TYPE_CHECKING:
    from vectorstore.library import Library
    from vectorstore.models import ReportHead

_CANDIDATES = 20
_NEAREST = 3


def chosen_report(library: "Library", wanted: str) -> "ReportHead":
    """Find the one report that is meant; the strictest reading that finds any decides."""
    from ingest.wording import skeleton

    heads = library.headings()
    readings: tuple[Callable[[ReportHead], bool], ...] = (
        lambda head: wanted in {head.report_id, head.source},
        lambda head: Path(head.source).stem == wanted,
        lambda head: len(wanted) >= 6 and head.report_id.startswith(wanted),
        lambda head: bool(re.fullmatch(r"\d{3}", wanted)) and head.source.startswith(wanted),
        lambda head: skeleton(wanted) != "" and skeleton(wanted) in skeleton(head.title),
    )
    for fits in readings:
        found = [head for head in heads if fits(head)]
        if len(found) == 1:
            return found[0]
        if found:
            raise failure(f"「{wanted}」符合 {len(found)} 份报告，请写得更准确：{_listed(found)}")
    raise failure(f"没有报告符合「{wanted}」。库中有：{_listed(heads)}")


def _listed(heads: Sequence["ReportHead"]) -> str:
    shown = "；".join(f"{one.report_id} {one.source}《{one.title}》" for one in heads[:_CANDIDATES])
    rest = len(heads) - _CANDIDATES
    return shown + (f"；另有 {rest} 份，见 gongkai reports" if rest > 0 else "")


def chosen_organization(library: "Library", wanted: str) -> str:
    """Find the one organisation that is meant, by any of its names or a part of the one it goes by."""
    from ingest.wording import skeleton

    heads = library.headings()
    names = list(dict.fromkeys(head.organization for head in heads))
    if wanted in names:
        return wanted
    found = list(dict.fromkeys(head.organization for head in heads if wanted in head.aliases))
    found = found or [name for name in names if skeleton(wanted) in skeleton(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise failure(f"「{wanted}」符合 {len(found)} 个单位，请写得更准确：{'、'.join(found)}")
    raise failure(f"没有单位符合「{wanted}」。库中有：{'、'.join(names[:_CANDIDATES])}")


def check_indicators(library: "Library", wanted: Sequence[str]) -> None:
    """Refuse a name that is no indicator of the forms and none that the library has, with the nearest ones."""
    from ingest.indicators import load_indicators
    from vectorstore.models import EVERYTHING

    known = {entry.key for entry in load_indicators().indicators}
    for name in wanted:
        if name in known or library.figures(EVERYTHING, indicators=(name,)):
            continue
        near = get_close_matches(name, sorted(known), n=_NEAREST, cutoff=0.5)
        told = f"相近的有：{'、'.join(near)}" if near else "名称见 gongkai figures --json 的 indicator"
        raise failure(f"没有指标「{name}」。{told}")
