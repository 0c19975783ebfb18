"""Keep whose report each one is: printed names joined to bodies, by rule and by hand.

Works inside the transaction of the connection that the library hands over. What a person decided is never undone
by a rule: a merged or split name is pinned to its body, and a corrected report stays with it when it is read anew.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ingest.models import UNKNOWN_ORGANIZATION, Report, content_id
from ingest.wording import folded
from vectorstore.errors import BodyUnclear
from vectorstore.models import Body, Correction
from vectorstore.organizations import Identity, body_kind, display_names, identity_of, joined, named, names_of
from vectorstore.tables import bodies as _texts
from vectorstore.tables import corrections, identities, organizations, reports


def place(connection: Connection, report: Report, text: str) -> None:
    """Point a report that was just stored at its body, and keep the body's names up to date."""
    identity = _identity(report, text)
    is_new = _know(connection, identity)
    changed = {"identity": identity.key, "printed": report.organization.name}
    connection.execute(update(reports).where(reports.c.id == report.id).values(changed))
    _apply(connection, [report.id])
    if is_new:
        _regroup(connection, identity.kin)
        return
    body = select(identities.c.organization_id).where(identities.c.key == identity.key)
    body_id = connection.execute(body).scalar_one()
    alike = select(func.count()).where(
        reports.c.identity == identity.key, reports.c.printed == report.organization.name
    )
    if connection.execute(alike).scalar_one() == 1 or _lacks_names(connection, body_id):
        _refresh(connection, [body_id])


def settle(connection: Connection) -> None:
    """Point the reports that an earlier program stored at their bodies, in the order of their ids."""
    unplaced = select(reports.c.id).where(reports.c.organization_id.is_(None)).order_by(reports.c.id)
    kins: dict[str, None] = {}
    for report_id in connection.execute(unplaced).scalars().all():
        row = connection.execute(select(_texts).where(_texts.c.report_id == report_id)).one()
        report = Report.model_validate(json.loads(row.payload), strict=False)
        identity = _identity(report, row.text)
        _know(connection, identity)
        changed = {"identity": identity.key, "printed": report.organization.name}
        connection.execute(update(reports).where(reports.c.id == report_id).values(changed))
        kins[identity.kin] = None
    for kin in kins:
        _regroup(connection, kin)
    tidy(connection)


def hand_on(connection: Connection, replaced: Sequence[str], report_id: str) -> None:
    """Keep what was corrected in a file's earlier report for the one that takes its place."""
    held = select(corrections.c.report_id).where(corrections.c.report_id.in_([*replaced, report_id]))
    found = list(connection.execute(held).scalars())
    if found and report_id not in found:
        change = update(corrections).where(corrections.c.report_id == found[0]).values(report_id=report_id)
        connection.execute(change)
    _forget_corrections(connection, [one for one in replaced if one != report_id])


def tidy(connection: Connection) -> None:
    """Drop the names that no report prints and nobody pinned, and the bodies without a name or a report."""
    used = select(reports.c.identity).where(reports.c.identity.is_not(None))
    connection.execute(
        delete(identities).where(identities.c.pinned.is_(False), identities.c.key.not_in(used))
    )
    _drop_empty(connection)


def forget(connection: Connection, report_ids: Sequence[str]) -> None:
    """Drop what was kept for reports that are gone, and the bodies that nothing is left of."""
    _forget_corrections(connection, report_ids)
    tidy(connection)


def bodies(connection: Connection) -> tuple[Body, ...]:
    """List the bodies that have reports, by name."""
    held: dict[str, list[str]] = {}
    order = select(reports.c.organization_id, reports.c.id).order_by(reports.c.year, reports.c.id)
    for row in connection.execute(order):
        held.setdefault(row.organization_id, []).append(row.id)
    rows = connection.execute(select(organizations).order_by(organizations.c.name, organizations.c.id)).all()
    return tuple(_body(row, held[row.id]) for row in rows if row.id in held)


