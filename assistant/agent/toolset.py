"""Run the tools for a model: read-only, within the scope of the question, every result keyed, capped and told as data.

A result is cut between its lines, never inside one, and says what was left out.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from assistant.agent.arguments import (
    CalculateArguments,
    CheckConsistencyArguments,
    CompareFiguresArguments,
    GetTableArguments,
    ListReportsArguments,
    LookupFiguresArguments,
    QueryArguments,
    SearchSectionsArguments,
    ToolArguments,
)
from assistant.agent.budget import tokens
from assistant.agent.hostile import as_data
from assistant.agent.ledger import Computed, Found, Ledger
from assistant.answering import PlanAnswerer
from assistant.models import Citation, Derivation, Drafted, Question, Scope
from assistant.rendering import amount
from assistant.tools import (
    Calculate,
    CheckConsistency,
    CompareFigures,
    GetTable,
    ListReports,
    LookupFigures,
    Match,
    ReportView,
    SearchSections,
    Toolbox,
    label_of,
)
from ingest.checks import Assessment, describe, plain
from ingest.models import Anchor, Cell, Figure, Quantity
from ingest.numerals import in_base_units
from vectorstore.models import Filter, ReportHead

_MOST_FIGURES = 10
_MOST_SENTENCES = 8
_MOST_REPORTS = 30
_MOST_RULES = 8
_MOST_INPUTS = 6
_LONGEST_RESULT = 2400
_LONGEST_QUOTE = 260
_KEY = re.compile(r"\b[EC]\d+\b")
_MARK = re.compile(r"\[(\d+)\]")
_OPENING, _CLOSING = "<资料>", "</资料>"
_NOTHING = "没有查到符合条件的内容。"
_TABLES = {
    "article20": "主动公开情况表",
    "applications": "依申请公开情况表",
    "review_litigation": "复议诉讼情况表",
    "stat2017": "政府信息公开情况统计表",
}


class Toolset:
    """Answer the tool calls of one question; what it finds goes into the ledger."""

    def __init__(
        self,
        toolbox: Toolbox,
        plans: PlanAnswerer,
        question: Question,
        scope: Scope,
        ledger: Ledger,
        *,
        most_tokens: int,
    ) -> None:
        self._toolbox = toolbox
        self._plans = plans
        self._ledger = ledger
        self._left = most_tokens
        heads = toolbox.list_reports(ListReports(filter=question.filter))
        named = frozenset(scope.organizations)
        self.heads: tuple[ReportHead, ...] = tuple(
            head for head in heads if head.organization in named or not (named or scope.unknown_organizations)
        )
        self._asked: set[str] = set()

    def call(self, arguments: ToolArguments) -> str:
        """Return the result of a call as the model reads it."""
        request = f"{type(arguments).__name__}{arguments.model_dump_json()}"
        if request in self._asked:
            return "这一查询已经做过，结果见上文。请换一种查法，或根据已有证据作答。"
        self._asked.add(request)
        if self._left < 200:
            return "本题可用的资料长度已经用完。请根据已有证据作答；证据不足就说无法回答。"
        try:
            text = _wrapped(self._result(arguments), most=min(self._left, _LONGEST_RESULT))
        except ValueError as error:
            text = f"没有查成：{as_data(str(error))}"
        self._left -= tokens(text)
        return text

    def gather(self, query: str, *, years: Sequence[int]) -> str:
        """Return what a question finds by itself, for a model that calls no tools."""
        held = {head.year for head in self.heads}
        within = [year for year in years if year in held]
        figures = LookupFiguresArguments(phrase=query[:200], years=within)
        sentences = SearchSectionsArguments(query=query[:200], years=within)
        return f"{self.call(figures)}\n{self.call(sentences)}"

    def evidence(self, *, most: int) -> str:
        """Return the evidence so far, as data, up to about so many tokens."""
        computed = [_computed_line(one) for one in self._ledger.everything_computed()]
        return _wrapped(computed + [_found_line(one) for one in self._ledger.everything()], most=most)

    def _result(self, arguments: ToolArguments) -> list[str]:
        match arguments:
            case ListReportsArguments():
                heads = self._chosen(arguments.organizations, arguments.years)
                return _capped([_head_line(head) for head in heads], _MOST_REPORTS, "份报告")
            case LookupFiguresArguments():
                return self._figures(arguments)
            case CompareFiguresArguments():
                return self._comparison(arguments)
            case SearchSectionsArguments():
                return self._sentences(arguments)
            case GetTableArguments():
                return self._table(arguments)
            case CheckConsistencyArguments():
                return self._rules(arguments)
            case CalculateArguments():
                return [_computed_line(self._calculated(arguments))]
            case QueryArguments():
                return self._carried_out(arguments)
            case _:
                raise ValueError(f"没有这个工具：{type(arguments).__name__}")

    # ---------------------------------------------------------------- scope

    def _chosen(self, organizations: Sequence[str], years: Sequence[int]) -> tuple[ReportHead, ...]:
        """Return the reports that a call names, among those of the question; an unknown name is an error."""
        names = {self._organization(name) for name in organizations}
        return tuple(
            head
            for head in self.heads
            if (not names or head.organization in names) and (not years or head.year in years)
        )

    def _organization(self, name: str) -> str:
        wanted = name.strip()
        for head in self.heads:
            if wanted == head.organization or wanted in head.aliases:
                return head.organization
        held = "、".join(dict.fromkeys(head.organization for head in self.heads[:_MOST_REPORTS])) or "无"
        raise ValueError(f"本题可查的报告里没有“{wanted}”。可查的单位：{held}")

    def _filter(self, organizations: Sequence[str], years: Sequence[int]) -> Filter:
        heads = self._chosen(organizations, years)
        if not heads:
            held = "、".join(_head_line(head) for head in self._chosen(organizations, ())[:_MOST_REPORTS])
            raise ValueError(f"没有这些年度的报告。可查的报告：{held or '无'}")
        return Filter(report_ids=tuple(head.report_id for head in heads))

    def _views(self, chosen: Filter) -> dict[str, ReportView]:
        return {view.report.id: view for view in self._toolbox.views(chosen)}

    # ---------------------------------------------------------------- the tools

    def _figures(self, arguments: LookupFiguresArguments) -> list[str]:
        chosen = self._filter(arguments.organizations, arguments.years)
        found = self._toolbox.lookup_figures(
            LookupFigures(filter=chosen, phrase=arguments.phrase, applicant=arguments.applicant)
        )
        lines = self._told(found.matches, self._views(chosen))
        return _capped(lines, _MOST_FIGURES, "个较不相近的数", more=found.omitted)

    def _comparison(self, arguments: CompareFiguresArguments) -> list[str]:
        chosen = self._filter(arguments.organizations, arguments.years)
        call = CompareFigures(
            filter=chosen, phrase=arguments.phrase, descending=arguments.order == "descending"
        )
        lines = self._told(self._toolbox.compare_figures(call), self._views(chosen))
        return _capped(lines, 2 * _MOST_FIGURES, "份报告")

    def _told(self, matches: Sequence[Match], views: dict[str, ReportView]) -> list[str]:
        figures = [match.figure for match in matches]
        return [_found_line(self._ledger.add_figure(views[one.report_id], one)) for one in figures]

    def _sentences(self, arguments: SearchSectionsArguments) -> list[str]:
        chosen = self._filter(arguments.organizations, arguments.years)
        views = self._views(chosen)
        found = self._toolbox.search_sections(SearchSections(filter=chosen, query=arguments.query))
        places = {
            (report_id, match.sentence.char_start): match.sentence for report_id, match in found.sentences
        }
        for hit in found.passages[:3]:
            view = views.get(hit.chunk.report_id)
            for sentence in view.sentences if view else ():
                if hit.chunk.anchor.char_start <= sentence.char_start < hit.chunk.anchor.char_end:
                    places.setdefault((hit.chunk.report_id, sentence.char_start), sentence)
        shown = list(places.items())[: 2 * _MOST_SENTENCES]
        lines = [
            _found_line(self._ledger.add_sentence(views[report_id], sentence))
            for (report_id, _), sentence in shown
        ]
        return _capped(lines, len(lines), "句", more=len(places) - len(lines))

    def _table(self, arguments: GetTableArguments) -> list[str]:
        chosen = self._filter([arguments.organization], [arguments.year])
        lines: list[str] = []
        for report_id, view in self._views(chosen).items():
            table = self._toolbox.get_table(GetTable(report_id=report_id, table=arguments.table))
            if table is None:
                held = "、".join(_TABLES[one.kind] for one in view.report.tables) or "没有法定表格"
                lines.append(f"{view.report.organization.name}的报告里没有这张表。有的表：{held}")
                continue
            lines += self._table_lines(view, table.cells)
        return lines

    def _table_lines(self, view: ReportView, cells: Sequence[Cell]) -> list[str]:
        """Return the rows of a table with the cells that hold more than 0, and how many were 0 or blank."""
        figures = {
            (figure.anchor.table, figure.anchor.row, figure.anchor.column): figure
            for figure in view.figures
            if figure.origin == "table"
        }
        rows: dict[tuple[str, ...], list[str]] = {}
        zero = blank = 0
        for cell in cells:
            figure = figures.get((cell.anchor.table, cell.row, cell.anchor.column))
            if figure is None or figure.quantity is None:
                blank += 1
            elif not figure.quantity.value:
                zero += 1
            else:
                key = self._ledger.add_figure(view, figure).evidence.key
                value = as_data(amount(figure))
                rows.setdefault(cell.row, []).append(f"{as_data(cell.column)}={value}[{key}]")
        lines = [f"{as_data(' / '.join(row))}：{'；'.join(told)}" for row, told in rows.items()]
        return [*lines, f"（另有 {zero} 格为 0，{blank} 格空白；空白不是 0，要用请以 lookup_figures 查）"]

    def _rules(self, arguments: CheckConsistencyArguments) -> list[str]:
        chosen = self._filter(arguments.organizations, arguments.years)
        lines: list[str] = []
        for view, assessments in self._toolbox.check_consistency(CheckConsistency(filter=chosen)):
            name = f"{view.report.organization.name}{view.report.year or ''}年"
            differing = [entry for entry in assessments if entry.outcome == "differs"]
            agreeing = sum(entry.outcome == "agrees" for entry in assessments)
            lines.append(f"{name}：{len(differing)} 处不符，{agreeing} 处一致")
            lines += _capped([self._rule_line(view, entry) for entry in differing], _MOST_RULES, "处不符")
        return lines

    def _rule_line(self, view: ReportView, entry: Assessment) -> str:
        found = [self._ledger.add_figure(view, figure) for figure in entry.figures[:_MOST_INPUTS]]
        keys = tuple(one.evidence.key for one in found)
        marks = "".join(f"[{key}]" for key in keys)
        if entry.expected is None or len(entry.figures) > _MOST_INPUTS or entry.code == "text_denies":
            return f"不符：{as_data(describe(entry))}{marks}"
        inputs = tuple(one.quantity.printed for one in entry.figures if one.quantity)
        derivation = Derivation(
            expression=entry.expression, inputs=inputs, value=entry.expected, unit=entry.unit
        )
        computed = self._ledger.add_computed(derivation, keys)
        return f"不符：{as_data(describe(entry))}{marks}[{computed.key}]"

    def _calculated(self, arguments: CalculateArguments) -> Computed:
        keys = tuple(dict.fromkeys(_KEY.findall(arguments.expression)))
        if not keys:
            raise ValueError("算式里的数要写证据编号，如 E1/E2；不能直接写数字")
        _refuse_numbers(arguments.expression, most=len(keys))
        quantities = {key: self._quantity(key) for key in keys}
        units = {quantity.unit for quantity in quantities.values()}
        if len(units) > 1:
            quantities = {key: _in_base(quantity) for key, quantity in quantities.items()}
        percent = arguments.unit.strip() in {"%", "％"}
        derivation = self._toolbox.calculate(
            Calculate(
                expression=_renamed(arguments.expression),
                inputs=tuple(
                    (_renamed(key), quantity.model_copy(update={"unit": ""}))
                    for key, quantity in quantities.items()
                ),
                unit="%" if percent else arguments.unit.strip(),
                percent=percent and "100" not in arguments.expression,
            )
        )
        printed = tuple(quantity.printed for quantity in quantities.values())
        told = derivation.model_copy(
            update={"inputs": printed, "value": Decimal(plain(round(derivation.value, 4)))}
        )
        return self._ledger.add_computed(told, self._sources(keys))

    def _carried_out(self, arguments: QueryArguments) -> list[str]:
        """Return the answer to a plan with keys in place of its citation numbers, and what the keys stand for."""
        if not self.heads:
            raise ValueError("本题没有可查的报告")
        within = Filter(report_ids=tuple(head.report_id for head in self.heads))
        drafted = self._plans.answer(arguments.plan, narrowed=within, observe=_unseen)
        views = self._views(
            Filter(report_ids=tuple(dict.fromkeys(one.report_id for one in drafted.citations)))
        )
        found = {
            citation.n: self._cited(views[citation.report_id], citation, drafted)
            for citation in drafted.citations
            if citation.report_id in views
        }
        lines = [_keyed(line, found) for line in drafted.text.split("\n")]
        evidence = {one.evidence.key: one for those in found.values() for one in those}
        computed = [
            self._ledger.add_computed(one, _inputs(one, tuple(evidence.values())))
            for one in drafted.derivations
        ]
        return [*lines, *map(_computed_line, computed), *map(_found_line, evidence.values())]

    def _cited(self, view: ReportView, citation: Citation, drafted: Drafted) -> tuple[Found, ...]:
        """Return the evidence of a citation: the figures stated by it, or else its quote."""
        stated = {
            (one.label, one.value, one.printed) for one in drafted.figures if one.citation == citation.n
        }
        figures = [
            figure
            for figure in view.figures
            if figure.quantity is not None
            and (label_of(figure), figure.quantity.value, figure.quantity.printed) in stated
            and (figure.context_start, len(figure.context))
            == (citation.char_start, citation.char_end - citation.char_start)
            and (figure.anchor.row, figure.anchor.column) == (citation.row, citation.column)
        ]
        if figures:
            return tuple(self._ledger.add_figure(view, figure) for figure in figures)
        anchor = Anchor(
            report_id=citation.report_id,
            char_start=citation.char_start,
            char_end=citation.char_end,
            section_path=citation.section,
            table=citation.table,
            row=citation.row,
            column=citation.column,
            page=citation.page,
        )
        return (self._ledger.add_quote(view, anchor, citation.quote),)

    def _quantity(self, key: str) -> Quantity:
        computed = self._ledger.computed(key)
        if computed is not None:
            value, unit = computed.derivation.value, computed.derivation.unit
            return Quantity(value=value, unit=unit, printed=f"{plain(value)}{unit}")
        found = self._ledger.found(key)
        if found is None:
            raise ValueError(f"没有编号为 {key} 的证据")
        figure = found.evidence.figure
        if figure is None:
            raise ValueError(f"{key} 是一句话，不是一个数；请用 lookup_figures 查出这个数再计算")
        if figure.quantity is None:
            raise ValueError(f"{key} 是空白或无法辨认的单元格，不能计算（空白不是 0）")
        return figure.quantity

    def _sources(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return the evidence behind keys; a computed value stands for what it was computed from."""
        sources: list[str] = []
        for key in keys:
            computed = self._ledger.computed(key)
            sources += computed.inputs if computed else (key,)
        return tuple(dict.fromkeys(sources))


