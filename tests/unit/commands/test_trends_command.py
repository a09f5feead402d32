"""`habitue trends`: pictures and reports of series, and what is refused."""

import json
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import duckdb
import pytest
from typer.testing import CliRunner

from habitue.cli import app

RUN = CliRunner()
KEY = "'orders' as metric, '<All> customers' as segment_name, 'day' as grain"


@pytest.fixture
def database(tmp_path):
    """Sixty days with an anomaly, a level shift and a forecast."""
    path = tmp_path / "habitue.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.behaviour_anomalies as select {KEY}, "
            "10.0e0 + i % 7 as value, 5.0e0 as low, 20.0e0 as high, "
            "i = 30 as is_anomaly, "
            "date '2025-01-06' + cast(i as integer) as period_start_date "
            "from range(60) as days (i)"
        )
        connection.execute(
            "create table marts.behaviour_decomposition as "
            "select metric, segment_name, grain, period_start_date, 12.0e0 as trend, "
            "0.0e0 as yearly_season from marts.behaviour_anomalies"
        )
        connection.execute(
            f"create table marts.behaviour_changes as select {KEY}, "
            "date '2025-02-01' as change_date, -0.25e0 as relative_size"
        )
        connection.execute(
            f"create table marts.behaviour_forecasts as select {KEY}, i as step, "
            "date '2025-03-06' + cast(i as integer) as period_start_date, "
            "12.0e0 as expected, 10.0e0 as low_80, 14.0e0 as high_80, 8.0e0 as low_95, "
            "16.0e0 as high_95, 'ets' as method, 0.8e0 as mase, 1.1e0 as naive_mase "
            "from range(1, 8) as steps (i)"
        )
        connection.execute(
            f"create table marts.behaviour_models as select {KEY}, "
            "cast(null as bigint) as segment_id, method, 'told' as status, "
            "case when method in ('changes', 'anomalies') then 1 end as found_count "
            "from (values ('decomposition'), ('changes'), ('anomalies'), ('forecast')) "
            "as methods (method)"
        )
    return path


def run(database, *arguments):
    return RUN.invoke(app, ["trends", *arguments, "--database", str(database)])


def plot(database, *more):
    return run(
        database, "plot", "--metric", "orders", "--segment", "<All> customers", *more
    )


def test_a_picture_holds_every_part_once(database, tmp_path):
    output = tmp_path / "orders.svg"
    said = plot(database, "--output", str(output))
    assert said.exit_code == 0, said.output
    assert "60 days, 1 anomalies, 1 level shifts" in said.output
    picture = output.read_text()
    root = ET.fromstring(picture)  # noqa: S314
    assert root.attrib["role"] == "img"
    assert "Orders by day: &lt;All&gt; customers" in picture
    assert "01 Feb 2025 \u221225%" in picture
    assert picture.count("<circle") == 2  # One in the legend.
    assert "2025-02-05: 12" in picture
    assert "error 0.80 on held-out days, seasonal naive 1.10" in picture


def test_only_the_last_days_are_drawn_if_asked(database):
    said = plot(database, "--last", "20")
    assert said.exit_code == 0
    first = date(2025, 1, 6) + timedelta(days=40)
    assert first == date(2025, 2, 15)
    assert "2025-02-05" not in said.output
    assert "level shift" not in said.output


def test_a_report_for_machines(database):
    said = run(database, "report", "--json")
    [line] = json.loads(said.output)
    assert line["change_count"] == 1
    assert line["anomaly_count"] == 1
    assert line["method"] == "ets"
    assert line["statuses"]["changes"] == "told"
    assert run(database, "report").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["plot", "--metric", "order"],
            "there is no metric 'order'; there are: orders",
        ),
        (["plot", "--metric", "orders", "--grain", "week"], "there is no grain 'week'"),
        (["plot", "--metric", "orders", "--segment", "Me"], "there is no segment 'Me'"),
        (["report", "--metric", "x"], "there is no metric 'x'"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(database, arguments, said):
    found = run(database, *arguments)
    assert found.exit_code == 2
    assert said in " ".join(found.output.split())


def test_without_a_build_there_is_one_line_and_no_traceback(tmp_path):
    found = run(tmp_path / "nothing.duckdb", "report")
    assert found.exit_code == 2
    assert "Traceback" not in found.output
