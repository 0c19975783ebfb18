"""Whose report is whose, as a person puts it right on the command line."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from assistant import bootstrap
from assistant.interfaces.cli import app
from ingest import ingest_file
from vectorstore.library import Library

REPORT = """{name}{year}年政府信息公开工作年度报告

一、总体情况

全年受理12345热线诉求90件，办复90件。

二、主动公开政府信息情况

第二十条第（六）项\t
信息内容\t本年处理决定数量
行政处罚\t{penalties}
"""


@pytest.fixture
def gongkai(monkeypatch, tmp_path):
    """Return a function that runs a command over a library of four reports."""
    data = tmp_path / "data"
    data.mkdir()

    def read_in(name, year, penalties, file):
        path = tmp_path / file
        path.write_text(REPORT.format(name=name, year=year, penalties=penalties), encoding="utf-8")
        with Library.open(f"sqlite:///{data}/library.sqlite") as library:
            library.put(ingest_file(path), location=str(path), pipeline="test")

    @contextmanager
    def open_assistant(settings):
        with Library.open(settings.library_url) as library:
            yield SimpleNamespace(library=library)

    monkeypatch.setattr(bootstrap, "open_assistant", open_assistant)
    read_in("青禾县", 2020, 3, "a.txt")
    read_in("松林市青禾县", 2021, 4, "b.txt")
    read_in("临溪县", 2021, 5, "c.txt")
    read_in("白露县民政局", 2021, 6, "d.txt")

    def run(*arguments):
        return CliRunner().invoke(app, [*arguments, "--data", str(data)])

    run.read_in = read_in
    return run


def records(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def held(gongkai):
    return {one["name"]: len(one["reports"]) for one in records(gongkai("bodies", "--json"))}


def test_bodies_are_listed_with_kind_years_and_names(gongkai):
    assert held(gongkai) == {"临溪县": 1, "白露县民政局": 1, "青禾县": 2}

    line = next(line for line in gongkai("bodies").stdout.splitlines() if "青禾县（县）" in line)

    assert "2020、2021" in line
    assert "松林市青禾县" in line


def test_merged_bodies_are_one_under_the_first_name(gongkai):
    (merged,) = records(gongkai("bodies", "merge", "青禾县", "临溪县", "--json"))

    assert (merged["name"], len(merged["reports"])) == ("青禾县", 3)
    assert held(gongkai) == {"白露县民政局": 1, "青禾县": 3}
    assert {one["organization"] for one in records(gongkai("figures", "--org", "临溪县", "--json"))} == {
        "青禾县"
    }


def test_split_reports_are_another_bodys(gongkai):
    assert gongkai("bodies", "split", "a.txt", "--as", "云州市青禾县").exit_code == 0

    assert held(gongkai) == {"临溪县": 1, "云州市青禾县": 1, "松林市青禾县": 1, "白露县民政局": 1}


def test_a_corrected_report_is_told_with_its_new_body_and_year_and_stays_so(gongkai):
    (now,) = records(gongkai("reports", "c.txt", "--set-body", "青禾县", "--set-year", "2019", "--json"))
    gongkai.read_in("临溪县", 2021, 7, "c.txt")

    assert (now["organization"], now["year"]) == ("青禾县", 2019)
    figures = records(gongkai("figures", "--org", "青禾县", "--year", "2019", "--json"))
    assert 7 in [one["value"] for one in figures]


def test_every_change_by_hand_is_in_the_audit_log(gongkai):
    gongkai("bodies", "merge", "青禾县", "临溪县")
    gongkai("bodies", "split", "c.txt", "--as", "临溪县南湾镇")
    gongkai("reports", "d.txt", "--set-year", "2022")

    noted = records(gongkai("audit", "--json"))

    assert [one["action"] for one in noted] == ["report_corrected", "body_split", "body_merged"]
    assert "白露县民政局 2021 → 白露县民政局 2022" in noted[0]["subject"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["bodies", "merge", "青禾县", "松林市青禾县"], "本来就是同一家单位"),
        (["bodies", "merge", "青禾县", "无此县"], "库中没有叫“无此县”的单位"),
        (["bodies", "split", "a.txt", "--as", "青禾县"], "请另写一个名称"),
        (["reports", "x.txt", "--set-year", "2020"], "没有报告符合"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_changes(gongkai, command, said):
    before = held(gongkai)

    result = gongkai(*command)

    assert result.exit_code == 1
    assert said in result.stderr
    assert held(gongkai) == before


def test_a_correction_without_a_report_is_a_usage_error(gongkai):
    assert gongkai("reports", "--set-year", "2020").exit_code == 2
