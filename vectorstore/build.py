"""Bring files into the library and its index: incremental, resumable after any break, rebuildable.

A file's rows are committed in one transaction before its passages get vectors, and a passage is marked as indexed
only after its vector is stored. So a killed run leaves a library that opens, and the next one takes up the rest.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from ingest.errors import IngestError
from ingest.models import UNKNOWN_ORGANIZATION, Ingested, Report
from vectorstore.chroma import VectorIndex
from vectorstore.embedding import Embedder
from vectorstore.library import Library
from vectorstore.models import FileOutcome, Filter, KnownFile, Progress
from vectorstore.places import NamedReader, PlaceVectors, stretches_of

logger = logging.getLogger(__name__)

_BATCH = 64
_PENDING_AT_ONCE = 512
_READ_AT_ONCE = 1 << 20


def build(
    paths: Sequence[Path],
    *,
    library: Library,
    open_index: Callable[[], VectorIndex],
    embedder: Embedder,
    read: Callable[[Path], Ingested],
    pipeline: str,
    is_document: Callable[[Path], bool],
    on_progress: Callable[[Progress], None],
    reader: NamedReader | None = None,
) -> tuple[FileOutcome, ...]:
    """Read what is new or changed and index it; return one outcome a file, in order.

    What `is_document` does not take for a document is skipped in folders, and said to be. The caller holds the
    writer lock. All files are in the library before the first vector is made: without a model, ModelUnavailable is
    raised only then.
    """
    files, outcomes = _files(paths, is_document)
    total = len(files) + len(outcomes)
    for done, outcome in enumerate(outcomes, start=1):
        on_progress(Progress(stage="reading", done=done, total=total, outcome=outcome))
    known = dict(library.known_files())
    for file in files:
        outcome = _take_in(file, library, known, read, pipeline)
        outcomes.append(outcome)
        on_progress(Progress(stage="reading", done=len(outcomes), total=total, outcome=outcome))
    _complete_places(library, reader, on_progress)
    _complete_index(library, open_index, embedder, on_progress)
    return tuple(outcomes)


def reindex(
    *,
    library: Library,
    open_fresh: Callable[[], VectorIndex],
    embedder: Embedder,
    on_progress: Callable[[Progress], None],
    reader: NamedReader | None = None,
) -> int:
    """Make the index anew from the library's text and return the number of passages in it."""
    _complete_places(library, reader, on_progress)
    with open_fresh() as index:
        library.mark_pending(library.chunk_ids(indexed=True))
        return _index_pending(library, index, embedder, on_progress)


def _files(
    paths: Sequence[Path], is_document: Callable[[Path], bool]
) -> tuple[list[Path], list[FileOutcome]]:
    """Return the files to read, folders opened up, and the outcomes of paths that give none."""
    files: list[Path] = []
    left_out: list[FileOutcome] = []
    for path in paths:
        if path.is_dir():
            inside = [
                file for file in sorted(path.rglob("*")) if file.is_file() and not _is_hidden(file, path)
            ]
            reasons = {file: _reason_to_skip(file, is_document) for file in inside}
            found = [file for file, reason in reasons.items() if reason is None]
            files += found
            left_out += [_skipped(file, reason) for file, reason in reasons.items() if reason is not None]
            if not found:
                message = f"{path}：文件夹里没有可读的文件。请放入网页、Word、PDF、文本或扫描图片格式的报告后再导入。"
                left_out.append(_failed(path, message))
        elif path.exists():
            files.append(path)
        else:
            left_out.append(_failed(path, f"{path}：没有这个文件或文件夹。请检查路径。"))
    return list(dict.fromkeys(files)), left_out


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _reason_to_skip(file: Path, is_document: Callable[[Path], bool]) -> str | None:
    if file.stem.lower() == "readme":
        return "是说明文件"
    if file.name.startswith("~$"):
        return "是文字处理软件的临时文件"
    return None if is_document(file) else "不是网页、Word、PDF、文本或扫描图片"


def _take_in(
    file: Path,
    library: Library,
    known: dict[str, KnownFile],
    read: Callable[[Path], Ingested],
    pipeline: str,
) -> FileOutcome:
    """Read one file into the library if it needs it, and keep `known` as the library has it."""
    location = str(file.resolve())
    here = known.get(location)
    kept = "库中仍是上次读入的内容。" if here is not None else ""
    try:
        digest = _digest(file)
        unchanged = _unchanged(file, location, digest, known, pipeline)
        if unchanged is not None:
            return unchanged
        ingested = read(file)
    except IngestError as error:
        return _failed(file, f"{error}{kept}")
    except OSError as error:
        return _failed(file, f"{file.name}：无法打开（{error.strerror or error}）。请检查读取权限。{kept}")
    except Exception:
        # One file that trips the reader must not stop the others: the log keeps the cause.
        logger.exception("could not read %s", file)
        message = f"{file.name}：读取时出了内部错误，详情已写入日志。其他文件不受影响。{kept}"
        return _failed(file, message)
    library.put(ingested, location=location, pipeline=pipeline)
    report = ingested.report
    for moved in [entry for entry in known.values() if entry.report_id == report.id]:
        del known[moved.location]
    known[location] = KnownFile(
        location=location, sha256=report.source.sha256, pipeline=pipeline, report_id=report.id
    )
    return _taken(file, ingested, _twins(library, ingested), replaced=here is not None)