def merge(connection: Connection, kept: str, other: str) -> Body:
    """Give everything of the other body to the kept one, and pin the names of both to it."""
    first, second = _find(connection, kept), _find(connection, other)
    if first == second:
        raise BodyUnclear(f"“{kept}”和“{other}”本来就是同一家单位。")
    _pin(connection, [first, second], to=first)
    for table in (reports, corrections):
        moved = update(table).where(table.c.organization_id == second).values(organization_id=first)
        connection.execute(moved)
    given = connection.execute(select(organizations.c.name).where(organizations.c.id == first)).scalar_one()
    connection.execute(delete(organizations).where(organizations.c.id == second))
    connection.execute(update(organizations).where(organizations.c.id == first).values(given=given))
    _refresh(connection, [first])
    return _one(connection, first)


def split(connection: Connection, report_ids: Sequence[str], name: str) -> Body:
    """Give reports to the body of this name; one that is not there yet is made, apart from where they were."""
    left = set(
        connection.execute(select(reports.c.organization_id).where(reports.c.id.in_(report_ids))).scalars()
    )
    wanted = _find(connection, name, missing_ok=True)
    if wanted is not None and wanted in left:
        raise BodyUnclear(f"“{name}”就是这些报告现在所属的单位；请另写一个名称。")
    if wanted is None:
        _pin(connection, sorted(left))
        wanted = _make(connection, name)
        _know(connection, named(name), to=wanted)
    for report_id in report_ids:
        _note(connection, report_id, organization_id=wanted)
    _apply(connection, report_ids)
    _refresh(connection, [*sorted(left), wanted])
    tidy(connection)
    return _one(connection, wanted)


def correct(connection: Connection, report_id: str, *, body: str | None, year: int | None) -> Correction:
    """Note whose report it is, or of which year."""
    before = connection.execute(
        select(reports.c.organization_id).where(reports.c.id == report_id)
    ).scalar_one()
    chosen: dict[str, str | int] = {}
    if body is not None:
        wanted = _find(connection, body, missing_ok=True)
        if wanted is None:
            identity = named(body)
            _know(connection, identity)
            _regroup(connection, identity.kin)
            here = identities.c.key == identity.key
            connection.execute(update(identities).where(here).values(pinned=True))
            wanted = connection.execute(select(identities.c.organization_id).where(here)).scalar_one()
            if not _titles(connection, wanted):
                given = update(organizations).where(organizations.c.id == wanted).values(given=body)
                connection.execute(given)
        chosen["organization_id"] = wanted
    if year is not None:
        chosen["year"] = year
    _note(connection, report_id, **chosen)
    _apply(connection, [report_id])
    _refresh(connection, [before, *([str(chosen["organization_id"])] if body is not None else [])])
    tidy(connection)
    row = connection.execute(
        select(reports.c.organization, reports.c.year).where(reports.c.id == report_id)
    ).one()
    return Correction(body=row.organization, year=row.year)


def _identity(report: Report, text: str) -> Identity:
    """Return the identity of who reports; one that is not known is nobody else's."""
    if report.organization.name == UNKNOWN_ORGANIZATION:
        return Identity(own=f"{UNKNOWN_ORGANIZATION}{report.id}", region=())
    return identity_of(report.organization, text)


def _identity_in(row: Row[Any]) -> Identity:
    return Identity(own=row.own, region=tuple(row.region))


def _know(connection: Connection, identity: Identity, *, to: str | None = None) -> bool:
    """Note an identity, pinned to a body if one is given, and tell whether it was new; a known one keeps its body."""
    known = select(identities.c.key).where(identities.c.key == identity.key)
    if connection.execute(known).first() is not None:
        return False
    row = {
        "key": identity.key,
        "own": identity.own,
        "kin": identity.kin,
        "region": list(identity.region),
        "organization_id": to,
        "pinned": to is not None,
    }
    connection.execute(insert(identities), row)
    return True


def _regroup(connection: Connection, kin: str) -> None:
    """Join the identities of one kin by rule, around those that are pinned; refresh what changed."""
    rows = connection.execute(select(identities).where(identities.c.kin == kin)).all()
    placed = {row.key: row.organization_id for row in rows}
    pinned = {row.key for row in rows if row.pinned}
    used: set[str] = {placed[key] for key in pinned}
    changed: set[str] = set()
    for group in joined([_identity_in(row) for row in rows]):
        keys = [identity.key for identity in group]
        held = [placed[key] for key in keys if key in pinned]
        held += [placed[key] for key in keys if placed[key] is not None and placed[key] not in used]
        body = held[0] if held else _make(connection, "", identity=group[0])
        used.add(body)
        for key in keys:
            if key not in pinned and placed[key] != body:
                moved = update(identities).where(identities.c.key == key).values(organization_id=body)
                connection.execute(moved)
                affected = connection.execute(select(reports.c.id).where(reports.c.identity == key)).scalars()
                _apply(connection, list(affected))
                changed |= {body, *([placed[key]] if placed[key] is not None else [])}
        changed |= {body} if _lacks_names(connection, body) else set()
    if changed:
        _drop_empty(connection, sorted(changed))
        _refresh(connection, sorted(changed))


