import json

import duckdb
import pytest
from typer.testing import CliRunner

from habitue.cli import app

MARTS = """
    create schema marts;
    create schema models;
    create table marts.segments as select
        'Loyal' as segment_name, 3 as customer_count, .75e0 as customer_share,
        5e0 as typical_recency_days, 2e0 as typical_order_count,
        1234.4e0 as typical_revenue, 1 as segment_id, 'orders high (2 vs 1)'
        as first_feature, 'revenue high (9 vs 1)' as second_feature,
        cast(null as varchar) as third_feature
    union all select
        'Dormant', 1, .25e0, 90, 0, 0, 2, 'orders low (0 vs 1)', null, null;
    create table marts.row_ledger as
    select 'web' as source, 'a' as input_name, 'kept' as bucket,
        10 as raw_row_count, 4 as bucket_row_count
    union all select 'web', 'b', 'kept', 10, 5
    union all select 'web', 'a', 'bot', 10, 1;
    create table marts.customers as select true as is_identified
    union all select false;
    create table marts.customer_features as select date '2025-03-01' as as_of_date;
    create table marts.segment_models as
    select 1 as model_version, 'x' as data_fingerprint, true as is_adopted;
    create table marts.k_evidence as
    select 'x' as data_fingerprint, true as is_chosen, 'chosen: stable' as reason;
"""


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_summary_shows_segments_rows_and_the_path(database):
    ran = run("summary", "--database", database)
    assert ran.exit_code == 0
    text = " ".join(ran.stdout.split())
    assert "2 segments of 2 customers (1 identified) as of 2025-03-01" in text
    assert "Loyal │ 3 │ 75.0% │ 5 d │ 2 │ 1,234" in text
    assert "Loyal: orders high (2 vs 1); revenue high (9 vs 1)" in text
    assert text.index("│ kept │ 9 │") < text.index("│ bot │ 1 │")
    assert "built.duckdb" in text


def test_the_summary_says_what_is_hidden_and_why(database):
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update marts.segments set customer_count = null, customer_share = null, "
            "typical_revenue = null where segment_name = 'Loyal'"
        )
    text = " ".join(run("summary", "--database", database).stdout.split())
    assert "Loyal │ hidden │ - │ 5 d │ 2 │ - │" in text
    assert text.index("Dormant │ 1 │") < text.index("Loyal │ hidden │")
    assert "too few customers to tell" in text


def test_the_summary_for_machines_is_json(database):
    ran = run("summary", "--database", database, "--json")
    told = json.loads(ran.stdout)
    assert told["sources"] == [
        {"source": "web", "raw_row_count": 10, "buckets": {"kept": 9, "bot": 1}}
    ]
    assert [line["name"] for line in told["segments"]] == ["Loyal", "Dormant"]


def test_the_database_of_the_environment_is_the_default(database, monkeypatch):
    monkeypatch.setenv("HABITUE_DATABASE", str(database))
    assert run("summary", "--json").exit_code == 0


def test_no_database_and_no_build_are_said_plainly(tmp_path):
    ran = run("summary", "--database", tmp_path / "none.duckdb")
    assert ran.exit_code == 2
    assert "run `dbt build` first" in ran.stderr
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    ran = run("summary", "--database", tmp_path / "empty.duckdb")
    assert ran.exit_code == 2
    assert "no finished build" in ran.stderr
    (tmp_path / "text.duckdb").write_text("not a database " * 500)
    ran = run("summary", "--database", tmp_path / "text.duckdb")
    assert ran.exit_code == 2
    assert "cannot be opened" in ran.stderr


def test_generate_writes_raw_tables_and_truth(tmp_path):
    ran = run(
        "generate", "--customers", 5, "--days", 7, "--out", tmp_path, "--format", "csv"
    )
    assert ran.exit_code == 0
    assert (tmp_path / "raw/web_pages.csv").is_file()
    assert (tmp_path / "truth/persons.csv").is_file()
    assert "events and" in ran.stderr


def test_generate_refuses_what_means_nothing(tmp_path):
    ran = run("generate", "--customers", 0, "--days", 7, "--out", tmp_path / "x")
    assert ran.exit_code == 2
    assert "Error:" in ran.stderr
    assert not (tmp_path / "x" / "raw").exists()
