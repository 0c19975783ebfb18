"""The commands as a person and a script see them: lines, records, remarks and exit codes."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from assistant.interfaces.cli import app
from assistant.language import load_language
from assistant.models import (
    Answer,
    AnswerWarning,
    Citation,
    Completed,
    Derivation,
    Event,
    Failed,
    Question,
    TextDelta,
)
from assistant.planning import LearnedPlanner
from assistant.plans import Lookup, Measure, Plan
from assistant.settings import Settings
from ingest import Ingested, ingest_file
from ingest.indicators import load_indicators
from vectorstore.errors import WriterBusy
from vectorstore.library import Library
from vectorstore.models import FileOutcome, Progress
from vectorstore.reader import Reader
from vectorstore.retriever import Retriever

PLAN = Plan(standalone="办复率？", operations=(Lookup(measures=(Measure(phrase="办复率"),)),))
COUNTY, PARK = "甲县", "甲县工业园区"


def _text(organization: str, year: int, *, resolved: int) -> str:
    return f"""{organization}{year}年政府信息公开工作年度报告

一、总体情况

（一）热线办理情况

全年受理12345热线诉求90件，办复{resolved}件，办复率100%。

二、主动公开政府信息情况

第二十条第（一）项\t\t\t
信息内容\t本年新制作数量\t本年新公开数量\t对外公开总数量
规章\t0\t0\t
规范性文件\t3\t3\t1,195

三、存在的主要问题及改进情况

下一步补齐短板。

