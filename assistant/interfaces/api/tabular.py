"""Write rows as CSV or Parquet for spreadsheets and notebooks.

A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from assistant.interfaces.api.problems import ProblemError

CSV, PARQUET = "text/csv; charset=utf-8", "application/vnd.apache.parquet"

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?[\d,.]+%?$")
_ROWS_AT_ONCE = 5000
_BLOCK = 1 << 16

Row = Mapping[str, object]


def csv_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Yield the head and then one line a row, with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + _line(columns)
    for row in rows:
        yield _line([harmless(row[column]) for column in columns])


def harmless(value: object) -> object:
    """Return a value that no spreadsheet runs.

    >>> harmless('=HYPERLINK("x")'), harmless("-12.5"), harmless(None)
    ('\\'=HYPERLINK("x")', '-12.5', None)
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value


def check_parquet() -> None:
    """Raise the problem of a server without pyarrow before any row is read."""
    if find_spec("pyarrow") is None:
        detail = (
            "本服务没有安装 Parquet 支持。请管理员运行 pip install 'gongkai[parquet]'，或改用 format=csv。"
        )
        raise ProblemError(501, "parquet_missing", "不能输出 Parquet", detail)


def parquet_blocks(columns: Mapping[str, str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a Parquet file, written to disk first; `columns` are names with Arrow's names of their types."""
    arrow, parquet = (cast(Any, import_module(name)) for name in ("pyarrow", "pyarrow.parquet"))
    schema = arrow.schema([(name, arrow.type_for_alias(kind)) for name, kind in columns.items()])
    with tempfile.TemporaryFile() as file:
        with parquet.ParquetWriter(file, schema) as writer:
            some: list[Row] = []
            for row in rows:
                some.append(row)
                if len(some) == _ROWS_AT_ONCE:
                    writer.write_table(arrow.Table.from_pylist(some, schema))
                    some = []
            writer.write_table(arrow.Table.from_pylist(some, schema))
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def _line(values: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()