def _apply(connection: Connection, report_ids: Iterable[str]) -> None:
    """Point reports at the bodies of their identities, or where a correction says."""
    for report_id in report_ids:
        row = connection.execute(
            select(
                identities.c.organization_id,
                corrections.c.organization_id.label("corrected"),
                corrections.c.year,
            )
            .select_from(reports)
            .join(identities, identities.c.key == reports.c.identity)
            .outerjoin(corrections, corrections.c.report_id == reports.c.id)
            .where(reports.c.id == report_id)
        ).one()
        values: dict[str, Any] = {"organization_id": row.corrected or row.organization_id}
        if row.year is not None:
            values["year"] = row.year
        connection.execute(update(reports).where(reports.c.id == report_id).values(values))
    _rename(connection, report_ids)


def _rename(connection: Connection, report_ids: Iterable[str]) -> None:
    """Repeat the body's name in its reports."""
    name = (
        select(organizations.c.name).where(organizations.c.id == reports.c.organization_id).scalar_subquery()
    )
    for report_id in report_ids:
        change = (
            update(reports).where(reports.c.id == report_id).where(reports.c.organization_id.is_not(None))
        )
        connection.execute(change.values(organization=func.coalesce(name, reports.c.organization)))


def _lacks_names(connection: Connection, body: str) -> bool:
    """Tell whether a report prints a name that its body is not yet known by."""
    names = connection.execute(select(organizations.c.names).where(organizations.c.id == body)).scalar_one()
    return not set(_printed(connection, body)) <= set(names)


def _refresh(connection: Connection, body_ids: Iterable[str]) -> None:
    """Gather the names of bodies anew, and name them and their namesakes so that each can be told."""
    kins: dict[str, None] = {}
    for body_id in dict.fromkeys(body_ids):
        row = connection.execute(select(organizations).where(organizations.c.id == body_id)).first()
        if row is None:
            continue
        known = _identities(connection, body_id) or [_identity_in(row)]
        best = max(known, key=lambda identity: len(identity.region))
        printed = _printed(connection, body_id)
        names = [
            *([row.given] if row.given else []),
            *printed,
            *(name for one in known for name in names_of(one)),
        ]
        values = {
            "own": best.own,
            "kin": best.kin,
            "region": list(best.region),
            "kind": body_kind(row.given or best.own),
            "names": list(dict.fromkeys(names)),
        }
        connection.execute(update(organizations).where(organizations.c.id == body_id).values(values))
        kins[best.kin] = None
    for kin in kins:
        _name(connection, kin)


def _name(connection: Connection, kin: str) -> None:
    """Give the bodies of one kin names that tell them apart."""
    rows = connection.execute(
        select(organizations).where(organizations.c.kin == kin).order_by(organizations.c.id)
    ).all()
    wanted = display_names(
        [(_identity_in(row), [row.given] if row.given else _titles(connection, row.id)) for row in rows]
    )
    for row, name in zip(rows, wanted, strict=True):
        if row.name != name:
            change = update(organizations).where(organizations.c.id == row.id).values(name=name)
            connection.execute(change)
        pointing = reports.c.organization_id == row.id
        connection.execute(
            update(reports).where(pointing, reports.c.organization != name).values(organization=name)
        )


def _titles(connection: Connection, body: str) -> list[str]:
    """Return the names that a body's reports are headed with; those corrected by hand print another's."""
    statement = (
        select(reports.c.printed)
        .join(identities, identities.c.key == reports.c.identity)
        .where(reports.c.organization_id == body, identities.c.organization_id == body)
        .order_by(reports.c.id)
    )
    return list(dict.fromkeys(name for name in connection.execute(statement).scalars() if name))


