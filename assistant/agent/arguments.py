"""Type what a model may ask of the tools; the docstrings and descriptions are written for the model."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.plan_json import WrittenPlan
from ingest.models import Applicant, TableKind

_Names = Annotated[
    list[str],
    Field(description='单位全称的列表，如 ["贺兰县"]；不填表示本题涉及的全部单位', max_length=20),
]
_Years = Annotated[list[int], Field(description="报告年度的列表，如 [2020]；不填表示全部年度", max_length=20)]


class ToolArguments(BaseModel):
    """Refuse what no tool takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ListReportsArguments(ToolArguments):
    """列出库中有哪些报告（单位、年度、标题）。例：{"organizations": ["贺兰县"]}"""

    organizations: _Names = []
    years: _Years = []


class LookupFiguresArguments(ToolArguments):
    """按说法或指标代码查数字：法定表格的单元格和正文里的数。每个结果带一个证据编号，只证明那一个数。

    例：{"organizations": ["贺兰县"], "years": [2020], "phrase": "行政强制 处理决定数量"}
    """

    organizations: _Names = []
    years: _Years = []
    phrase: str = Field(description="要查的数是什么，用报告里的说法，如 12345热线 办复率", max_length=200)
    applicant: Applicant | None = Field(default=None, description="只看某一类申请人那一列；总计填 total")


class CompareFiguresArguments(ToolArguments):
    """把同一个指标在多份报告里的数按大小排列。例：{"phrase": "新收申请总计", "years": [2020]}"""

    organizations: _Names = []
    years: _Years = []
    phrase: str = Field(description="要比较的指标", max_length=200)
    order: Literal["descending", "ascending"] = Field(
        default="descending", description="从大到小 descending，从小到大 ascending"
    )


class SearchSectionsArguments(ToolArguments):
    """检索正文里的句子：做法、问题、打算、原因、说明。每句带一个证据编号。

    例：{"query": "存在的主要困难和问题", "organizations": ["贺兰县"], "years": [2020]}
    """

    organizations: _Names = []
    years: _Years = []
    query: str = Field(description="要找的内容，写几个关键词", max_length=200)


class GetTableArguments(ToolArguments):
    """取一份报告的一张法定表格。article20 主动公开；applications 依申请公开；review_litigation 复议诉讼；stat2017 旧统计表。

    例：{"organization": "贺兰县", "year": 2020, "table": "applications"}
    """

    organization: str = Field(description="单位全称", max_length=100)
    year: int = Field(description="报告年度")
    table: TableKind


class CheckConsistencyArguments(ToolArguments):
    """核对报告自身的数字是否对得上（勾稽关系、比率、正文与表格）。例：{"organizations": ["贺兰县"]}"""

    organizations: _Names = []
    years: _Years = []


class CalculateArguments(ToolArguments):
    """计算。算式里的数一律写证据编号，只能用 + - * / 和括号；结果带编号 C1、C2……引用结果时写这个编号。

    例：求占比 {"expression": "E2/E1", "unit": "%"}；求差 {"expression": "E1-E3", "unit": "件"}
    """

    expression: str = Field(description="如 (E1-E2)/E2", max_length=200)
    unit: str = Field(default="", description="结果的单位；求占比、增长率写 %，结果自动乘 100", max_length=10)


class QueryArguments(ToolArguments):
    """一次执行整个计划：多单位、多年度、多指标的查数、合计、占比、倍数、增长、比较、排名、趋势、核实。

    返回写好的回答，每个数都带证据编号，引用时写编号。
    """

    plan: WrittenPlan


ARGUMENTS: Mapping[str, type[ToolArguments]] = {
    "list_reports": ListReportsArguments,
    "lookup_figures": LookupFiguresArguments,
    "compare_figures": CompareFiguresArguments,
    "search_sections": SearchSectionsArguments,
    "get_table": GetTableArguments,
    "check_consistency": CheckConsistencyArguments,
    "calculate": CalculateArguments,
    "query": QueryArguments,
}
"""The tools by name; the docstring of its arguments describes each to the model."""