def _twins(library: Library, ingested: Ingested) -> tuple[str, ...]:
    """Say which other reports of the same body and year the library holds, and where their tables differ."""
    report = ingested.report
    (own,) = library.headings(Filter(report_ids=(report.id,)))
    if own.year is None or own.organization == UNKNOWN_ORGANIZATION:
        return ()
    heads = library.headings(Filter(organizations=(own.organization,), years=(own.year,)))
    others = (library.report(head.report_id) for head in heads if head.report_id != own.report_id)
    return tuple(
        f"与已在库中的 {other.source.path} 同是{own.organization}{own.year}年的报告，{_compared(report, other)}"
        for other in others
        if other is not None
    )


def _compared(report: Report, other: Report) -> str:
    """Say in how many cells two reports that both print them differ."""
    own, others = _amounts(report), _amounts(other)
    shared = own.keys() & others.keys()
    differing = sum(own[key] != others[key] for key in shared)
    if not shared:
        return "没有可以比较的表格"
    return f"表格有 {differing} 格的数不同" if differing else "表格里的数相同"


def _amounts(report: Report) -> dict[tuple[str, ...], Decimal]:
    return {
        (table.kind, *cell.row, cell.column): cell.quantity.value
        for table in report.tables
        for cell in table.cells
        if cell.quantity is not None
    }


def _unchanged(
    file: Path, location: str, digest: str, known: Mapping[str, KnownFile], pipeline: str
) -> FileOutcome | None:
    """Return the outcome of a file that need not be read, None for one that must be."""
    here = known.get(location)
    if here is not None:
        if here.sha256 != digest or here.pipeline != pipeline:
            return None
        return FileOutcome(
            path=file.name, status="unchanged", report_id=here.report_id, message=f"{file.name}：没有变化"
        )
    for twin in known.values():
        if twin.sha256 == digest and twin.pipeline == pipeline and _still_holds(twin, digest):
            return FileOutcome(
                path=file.name,
                status="unchanged",
                report_id=twin.report_id,
                message=f"{file.name}：与已在库中的 {Path(twin.location).name} 内容相同，不重复收入",
            )
    return None


def _still_holds(twin: KnownFile, digest: str) -> bool:
    """Tell whether the other file is still what the library knows: a moved or rewritten one is no twin."""
    try:
        return _digest(Path(twin.location)) == digest
    except OSError:
        return False


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_READ_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()


def _taken(file: Path, ingested: Ingested, twins: tuple[str, ...], *, replaced: bool) -> FileOutcome:
    report = ingested.report
    cells = sum(len(table.cells) for table in report.tables)
    year = f"{report.year}年" if report.year is not None else "年度不明"
    doubts = f"，{len(report.issues)} 处未能确定" if report.issues else ""
    return FileOutcome(
        path=file.name,
        status="replaced" if replaced else "added",
        report_id=report.id,
        message=(
            f"{file.name}：{report.organization.name}{year}，{len(report.tables)} 张表，{cells} 个单元格，"
            f"{len(ingested.figures)} 个数据，{len(ingested.findings)} 处疑点{doubts}"
            + "".join(f"；{twin}" for twin in twins)
        ),
        tables=len(report.tables),
        cells=cells,
        figures=len(ingested.figures),
        findings=len(ingested.findings),
        issues=len(report.issues),
        doubts=(*(issue.message for issue in report.issues), *twins),
    )


def _skipped(file: Path, reason: str) -> FileOutcome:
    message = f"{file.name}：跳过，{reason}"
    return FileOutcome(path=file.name, status="skipped", report_id=None, message=message)


def _failed(path: Path, message: str) -> FileOutcome:
    return FileOutcome(path=path.name, status="failed", report_id=None, message=message)


def _complete_places(
    library: Library, reader: NamedReader | None, on_progress: Callable[[Progress], None]
) -> None:
    """Give the figures and sentences of every report the vectors of this reader, and leave out what has them."""
    if reader is None:
        return
    missing = library.without_vectors(reader=reader.digest)
    for done, report_id in enumerate(missing, start=1):
        only = Filter(report_ids=(report_id,))
        located = stretches_of(library.chunks(only), library.figures(only, origin="sentence"))
        vectors = PlaceVectors.made(reader, located)
        library.put_vectors(report_id, vectors, reader=reader.digest)
        on_progress(Progress(stage="indexing", done=done, total=len(missing)))


def _complete_index(
    library: Library,
    open_index: Callable[[], VectorIndex],
    embedder: Embedder,
    on_progress: Callable[[Progress], None],
) -> None:
    """Give every passage its vector, and no other: also after a kill, a change of model or a lost folder."""
    manifest = library.manifest()
    if not manifest.chunks and manifest.embedding_model is None:
        return
    with open_index() as index:
        if index.count() != manifest.indexed_chunks:
            stored, wanted = set(index.ids()), set(library.chunk_ids())
            index.delete(sorted(stored - wanted))
            library.mark_pending(sorted(set(library.chunk_ids(indexed=True)) - stored))
        _index_pending(library, index, embedder, on_progress)


def _index_pending(
    library: Library, index: VectorIndex, embedder: Embedder, on_progress: Callable[[Progress], None]
) -> int:
    total = len(library.chunk_ids(indexed=False))
    done = 0
    while pending := library.pending_chunks(limit=_PENDING_AT_ONCE):
        # Passages of like length share a batch: less padding, more speed.
        ordered = sorted(pending, key=lambda chunk: len(chunk.search_text))
        for start in range(0, len(ordered), _BATCH):
            batch = ordered[start : start + _BATCH]
            vectors = embedder.encode_documents([chunk.search_text for chunk in batch])
            index.upsert([chunk.id for chunk in batch], vectors)
            library.mark_indexed([chunk.id for chunk in batch], model=embedder.name)
            done += len(batch)
            on_progress(Progress(stage="indexing", done=done, total=total))
    return done
