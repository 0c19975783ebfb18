"""Know which statutory table a line belongs to: by its head, or by a row that only one table has."""

from collections.abc import Sequence

from ingest.indicators import Indicators
from ingest.models import Form, TableKind
from ingest.rows import (
    ARTICLE20_ITEM,
    HEAD_WORDS,
    REVIEW_WORDS,
    STAT_HEADS,
    STAT_VALUE_HEADS,
    Line,
)
from ingest.settings import ReadingLimits
from ingest.tables.applications import Applications
from ingest.tables.article20 import Article20
from ingest.tables.labels import Labels, bare
from ingest.tables.review import Review
from ingest.tables.sheet import Sheet
from ingest.tables.statistics import Statistics
from ingest.wording import folded

# 这几行的名称别处的表里也有，单凭它们不能认出第三张表
_COMMON_ROWS = frozenset(["results.total_processed", "results.other.misc", "results.other_processing"])


class Recognition:
    """Read line after line; which table is open is its state, each table keeps its own."""

    def __init__(
        self, indicators: Indicators, limits: ReadingLimits, report_id: str, headings: Sequence[int]
    ) -> None:
        labels = Labels(limits.label_similarity)
        self.sheet = Sheet(report_id)
        self._article20 = Article20(self.sheet, indicators, labels, headings)
        self._applications = Applications(self.sheet, indicators, labels)
        self._review = Review(self.sheet, indicators)
        self._statistics = Statistics(self.sheet, indicators, labels)
        self._kind: TableKind | None = None

    def read(self, line: Line, following: Line | None) -> None:
        """Hand a line to the table it belongs to."""
        words = [bare(cell.text) for cell in line.cells if cell.text]
        if not words:
            if self._kind == "review_litigation":
                self._review.read_blank(line)
            return
        if self._starts_table(line, words):
            return
        if self._kind != "review_litigation" and self._applications.keep_loose(line):
            return
        match self._kind:
            case "article20":
                self._article20.read(line, following)
            case "applications":
                self._applications.read(line, following)
            case "review_litigation":
                self._review.read(line)
            case "stat2017":
                self._statistics.read(line)
            case None:
                pass

    def finish(self) -> None:
        """Place the lines that only the whole table can show a place for."""
        self._applications.finish()
        self._article20.finish(self._applications.form(), row_by_row=self._applications.parted_row_by_row)
        self._review.finish()

    def form(self, kind: TableKind) -> Form:
        """Return the form that the labels of a table show."""
        match kind:
            case "article20":
                return self._article20.form()
            case "applications":
                return self._applications.form()
            case "review_litigation":
                return "unknown"
            case "stat2017":
                return "pre2019"

    def _starts_table(self, line: Line, words: list[str]) -> bool:
        """Recognise heads of tables, which carry no values, and hand them on for what they say of the columns."""
        first = words[0]
        item = next(
            (found for cell in line.cells if (found := ARTICLE20_ITEM.search(folded(cell.text)))), None
        )
        if item and not line.has_values:
            self._kind = "article20"
            self._article20.open_item(f"第二十条第（{item[1]}）项")
            return True
        if first == "信息内容" or (not line.has_values and self._article20.is_head(words)):
            self._kind = "article20"
            self._article20.read_head(line)
            return True
        if line.has_values and not self._is_mostly_header(words):
            row = self._applications.row(line, None) if self._kind != "applications" else None
            if row is not None and row.key not in _COMMON_ROWS:
                self._kind = "applications"
            elif self._kind is None and self._article20.row(line):
                self._kind = "article20"
            elif self._review.names_outcome(line):
                self._kind = "review_litigation"
            return False
        if first in STAT_HEADS or (set(words) & STAT_VALUE_HEADS and "单位" in words):
            self._kind = "stat2017"
            self._statistics.read_head(line)
            return True
        if sum(word in REVIEW_WORDS for word in words) >= 2:
            self._kind = "review_litigation"
            self._review.read_head(line, words)
            return True
        self._review.open_group(words)
        telling = HEAD_WORDS - {"总计"}
        if self._kind != "stat2017" and any(word in telling or "本列数据" in word for word in words):
            self._kind = "applications"
            self._applications.read_head(line)
            return True
        return False

    @staticmethod
    def _is_mostly_header(words: list[str]) -> bool:
        return sum(word in HEAD_WORDS or word in REVIEW_WORDS for word in words) >= 3
