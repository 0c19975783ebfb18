"""Cut a report into passages: quote `text`, search `search_text`.

A passage is a run of whole sentences of one section, or one statutory table with its labels.
"""

from collections.abc import Iterator, Sequence

from ingest.models import Anchor, Chunk, Organization, Table, content_id
from ingest.outline import Sentence

_LONGEST_PASSAGE = 360
# A title or a signature has no full stop and is not the beginning of the sentence below it.
_ENDS = ("。", "！", "？", "!", "?", "；", ";", "：", ":", "”", '"')


def chunk_report(
    sentences: Sequence[Sentence],
    tables: Sequence[Table],
    text: str,
    *,
    report_id: str,
    title: str,
    organization: Organization | None,
    year: int | None,
) -> tuple[Chunk, ...]:
    """Return the passages in reading order, each with issuer, year and headings in its search text."""
    issuer = organization.name if organization else title
    head = f"{issuer} {year or ''}".strip()
    passages = [*_passages(sentences), *((table.anchor, _table_words(table)) for table in tables)]
    chunks: list[Chunk] = []
    for anchor, words in sorted(passages, key=lambda entry: entry[0].char_start):
        placed = anchor.model_copy(update={"report_id": report_id})
        quoted = text[anchor.char_start : anchor.char_end]
        chunks.append(
            Chunk(
                id=content_id("c", report_id, anchor.char_start, anchor.char_end),
                report_id=report_id,
                section_path=anchor.section_path,
                text=quoted,
                search_text="\n".join(
                    part for part in (head, " ".join(anchor.section_path), words or quoted) if part
                ),
                anchor=placed,
            )
        )
    return tuple(chunks)


def _passages(sentences: Sequence[Sentence]) -> Iterator[tuple[Anchor, str]]:
    run: list[Sentence] = []
    for sentence in sentences:
        if run and (
            sentence.section_path != run[0].section_path
            or sentence.char_end - run[0].char_start > _LONGEST_PASSAGE
            or not run[-1].text.rstrip("*").endswith(_ENDS)
        ):
            yield _anchor(run), ""
            run = []
        run.append(sentence)
    if run:
        yield _anchor(run), ""


def _anchor(run: Sequence[Sentence]) -> Anchor:
    return Anchor(
        report_id="",
        char_start=run[0].char_start,
        char_end=run[-1].char_end,
        section_path=run[0].section_path,
        page=run[0].page,
    )


def _table_words(table: Table) -> str:
    """Return the rows with something in them, so that a table is found by what it holds."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for cell in table.cells:
        if cell.printed:
            rows.setdefault(cell.row, []).append(f"{cell.column.split('/')[-1]}{cell.printed}")
    return " ".join(f"{' '.join(row[-2:])}：{'，'.join(values)}" for row, values in rows.items())
