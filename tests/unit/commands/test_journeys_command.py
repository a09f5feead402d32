"""`habitue journeys`, from the marts to the file."""

import json
from xml.etree import ElementTree as ET

import duckdb
import networkx as nx
import pytest
from typer.testing import CliRunner

from habitue.cli import app

COLUMNS = (
    "level, segment_id, segment_name, state, next_state, chain_order, "
    "transition_count, visit_count, customer_count, probability, period_start"
)
# Everybody, one segment, and one month; the second order is never drawn.
ROWS = """
    ('step', null, 'All customers', '(start)', 'home', 1, 3, 3, 3, 1.0, null),
    ('step', null, 'All customers', 'home', '(dropped)', 1, 2, 3, 2, 0.6667, null),
    ('step', null, 'All customers', 'home', '(conversion)', 1, 1, 3, 1, 0.3333, null),
    ('step', null, 'All customers', '(start)', 'home', 1, 1, 1, 1, 1.0, '2026-03-01'),
    ('step', null, 'All customers', 'home', '(dropped)', 1, 1, 1, 1, 1.0, '2026-03-01'),
    ('step', null, 'All customers', 'home', '(dropped)', 2, 9, 9, 9, 1.0, null),
    ('step', 2, 'Loyal', '(start)', 'home', 1, 1, 1, 1, 1.0, null),
    ('step', 2, 'Loyal', 'home', '(conversion)', 1, 1, 1, 1, 1.0, null)
"""
FLOWS = """
    ('step', null, 'All customers', 0, '(start)', 'home', 3),
    ('step', null, 'All customers', 1, 'home', '(dropped)', 2),
    ('step', null, 'All customers', 1, 'home', '(conversion)', 1),
    ('step', 2, 'Loyal', 0, '(start)', 'home', 1),
    ('step', 2, 'Loyal', 1, 'home', '(conversion)', 1)
"""


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"""
            create schema marts;
            create table marts.journey_transitions as
            select * replace (cast(period_start as date) as period_start)
            from (values {ROWS}) as told ({COLUMNS});
            create table marts.journey_flows as select * from (values {FLOWS}) as told
            (level, segment_id, segment_name, step_number, state, next_state,
            journey_count);
            """
        )
    return path


def run(database, *arguments):
    return CliRunner().invoke(
        app, ["journeys", *map(str, arguments), "--database", str(database)]
    )


def test_the_graph_of_a_segment_is_read_back_from_the_file(database, tmp_path):
    path = tmp_path / "loyal.graphml"
    ran = run(database, "export", "--segment", "Loyal", "--output", path)
    assert ran.exit_code == 0, ran.stderr
    assert "Loyal, 3 states, 2 transitions" in ran.stdout
    graph = nx.read_graphml(path)
    assert set(graph.edges) == {("(start)", "home"), ("home", "(conversion)")}


def test_a_segment_can_be_named_by_its_id_and_a_month_be_picked(database):
    by_id = run(database, "export", "--segment", 2, "--format", "json")
    by_name = run(database, "export", "--segment", "Loyal", "--format", "json")
    assert by_id.stdout == by_name.stdout
    march = run(database, "export", "--month", "2026-03", "--format", "json")
    told = json.loads(march.stdout)
    assert told["graph"]["name"] == "All customers, 2026-03: step"
    assert [edge["probability"] for edge in told["links"]] == [1.0, 1.0]


def test_machines_read_what_was_written(database, tmp_path):
    path = tmp_path / "all.gexf"
    ran = run(database, "export", "--format", "gexf", "--output", path, "--json")
    assert json.loads(ran.stdout) == {
        "output": str(path),
        "level": "step",
        "segment": "All customers",
        "month": None,
        "states": 4,
        "transitions": 3,
    }
    assert nx.read_gexf(path).edges["home", "(dropped)"]["transition_count"] == 2


@pytest.mark.parametrize(
    ("picture", "told"),
    [("sankey", "3 journeys, 1 steps"), ("graph", "4 states, 3 transitions")],
)
def test_pictures_are_svg_or_pages(database, tmp_path, picture, told):
    page, drawing = tmp_path / "picture.html", tmp_path / "picture.svg"
    for path in (page, drawing):
        ran = run(database, picture, "--output", path)
        assert ran.exit_code == 0, ran.stderr
        assert told in ran.stdout
    assert page.read_text().startswith("<!doctype html>")
    svg = drawing.read_text()
    assert svg in page.read_text()
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314
    assert run(database, picture).stdout == svg
    assert "home → (conversion)" in svg


@pytest.mark.parametrize("command", ["export", "sankey", "graph"])
def test_who_is_not_there_is_refused_with_those_who_are(database, command):
    ran = run(database, command, "--segment", "Nobody")
    assert ran.exit_code == 2
    assert "there are Loyal (2), All customers" in ran.stderr
    ran = run(database, command, "--level", "channel")
    assert ran.exit_code == 2
    assert "no journeys at level channel; there are step" in ran.stderr


def test_a_month_without_journeys_is_refused_with_the_months_there_are(database):
    ran = run(database, "graph", "--month", "2025-01")
    assert ran.exit_code == 2
    assert "there are the months 2026-03" in ran.stderr


def test_a_shop_without_journeys_or_without_a_build_is_told_so(database, tmp_path):
    with duckdb.connect(str(database)) as connection:
        connection.execute("truncate marts.journey_flows")
    ran = run(database, "sankey")
    assert ran.exit_code == 2
    assert "there are no journeys" in ran.stderr
    ran = run(tmp_path / "nowhere.duckdb", "graph")
    assert ran.exit_code == 2
    assert "run `dbt build` first" in ran.stderr


def test_a_folder_that_is_not_there_is_told_in_one_line(database, tmp_path):
    ran = run(database, "graph", "--output", tmp_path / "no" / "where.svg")
    assert ran.exit_code == 2
    assert "Error:" in ran.stderr


@pytest.mark.parametrize("picture", ["sankey", "graph"])
def test_export_gives_the_pictures_of_the_commands(database, tmp_path, picture):
    asked = ("--segment", "Loyal", "--output")
    exported, drawn = tmp_path / "exported.html", tmp_path / "drawn.html"
    ran = run(database, "export", "--format", picture, *asked, exported)
    assert ran.exit_code == 0, ran.stderr
    assert run(database, picture, *asked, drawn).exit_code == 0
    assert exported.read_text() == drawn.read_text()
    assert exported.read_text().startswith("<!doctype html>")


def test_a_sankey_of_one_month_is_refused(database):
    ran = run(database, "export", "--format", "sankey", "--month", "2026-03")
    assert ran.exit_code == 2
    assert "all months" in ran.stderr