# ---------------------------------------------------------------- telling


def _found_line(found: Found) -> str:
    evidence = found.evidence
    where = f"{found.organization}{found.year or '年度不明'}{'年' if found.year else ''}"
    quote = _clipped(as_data(evidence.quote))
    if evidence.figure is None:
        section = as_data(evidence.anchor.section_path[-1]) if evidence.anchor.section_path else ""
        return f"[{evidence.key}] {where}｜{section}｜{quote}"
    figure = evidence.figure
    return f"[{evidence.key}] {where}｜{as_data(_label(figure))} = {as_data(amount(figure))}｜原文：{quote}"


def _wrapped(lines: Sequence[str], *, most: int) -> str:
    kept: list[str] = []
    left = most
    for line in lines or [_NOTHING]:
        left -= tokens(line)
        if left < 0:
            kept.append(f"（长度所限，另有 {len(lines) - len(kept)} 行未列出，请缩小查询范围）")
            break
        kept.append(line)
    return "\n".join([_OPENING, *kept, _CLOSING])


def _label(figure: Figure) -> str:
    if figure.origin == "table" and figure.dimensions.applicant is not None:
        return f"{figure.anchor.row[-1] if figure.anchor.row else ''} {figure.anchor.column or ''}".strip()
    return label_of(figure)