def _printed(connection: Connection, body: str) -> list[str]:
    """Return every name that a body's own reports print."""
    statement = (
        select(reports.c.printed, reports.c.aliases)
        .join(identities, identities.c.key == reports.c.identity)
        .where(reports.c.organization_id == body, identities.c.organization_id == body)
        .order_by(reports.c.id)
    )
    return list(
        dict.fromkeys(name for row in connection.execute(statement) for name in (row.printed, *row.aliases))
    )


def _identities(connection: Connection, body: str) -> list[Identity]:
    statement = select(identities).where(identities.c.organization_id == body).order_by(identities.c.key)
    return [_identity_in(row) for row in connection.execute(statement)]


def _pin(connection: Connection, body_ids: Sequence[str], *, to: str | None = None) -> None:
    """Hold the identities of bodies where they are, or at one body."""
    values: dict[str, Any] = {"pinned": True} | ({"organization_id": to} if to else {})
    connection.execute(update(identities).where(identities.c.organization_id.in_(body_ids)).values(values))


def _make(connection: Connection, given: str, *, identity: Identity | None = None) -> str:
    """Make a body, named by a person or after its identity, and return its id."""
    identity = identity or named(given)
    body_id, number = content_id("o", identity.key), 1
    while (
        connection.execute(select(organizations.c.id).where(organizations.c.id == body_id)).first()
        is not None
    ):
        body_id, number = content_id("o", identity.key, number), number + 1
    row = {
        "id": body_id,
        "name": given or "".join((*identity.region[-1:], identity.own)),
        "given": given or None,
        "own": identity.own,
        "kin": identity.kin,
        "region": list(identity.region),
        "kind": body_kind(given or identity.own),
        "names": [],
    }
    connection.execute(insert(organizations), row)
    return body_id


def _note(connection: Connection, report_id: str, **values: str | int) -> None:
    """Keep a correction beside what was corrected before."""
    if not values:
        return
    change = update(corrections).where(corrections.c.report_id == report_id).values(values)
    if connection.execute(change).rowcount == 0:
        connection.execute(insert(corrections), {"report_id": report_id, **values})


def _forget_corrections(connection: Connection, report_ids: Sequence[str]) -> None:
    if report_ids:
        connection.execute(delete(corrections).where(corrections.c.report_id.in_(report_ids)))


def _drop_empty(connection: Connection, body_ids: Sequence[str] | None = None) -> None:
    """Drop the bodies, of these or of all, that neither a name nor a report points at."""
    named_still = select(identities.c.organization_id).where(
        identities.c.organization_id == organizations.c.id
    )
    reporting = select(reports.c.organization_id).where(reports.c.organization_id == organizations.c.id)
    empty = delete(organizations).where(~named_still.exists(), ~reporting.exists())
    if body_ids is not None:
        empty = empty.where(organizations.c.id.in_(body_ids))
    connection.execute(empty)


def _find(connection: Connection, wanted: str, *, missing_ok: bool = False) -> Any:
    """Return the id of the body that goes by a name or id."""
    plain = folded(wanted.strip())
    rows = connection.execute(select(organizations.c.id, organizations.c.name, organizations.c.names)).all()
    exact = [row.id for row in rows if plain in {row.id, folded(row.name)}]
    found = exact or [row.id for row in rows if plain in map(folded, row.names)]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(f"{row.name}（{row.id}）" for row in rows if row.id in found)
        raise BodyUnclear(f"“{wanted}”可以是{names}。请写全名或编号。")
    if missing_ok:
        return None
    raise BodyUnclear(f"库中没有叫“{wanted}”的单位。gongkai bodies 列出全部单位。")


def _one(connection: Connection, body: str) -> Body:
    row = connection.execute(select(organizations).where(organizations.c.id == body)).one()
    held = (
        select(reports.c.id).where(reports.c.organization_id == body).order_by(reports.c.year, reports.c.id)
    )
    return _body(row, list(connection.execute(held).scalars()))


def _body(row: Row[Any], held: Sequence[str]) -> Body:
    return Body(
        id=row.id,
        name=row.name,
        kind=row.kind,
        region=_identity_in(row).path,
        names=tuple(row.names),
        reports=tuple(held),
    )
