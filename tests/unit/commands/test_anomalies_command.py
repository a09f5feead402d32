"""Who is an anomaly, from the marts to words and a picture."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import duckdb
import pytest
from typer.testing import CliRunner

from habitue.cli import app

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema marts;"
            "create table marts.customer_anomalies as select "
            "cast('00000000-0000-0000-0000-00000000000' || n as uuid) as customer_id, "
            "* exclude (n) replace (cast(score as double) as score), "
            "'orders high (30; typically 1.0)' as first_reason, "
            "'visits high (9; typically 2.0)' as second_reason, "
            "cast(null as varchar) as third_reason from (values "
            "(1, 'fraud-like', 'both', .8, 1e2, true), "
            "(2, 'wholesaler', 'forest only', .7, 99e0, true), "
            "(3, 'unusual', 'neither', .6, 98e0, false), "
            "(4, null, 'neither', .4, 97e0, false), "
            "(5, null, null, null, null, null)) as rows "
            "(n, kind, agreement, score, score_percentile, is_anomaly);"
            "create table marts.anomaly_models as select * from (values "
            "('customer', 'Isolation Forest', 'fitted', cast(.02 as double), "
            "cast(.01 as double), cast(.03 as double), 4, 2), ('customer', 'DBSCAN', "
            "'9 of at least 50 customers', null, null, null, 0, 0)) as models "
            "(subject, method, status, contamination, contamination_low, "
            "contamination_high, scored_count, flagged_count);"
            "create table marts.anomaly_map as select 'pca' as method, score as x, "
            "score as y, * from marts.customer_anomalies where score is not null"
        )
    return path


def run(database, *arguments):
    return CliRunner().invoke(
        app,
        ["anomalies", *map(str, arguments), "--database", str(database)],
        env={"COLUMNS": "160"},
    )


def test_anomalies_are_told_in_words_the_most_unusual_first(database):
    said = run(database, "list").output
    assert "2 of 4 customers; estimated share 2.00% (1.00% to 3.00%)" in said
    assert "DBSCAN: 9 of at least 50 customers." in said
    assert "orders high (30; typically 1.0)" in said
    assert said.index("fraud-like") < said.index("wholesaler")
    assert "unusual" not in said


def test_a_kind_or_the_highest_scores_can_be_asked_for(database):
    said = run(database, "list", "--kind", "Wholesaler").output
    assert "wholesaler" in said
    assert "fraud-like" not in said
    said = run(database, "list", "--top", "3").output
    assert "(no anomaly)" in said
    assert "0.400" not in said


def test_machines_read_the_same(database):
    told = json.loads(run(database, "list", "--json").output)
    assert [one["kind"] for one in told["customers"]] == ["fraud-like", "wholesaler"]
    assert told["customers"][0]["reasons"] == [
        "orders high (30; typically 1.0)",
        "visits high (9; typically 2.0)",
    ]
    assert [one["contamination"] for one in told["levels"]] == [0.02, None]


def test_the_map_has_anomalies_in_colour_and_the_others_behind_in_grey(
    database, tmp_path
):
    output = tmp_path / "map.svg"
    answer = run(database, "map", "--method", "pca", "--output", output)
    assert answer.exit_code == 0, answer.output
    assert "4 customers, 2 anomalies" in answer.output
    root = ET.fromstring(output.read_text(encoding="utf-8"))  # noqa: S314
    groups = list(root.iter(f"{SVG}g"))
    counts = [len(list(group.iter(f"{SVG}circle"))) for group in groups]
    assert counts == [2, 1, 1]
    assert groups[0].get("fill") == "#c8c8c8"
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts[0] == "2 anomalies among 4 customers by PCA"
    assert texts[2:] == ["no anomaly", "fraud-like", "wholesaler"]


def test_what_there_is_not_is_refused(database, tmp_path):
    answer = run(database, "list", "--kind", "robot")
    assert answer.exit_code == 2
    assert (
        "nobody is 'robot'; there is: fraud-like, unusual, wholesaler" in answer.output
    )
    answer = run(database, "map", "--method", "t_sne")
    assert answer.exit_code == 2
    assert "no map by t_sne" in answer.output
    assert run(tmp_path / "none.duckdb", "list").exit_code == 2


def test_without_anomalies_that_is_said(database):
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.customer_anomalies where is_anomaly")
    assert "--top 10 tells the highest scores" in run(database, "list").output