def _clipped(quote: str) -> str:
    """Return a quote for reading, cut between clauses where it is long; the evidence keeps all of it."""
    if len(quote) <= _LONGEST_QUOTE:
        return quote
    end = max(quote.rfind(mark, 0, _LONGEST_QUOTE) for mark in "，；。,;")
    return f"{quote[: end + 1 if end > 0 else _LONGEST_QUOTE]}……（下略）"


def _computed_line(computed: Computed) -> str:
    one = computed.derivation
    return f"[{computed.key}] {one.expression} = {plain(one.value)}{one.unit}"


def _unseen(tool: str, detail: str) -> None:
    """Keep what a plan looks up to itself: the step that is shown is the plan."""
    del tool, detail


def _keyed(line: str, cited: Mapping[int, Sequence[Found]]) -> str:
    """Return a line of an answer as data, with keys in place of its citation numbers.

    Of several figures of a sentence, the key is that of the amount in front of the mark.
    """
    pieces: list[str] = []
    position = 0
    for mark in _MARK.finditer(line):
        said = line[position : mark.start()]
        found = cited.get(int(mark[1]), ())
        meant = [one for one in found if one.evidence.figure and said.endswith(amount(one.evidence.figure))]
        pieces += [as_data(said), *(f"[{one.evidence.key}]" for one in meant or found)]
        position = mark.end()
    return "".join([*pieces, as_data(line[position:])])