{organization}人民政府
{year + 1}年1月20日
"""


TEXTS = {
    "000_aa.txt": _text(COUNTY, 2020, resolved=98),
    "001_bb.txt": _text(PARK, 2020, resolved=90),
    "002_cc.txt": _text("乙县", 2023, resolved=90),
}
"""Only the first contradicts itself."""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ingested]:
    folder = tmp_path_factory.mktemp("reports")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: ingest_file(folder / name) for name in TEXTS}


class ScriptedEngine:
    """Give one answer to all questions; fail on 停, break on 坏."""

    fingerprint = "engine-1"

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.carried_out: list[Plan] = []

    def stream_plan(self, plan: Plan) -> Iterator[Event]:
        self.carried_out.append(plan)
        answer = _answer(Question(text=plan.standalone))
        changes = {"plan": plan, "understanding": "甲县2020年 · 办复率"}
        yield Completed(answer=answer.model_copy(update=changes))

    def stream(self, question: Question) -> Iterator[Event]:
        self.asked.append(question)
        yield TextDelta(text="办复率")
        if "坏" in question.text:
            raise KeyError("内部")
        if "停" in question.text:
            yield Failed(message="模型服务没有响应。请稍后重试。", retryable=True)
        elif question.text.startswith("计划"):
            yield from self.stream_plan(PLAN)
        else:
            yield Completed(answer=_answer(question))


def _answer(question: Question) -> Answer:
    citation = Citation(
        n=1,
        source="000_aa.txt",
        report_id="rep-a1",
        title=f"{COUNTY}2020年政府信息公开工作年度报告",
        organization=COUNTY,
        year=2020,
        section=("一、总体情况", "（三）平台"),
        quote="办复率为 98%。\x1b[31m",
        table=None,
        row=(),
        column=None,
        char_start=0,
        char_end=8,
        page=3,
    )
    return Answer(
        question=question.text,
        standalone_question=question.text,
        status={"拒": "refused", "反": "clarify"}.get(question.text[0], "answered"),
        reason_code=None,
        text="办复率为 98%[1]。",
        figures=(),
        citations=(citation,),
        derivations=(
            Derivation(expression="98 ÷ 90", inputs=("98", "90"), value=Decimal("108.89"), unit="%"),
        ),
        warnings=(AnswerWarning(code="rate", message="印出的比率与计算不符", citations=(1,)),),
        suggestions=(f"{PARK}2020年办复率是多少",),
        engine="rules",
        model=None,
        latency_ms=3.0,
        fingerprint="f",
    )


class Bench:
    """Run commands against a library on disk, and an engine that the test can look into."""

    def __init__(self) -> None:
        self.engine = ScriptedEngine()
        self.settings: list[Settings] = []
        self.outcomes: tuple[FileOutcome, ...] = ()
        self.trouble: Exception | None = None

    @contextmanager
    def open_assistant(self, settings: Settings) -> Iterator[SimpleNamespace]:
        self.settings.append(settings)
        with Library.open(settings.library_url, create=False) as library:
            retriever = Retriever(library, None, None)
            planner = LearnedPlanner(Reader.bundled(), load_language(), load_indicators())
            yield SimpleNamespace(
                engine=self.engine, library=library, retriever=retriever, settings=settings, planner=planner
            )

    def ingest(self, settings: Settings, paths: Sequence[Path], *, on_progress) -> tuple[FileOutcome, ...]:
        if self.trouble is not None:
            raise self.trouble
        for done, outcome in enumerate(self.outcomes, start=1):
            on_progress(Progress(stage="reading", done=done, total=len(self.outcomes), outcome=outcome))
        return self.outcomes

    def __call__(self, *arguments: str | Path, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, read: dict[str, Ingested]) -> Bench:
    monkeypatch.setenv("GONGKAI_DATA", str(tmp_path / "data"))
    with Library.open(f"sqlite:///{tmp_path}/data/library.sqlite") as library:
        for name, ingested in read.items():
            library.put(ingested, location=name, pipeline="test")
    bench = Bench()
    bootstrap = ModuleType("assistant.bootstrap")
    bootstrap.__dict__.update(open_assistant=bench.open_assistant, ingest=bench.ingest)
    monkeypatch.setitem(sys.modules, "assistant.bootstrap", bootstrap)
    return bench


def _records(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def _outcome(path: str, status: str, **counts: int) -> FileOutcome:
    return FileOutcome.model_validate(
        {"path": path, "status": status, "report_id": None, "message": f"{path} 如此"} | counts
    )


def test_ingest_tells_each_file_and_sums_up(bench: Bench, tmp_path: Path):
    bench.outcomes = (
        _outcome("a.txt", "added", tables=3, cells=200, figures=250),
        _outcome("b.txt", "unchanged"),
    )
    result = bench("ingest", tmp_path)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["[新增] a.txt 如此", "[没有变化] b.txt 如此"]
    assert "读入 1 份报告，3 张表，200 个单元格，250 个数据" in result.stderr


def test_second_ingest_says_that_nothing_changed(bench: Bench, tmp_path: Path):
    bench.outcomes = (_outcome("a.txt", "unchanged"),)
    result = bench("ingest", tmp_path)
    assert result.exit_code == 0
    assert "没有变化：1 个文件都已在库中" in result.stderr


def test_ingest_exits_1_when_a_file_failed_and_tells_the_others(bench: Bench, tmp_path: Path):
    bench.outcomes = (_outcome("bad.bin", "failed"), _outcome("a.txt", "added"))
    result = bench("ingest", tmp_path, "--json")
    assert result.exit_code == 1
    *told, summary = map(json.loads, result.stdout.splitlines())
    assert [outcome["status"] for outcome in told] == ["failed", "added"]
    assert (summary["kind"], summary["files"], summary["failed"], summary["reports"]) == ("summary", 2, 1, 1)


def test_ingest_lists_what_could_not_be_placed(bench: Bench, tmp_path: Path):
    doubtful = _outcome("a.txt", "added").model_copy(update={"doubts": ("第三张表有一行无法对应",)})
    bench.outcomes = (doubtful, _outcome("b.txt", "added"))
    assert "a.txt：第三张表有一行无法对应" in bench("ingest", tmp_path).stderr
    *_, summary = map(json.loads, bench("ingest", tmp_path, "--json").stdout.splitlines())
    assert summary["unplaced"] == [{"path": "a.txt", "message": "第三张表有一行无法对应"}]


def test_busy_library_is_told_in_one_line_without_traceback(bench: Bench, tmp_path: Path):
    bench.trouble = WriterBusy("另一个进程（4711）正在写入。\n请等它结束。")
    result = bench("ingest", tmp_path)
    assert result.exit_code == 1
    assert result.stderr == "错误：另一个进程（4711）正在写入。 请等它结束。\n"
    assert result.stdout == ""


def test_reports_are_listed(bench: Bench):
    assert "000_aa.txt" in bench("reports").stdout
    assert [record["source"] for record in _records(bench("reports", "--json"))] == [
        "002_cc.txt",
        "000_aa.txt",
        "001_bb.txt",
    ]


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize(
    "command", [["reports"], ["tables", "x"], ["figures"], ["check"], ["ask", "？"], ["query", "-"]]
)
def test_empty_library_says_how_to_fill_it(bench: Bench, tmp_path: Path, command: list[str], exists: bool):
    if exists:
        Library.open(f"sqlite:///{tmp_path}/empty/library.sqlite").close()
    result = bench(*command, "--data", tmp_path / "empty", typed=PLAN.model_dump_json())
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "gongkai ingest" in result.stderr
    assert "empty" in result.stderr


def test_table_cells_have_the_shape_that_other_tools_read(bench: Bench):
    cells = _records(bench("tables", "000", "--json"))
    assert cells[-1] == {
        "doc": "000_aa.txt",
        "table": "article20",
        "row": ["第二十条第（一）项", "规范性文件"],
        "col": "对外公开总数量",
        "value": 1195,
        "printed": "1,195",
        "status": "ok",
        "reason": None,
        "placed": None,
    }
    assert [(cell["value"], cell["status"]) for cell in cells[:3]] == [(0, "ok"), (0, "ok"), (None, "blank")]


def test_blank_cell_is_shown_as_blank(bench: Bench):
    assert "规章 · 对外公开总数量：（空白）" in bench("tables", "000").stdout


def test_report_is_found_by_its_id_or_the_beginning_of_it(bench: Bench, read: dict[str, Ingested]):
    report_id = read["000_aa.txt"].report.id
    for wanted in (report_id, report_id[:8]):
        assert _records(bench("tables", wanted, "--json"))[0]["doc"] == "000_aa.txt"


@pytest.mark.parametrize("wanted", ["000_aa.txt", "000_aa", "000", "甲县 2020 年"])
def test_report_is_found_by_whatever_names_it(bench: Bench, wanted: str):
    assert _records(bench("tables", wanted, "--json"))[0]["doc"] == "000_aa.txt"


def test_ambiguous_report_lists_the_candidates(bench: Bench):
    result = bench("tables", "甲县")
    assert result.exit_code == 1
    assert "符合 2 份报告" in result.stderr
    assert "000_aa.txt" in result.stderr
    assert "001_bb.txt" in result.stderr
    assert "002_cc.txt" not in result.stderr


def test_unknown_report_lists_what_there_is(bench: Bench):
    result = bench("tables", "丙县")
    assert result.exit_code == 1
    assert "没有报告符合「丙县」" in result.stderr
    assert "002_cc.txt" in result.stderr


def test_figures_are_chosen_by_organisation_year_and_indicator(bench: Bench):
    assert {record["source"] for record in _records(bench("figures", "--json"))} == set(TEXTS)
    made = _records(bench("figures", "--indicator", "art20_1.normative_documents.published_total", "--json"))
    assert [record["value"] for record in made] == [1195, 1195, 1195]
    park = _records(bench("figures", "--org", "工业园区", "--year", "2020", "--json"))
    assert {record["organization"] for record in park} == {PARK}
    assert bench("figures", "--year", "1999", "--json").stdout == ""


def test_exact_organisation_wins_over_its_namesake(bench: Bench):
    found = _records(bench("figures", "--org", COUNTY, "--json"))
    assert {record["organization"] for record in found} == {COUNTY}


def test_unknown_organisation_is_refused_with_what_there_is(bench: Bench):
    result = bench("figures", "--org", "丙县")
    assert result.exit_code == 1
    assert "乙县" in result.stderr


def test_figures_as_csv_open_in_a_spreadsheet(bench: Bench):
    rows = list(csv.DictReader(StringIO(bench("figures", "--org", COUNTY, "--csv").stdout)))
    (total,) = [row for row in rows if row["printed"] == "1,195"]
    assert (total["source"], total["value"], total["year"]) == ("000_aa.txt", "1195", "2020")


def test_check_names_the_contradiction_or_says_that_there_is_none(bench: Bench):
    (line,) = bench("check").stdout.splitlines()
    assert line.startswith("000_aa.txt [矛盾]")
    assert "98 ÷ 90" in line
    assert "没有发现矛盾" in bench("check", "002").stderr
    (finding,) = _records(bench("check", "--json"))
    assert (finding["source"], finding["expression"]) == ("000_aa.txt", "98 ÷ 90")


def test_ask_shows_answer_proof_and_warning(bench: Bench):
    result = bench("ask", "办复率？")
    assert result.exit_code == 0
    assert result.stdout.startswith("办复率为 98%[1]。\n")
    assert (
        "[1] 《甲县2020年政府信息公开工作年度报告》 一、总体情况 > （三）平台（000_aa.txt，第 3 页）"
        in result.stdout
    )
    assert "98 ÷ 90 = 108.89%" in result.stdout
    assert "印出的比率与计算不符[1]" in result.stdout
    assert "\x1b" not in result.stdout


def test_ask_json_is_the_answer_and_nothing_else(bench: Bench):
    (answer,) = _records(bench("ask", "办复率？", "--json", "--engine", "rules"))
    assert answer["status"] == "answered"
    assert answer["derivations"][0]["value"] == 108.89
    assert bench.settings[0].engine == "rules"


def test_failed_answer_exits_1_and_says_why(bench: Bench):
    result = bench("ask", "停", "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "模型服务没有响应" in result.stderr


def test_broken_engine_exits_1_without_a_traceback_on_the_answer(bench: Bench):
    result = bench("ask", "坏")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "错误：" in result.stderr


def test_history_is_taken_along(bench: Bench, tmp_path: Path):
    history = tmp_path / "history.json"
    history.write_text('[{"role": "user", "content": "甲县2020年？"}]', encoding="utf-8")
    assert bench("ask", "那园区呢？", "--history", history).exit_code == 0
    assert [turn.content for turn in bench.engine.asked[0].history] == ["甲县2020年？"]


@pytest.mark.parametrize("text", ["不是 JSON", '[{"role": "bot", "content": "？"}]', '{"role": "user"}'])
def test_broken_history_is_refused_with_its_file(bench: Bench, tmp_path: Path, text: str):
    history = tmp_path / "history.json"
    history.write_text(text, encoding="utf-8")
    result = bench("ask", "那园区呢？", "--history", history)
    assert result.exit_code == 1
    assert "history.json" in result.stderr
    assert bench.engine.asked == []


def test_query_carries_out_a_plan_and_says_first_how_it_is_understood(bench: Bench, tmp_path: Path):
    (tmp_path / "plan.json").write_text(PLAN.model_dump_json(), encoding="utf-8")
    result = bench("query", tmp_path / "plan.json")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("理解为：甲县2020年 · 办复率\n办复率为 98%[1]。\n")
    assert bench.engine.carried_out == [PLAN]
    (answer,) = _records(bench("query", tmp_path / "plan.json", "--json"))
    assert answer["plan"]["operations"][0]["measures"][0]["phrase"] == "办复率"
    assert list(answer)[:4] == ["question", "standalone_question", "plan", "understanding"]


def test_query_reads_standard_input(bench: Bench):
    assert bench("query", "-", typed=PLAN.model_dump_json()).exit_code == 0
    assert bench.engine.carried_out == [PLAN]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("计划", "不是 JSON"),
        (
            '{"standalone": "问", "operations": [{"op": "lokup"}]}',
            "operations.0.op：没有「lokup」。可用：lookup、",
        ),
        (
            '{"standalone": "问", "operations": [{"op": "lookup", "measures": [{}]}]}',
            "measures.0.phrase：缺少",
        ),
    ],
)
def test_a_broken_plan_is_refused_with_its_file_and_the_place(
    bench: Bench, tmp_path: Path, text: str, says: str
):
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    result = bench("query", tmp_path / "plan.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "plan.json：计划不可用" in result.stderr
    assert says in result.stderr
    assert bench.engine.carried_out == []


def test_a_plan_that_is_not_there_is_told_in_one_line(bench: Bench, tmp_path: Path):
    result = bench("query", tmp_path / "none.json")
    assert result.exit_code == 1
    assert "none.json：计划文件打不开" in result.stderr


@pytest.mark.parametrize(("standalone", "code"), [("拒", 3), ("反", 4), ("答", 0)])
def test_the_exit_says_what_became_of_a_query_when_it_is_asked_to(bench: Bench, standalone: str, code: int):
    typed = PLAN.model_copy(update={"standalone": standalone}).model_dump_json()
    assert bench("query", "-", "--exit-status", typed=typed).exit_code == code
    assert bench("query", "-", typed=typed).exit_code == 0


@pytest.mark.parametrize(("question", "code"), [("拒？", 3), ("反？", 4), ("办复率？", 0)])
def test_the_exit_says_what_became_of_a_question_when_it_is_asked_to(bench: Bench, question: str, code: int):
    assert bench("ask", question, "--exit-status", "--json").exit_code == code
    assert bench("ask", question).exit_code == 0


def test_explain_shows_the_plan_where_there_is_one(bench: Bench):
    told = bench("ask", "计划？", "--explain").stdout
    assert told.startswith("理解为：甲县2020年 · 办复率\n")
    assert json.loads(told.partition("\n计划\n")[2])["operations"] == [
        {"op": "lookup", "measures": [{"kind": "measure", "phrase": "办复率", "change": False}]}
    ]
    assert bench("ask", "计划？").stdout.startswith("理解为：甲县2020年 · 办复率\n")


def test_explain_says_that_there_is_no_plan(bench: Bench):
    told = bench("ask", "办复率？", "--explain").stdout
    assert told.startswith("理解为：办复率？\n")
    assert "不经计划" in told
    assert "理解为" not in bench("ask", "办复率？").stdout


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    gold = {"answer": {"text": "98%", "numeric": [{"value": 98, "unit": "%"}]}}
    records = [{"id": "A", "question": "办复率？"} | gold, {"id": "B", "question": "坏"} | gold]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_eval_writes_its_files_and_survives_a_question_that_breaks(
    bench: Bench, questions: Path, tmp_path: Path
):
    result = bench("eval", questions, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "predictions.jsonl",
        "scores.json",
        "report.md",
        "report.html",
        "junit.xml",
    }
    assert "正确率 accuracy：50.0%（1/2）" in result.stdout
    assert "B 运行出错：KeyError" in result.stderr


def test_eval_checks_quotes_against_the_library(bench: Bench, questions: Path, tmp_path: Path):
    bench("eval", questions, "--out", tmp_path / "out", "--limit", "1")
    scores = json.loads((tmp_path / "out/scores.json").read_text(encoding="utf-8"))
    assert scores["questions"] == 1
    assert scores["details"]["quote_verbatim_rate"]["of"] == 1


def test_eval_exits_1_below_the_floor(bench: Bench, questions: Path, tmp_path: Path):
    assert bench("eval", questions, "--out", tmp_path / "out", "--fail-under", "accuracy=0.5").exit_code == 0
    below = bench("eval", questions, "--out", tmp_path / "out", "--fail-under", "accuracy=0.9")
    assert below.exit_code == 1
    assert "accuracy = 0.5，要求不低于 0.9" in below.stderr
    unmeasured = bench("eval", questions, "--out", tmp_path / "out", "--fail-under", "abstention_recall=0.1")
    assert unmeasured.exit_code == 1


@pytest.mark.parametrize(
    "floor", ["beauty=0.9", "wrong_but_confident=0.1", "accuracy=high", "accuracy=90", "accuracy"]
)
def test_eval_refuses_a_floor_that_means_nothing(bench: Bench, questions: Path, tmp_path: Path, floor: str):
    result = bench("eval", questions, "--out", tmp_path / "out", "--fail-under", floor)
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_eval_compares_with_an_earlier_run(bench: Bench, questions: Path, tmp_path: Path):
    bench("eval", questions, "--out", tmp_path / "old")
    result = bench("eval", questions, "--out", tmp_path / "new", "--baseline", tmp_path / "old")
    assert result.exit_code == 0
    assert "变对 0 题，变错 0 题" in result.stdout
    assert bench("eval", questions, "--out", tmp_path / "new", "--baseline", tmp_path / "none").exit_code == 1


def test_eval_out_must_be_a_folder_that_can_be_made(bench: Bench, questions: Path, tmp_path: Path):
    assert bench("eval", questions, "--out", questions).exit_code == 2
    inside_a_file = bench("eval", questions, "--out", questions / "out")
    assert inside_a_file.exit_code == 1
    assert "请检查路径和权限" in inside_a_file.stderr


def test_usage_errors_exit_2(bench: Bench):
    assert bench("figures", "--json", "--csv").exit_code == 2
    assert bench("ask", "？", "--engine", "oracle").exit_code == 2
    assert bench("nonsense").exit_code == 2
    assert bench().exit_code == 2


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom assistant.interfaces.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pydantic', 'torch', 'chromadb', 'gradio', 'sqlalchemy', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    assert "ingest" in done.stdout


def test_plan_prints_what_the_reader_makes_of_a_question_for_query_to_carry_out(bench: Bench):
    read = bench("plan", "甲县2020年行政处罚的处理决定有多少项")
    assert read.exit_code == 0, read.output
    assert "理解为：甲县2020年 · 行政处罚" in read.stderr
    plan = json.loads(read.stdout)
    assert plan["among"]["targets"] == [{"organization": "甲县", "year": 2020}]
    assert [each["op"] for each in plan["operations"]] == ["lookup"]
    assert bench("query", "-", typed=read.stdout).exit_code == 0
    (carried_out,) = bench.engine.carried_out
    assert carried_out.among.targets[0].organization == "甲县"


def test_the_version_is_told(bench: Bench) -> None:
    assert bench("--version").stdout.startswith("gongkai ")


def test_the_library_may_be_named_before_the_command(bench: Bench, tmp_path: Path) -> None:
    before = bench("--data", tmp_path / "elsewhere", "reports")
    behind = bench("reports", "--data", tmp_path / "elsewhere")

    assert before.exit_code == behind.exit_code == 1
    assert "elsewhere" in before.stderr
    assert before.stderr == behind.stderr


def test_an_unknown_indicator_is_told_with_the_nearest(bench: Bench) -> None:
    result = bench("figures", "--indicator", "results.unable.not_hold")

    assert result.exit_code == 1
    assert "results.unable.not_held" in result.stderr


@pytest.mark.parametrize("command", [("keys", "list"), ("users", "list"), ("audit",)])
def test_an_empty_list_says_so(bench: Bench, command: tuple[str, ...]) -> None:
    result = bench(*command)

    assert result.stdout == ""
    assert "还没有" in result.stderr
