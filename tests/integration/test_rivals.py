"""What a user would write instead gives what the project gives, or is told apart."""

import shutil
import subprocess
import sys

import duckdb
import pytest
from at_size.agreement import Agreement, compare, tell
from rival_world import lay_out
from warehouse import PROJECT

RIVALS = PROJECT / "benchmarks" / "at_size" / "rivals"
NOT_INSTALLED = 3


@pytest.fixture(scope="module")
def world(new_warehouse):
    """A built warehouse, with its raw files in raw/ and identities.parquet."""
    warehouse = new_warehouse("rivals")
    lay_out(warehouse.folder / "raw")
    built = warehouse.dbt(
        *("build", "--resource-type", "model", "--resource-type", "seed"),
        *("--select", "+customer_features", "+rfm_scores", "+sessions"),
        variables={
            "sources": ["files"],
            "files_events_path": f"{warehouse.folder}/raw/events_*.parquet",
            "files_order_lines_path": f"{warehouse.folder}/raw/order_lines_*.parquet",
        },
    )
    assert built.succeeded, built.output[-3000:]
    warehouse.query(
        "copy (select customer_id, pseudonym "
        "from intermediate.int_identity__components) "
        f"to '{warehouse.folder}/identities.parquet' (format parquet)"
    )
    return warehouse


def run(name, world):
    """The folder with what a rival made; tests of those not installed are skipped."""
    out = world.folder / name
    if not out.exists():
        arguments = {
            "--raw": world.folder / "raw",
            "--identities": world.folder / "identities.parquet",
            "--out": out,
            "--threads": 2,
            "--memory-limit": "1GB",
        }
        ran = subprocess.run(
            [
                *(sys.executable, str(RIVALS / f"{name}.py")),
                *(str(part) for pair in arguments.items() for part in pair),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode == NOT_INSTALLED:
            assert len(ran.stderr.splitlines()) == 1
            pytest.skip(ran.stderr.strip())
        assert ran.returncode == 0, ran.stderr[-3000:]
    return out


def test_the_world_breaks_every_rule(world):
    reasons = {
        reason
        for (reason,) in world.query(
            "select distinct reason from intermediate.int_events__set_aside"
        )
    }
    assert reasons == {
        "repeated event_id",
        "repeated order",
        "repeated view",
        "same visitor, type and target at once",
        "sent long after it was created",
        "rate",
        "views without engagement",
        "user agent",
    }
    invalid = world.query(
        "select distinct invalid_reason from intermediate.int_events__delivered"
    )
    assert {reason for (reason,) in invalid} == {
        *(None, "no event type", "no time", "no identifier", "time in the future"),
    }
    [(longest,)] = world.query(
        "select max(ended_at - started_at) > interval 71 hour from marts.sessions"
    )
    assert longest


@pytest.mark.parametrize(
    "name", ["duckdb_by_hand", "polars_frames", "pandas_frames", "spark_local"]
)
def test_a_rival_agrees(world, name):
    agreement = compare(world.database, run(name, world))
    assert agreement.holds, tell(agreement)
    assert agreement.sessions.rows > 4_000
    assert agreement.features.rows > 400


CHANGES = {
    "a count": ("sessions", "update found set event_count = event_count + 1", "differ"),
    "a time": (
        "sessions",
        "update found set ended_at = ended_at + interval 1 microsecond",
        "ended_at: ",
    ),
    "an absent row": ("sessions", "delete from found", "only here"),
    "a row too many": (
        "sessions",
        "insert into found select * replace "
        "(started_at - interval 1 day as started_at) from found",
        "only there",
    ),
    "a row twice": ("features", "insert into found from found", "repeated"),
    "a small difference": (
        "features",
        "update found set engaged_minutes_per_session = "
        "engaged_minutes_per_session * (1 + 2e-9)",
        "engaged_minutes_per_session: ",
    ),
    "an amount": (
        "features",
        "update found set revenue = revenue + 0.0001",
        "revenue: ",
    ),
    "a score": ("features", "update found set recency_score = null", "null there"),
}


# The row that is changed: one in which every number says something.
ONE = {
    "sessions": "event_count desc, visitor_id, started_at",
    "features": "recency_score is null, engaged_minutes_per_session desc, customer_id",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_one_row_is_told(world, tmp_path, change):
    table, statement, said = CHANGES[change]
    [other] = {"sessions", "features"} - {table}
    made = run("duckdb_by_hand", world)
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as from '{made}/{table}.parquet'")
        connection.execute(
            f"create table found as from rows order by {ONE[table]} limit 1"
        )
        connection.execute("delete from rows where rows in (select found from found)")
        connection.execute(statement)
        connection.execute("insert into rows from found")
        connection.execute(f"copy rows to '{tmp_path}/{table}.parquet'")
    shutil.copy(made / f"{other}.parquet", tmp_path)
    agreement = compare(world.database, tmp_path)._asdict()
    assert not agreement[table].holds
    assert agreement[other].holds
    assert said in tell(Agreement(**agreement))


def test_nothing_agrees_with_nothing(world, tmp_path):
    made = run("duckdb_by_hand", world)
    with duckdb.connect() as connection:
        for name in ("sessions", "features"):
            connection.execute(
                f"copy (from '{made}/{name}.parquet' limit 0) "
                f"to '{tmp_path}/{name}.parquet'"
            )
    assert not compare(world.database, tmp_path).holds


def test_a_tiny_difference_of_floating_point_numbers_is_none(world, tmp_path):
    made = run("duckdb_by_hand", world)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * replace (engaged_seconds * (1 + 1e-12) as engaged_seconds) "
            f"from '{made}/sessions.parquet') to '{tmp_path}/sessions.parquet'"
        )
    shutil.copy(made / "features.parquet", tmp_path)
    agreement = compare(world.database, tmp_path)
    assert agreement.holds
    assert 0 < agreement.sessions.largest_difference["engaged_seconds"] < 1e-9