def _inputs(derivation: Derivation, evidence: Sequence[Found]) -> tuple[str, ...]:
    """Return the keys of the figures that went into a derivation, by what is printed; all, where none is found."""
    figures = [one for one in evidence if one.evidence.figure is not None]
    used = [
        one
        for one in figures
        if one.evidence.figure is not None
        and one.evidence.figure.quantity is not None
        and one.evidence.figure.quantity.printed in derivation.inputs
    ]
    return tuple(one.evidence.key for one in used or figures)


def _head_line(head: ReportHead) -> str:
    return f"{head.organization} {head.year or '年度不明'}"


def _capped(lines: list[str], most: int, what: str, *, more: int = 0) -> list[str]:
    left_out = max(0, len(lines) - most) + more
    return lines[:most] + ([f"（另有 {left_out} {what}未列出）"] if left_out else [])


def _in_base(quantity: Quantity) -> Quantity:
    value, unit = in_base_units(quantity)
    return quantity.model_copy(update={"value": value, "unit": unit})


def _renamed(expression: str) -> str:
    """Return keys as names in which no name is the beginning of another: E1 and E12 become E0001 and E0012."""
    return _KEY.sub(lambda match: f"{match[0][0]}{int(match[0][1:]):04d}", expression)


def _refuse_numbers(expression: str, *, most: int) -> None:
    """Allow no number that could be passed off as a finding: 100 for percent, and a count of keys for a mean."""
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise ValueError("算式写法不对，只能用证据编号、+ - * / 和括号") from error
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=int() as number) if number in {100, *range(2, most + 1)}:
                continue
            case ast.Constant(value=value):
                raise ValueError(f"算式里不能直接写数字 {value}，请写证据编号")
            case _:
                continue
