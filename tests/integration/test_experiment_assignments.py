"""Who is in which arm, for good: hashes as Python has them, frozen, and told apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest
from assigned_world import (
    ASSIGNMENTS,
    EXPERIMENTS,
    EXPOSED,
    HALVES,
    KEY,
    NEW_KEY,
    PERIOD,
    Shop,
    arm_at,
    naive_arms,
    place_of,
)
from scipy import stats
from typer.testing import CliRunner

from habitue.cli import app
from habitue.privacy.rotation import rotate_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse import Warehouse

FROZEN = "intermediate.int_assignments__frozen"
# Every frozen row, people by what they are called.
NAMED = (
    "select experiment_id, raw_value, arm, segment_id, definition_key, "
    f"cast(assigned_at as varchar) from {FROZEN} "
    "inner join vault.identifiers on unit_id = pseudonym"
)
TOLD = (
    "select experiment_id, raw_value, arm, status, cast(assigned_at as varchar) "
    "from marts.experiment_assignments "
    "inner join vault.identifiers on customer_id = pseudonym"
)
# For everybody, without strata: what one line of Python assigns.
SIMPLE = ("plain", "twin", "closed", "left-half", "right-half", "shown")
ASSERTIONS = ("path:tests/data/experiments", "experiment_assignments")
START, END = datetime(2024, 2, 10), datetime(2024, 4, 1)  # noqa: DTZ001
HOLDOUT = (datetime(2024, 2, 5), datetime(2024, 5, 1))  # noqa: DTZ001


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HABITUE_TARGET", "prod")
        patch.setenv("HABITUE_PSEUDONYM_KEY", KEY)
        yield Shop.at(tmp_path_factory.mktemp("assigned"))


@pytest.fixture(scope="module")
def first(shop: Shop) -> Warehouse:
    """As of 2024-02-21."""
    return shop.build(shop.dbt.empty("first"), deliveries_so_far=1)


@pytest.fixture(scope="module")
def second(shop: Shop, first: Warehouse) -> Warehouse:
    """As of 2024-03-06, on top of the first build."""
    warehouse = shop.build(shop.dbt.copy(first, "second"), deliveries_so_far=2)
    shop.dbt.command(warehouse, "test", "--select", *ASSERTIONS)
    return warehouse


def arms(warehouse: Warehouse, experiment: str) -> dict[str, str]:
    """Unit -> arm, of what is frozen."""
    return dict(
        warehouse.query(
            f"select cast(unit_id as varchar), arm from {FROZEN} "
            f"where experiment_id = '{experiment}'"
        )
    )


def customers(warehouse: Warehouse) -> dict[str, datetime]:
    return dict(
        warehouse.query(
            "select cast(customer_id as varchar), first_seen_at from marts.customers"
        )
    )


def test_the_arm_of_everybody_is_the_one_that_python_computes(
    first: Warehouse,
) -> None:
    people = customers(first)
    spared = naive_arms("spared", people, start=HOLDOUT[0], end=HOLDOUT[1])
    assert arms(first, "spared") == spared
    alone = {one for one, arm in spared.items() if arm == "alone"}
    assert len(alone) > 20
    for experiment in SIMPLE:
        expected = naive_arms(experiment, people, start=START, end=END)
        assert arms(first, experiment) == {
            one: arm for one, arm in expected.items() if one not in alone
        }
    assert {arm for arm, *_ in arms_told(first, "plain")} == {
        "control",
        "blue",
        "deep red",
    }


def arms_told(warehouse: Warehouse, experiment: str) -> list[tuple[str, str]]:
    return [row[2:4] for row in warehouse.query(TOLD) if row[0] == experiment]


def test_somebody_seen_on_the_stroke_of_the_start_was_not_there_before_it(
    first: Warehouse,
) -> None:
    there = {row[0] for row in first.query(TOLD) if row[1] == "on the stroke"}
    is_alone = ("alone", "in") in {
        row[2:4] for row in first.query(TOLD) if row[1] == "on the stroke"
    }
    assert "closed" not in there
    assert is_alone or "plain" in there
    told = {row[1]: row[4] for row in first.query(TOLD) if row[0] == "plain"}
    for name, assigned_at in told.items():
        is_new = name.startswith("new ") or name in {"clock", "only assigned"}
        assert (assigned_at > "2024-02-10 00:00:00") == is_new


def test_nobody_is_assigned_before_the_start(second: Warehouse) -> None:
    told = dict(second.query("select experiment_id, status from marts.experiments"))
    assert told["later"] == "planned"
    assert arms(second, "later") == {}
    assert told["plain"] == told["frequent"] == "running"
    assert told["elsewhere"] == "ended"
    assert told["nobody"] == "unknown segment"
    latest = second.value(
        "select max(as_of_date) from intermediate.int_as_of__dates where is_latest"
    )
    assert second.value(f"select max(cast(assigned_at as date)) from {FROZEN}") < latest


def test_strata_are_cut_evenly(first: Warehouse) -> None:
    """Naively: in each segment by hash, from a place that the first of them tells."""
    rows = first.query(
        f"select segment_id, cast(unit_id as varchar), arm from {FROZEN} "
        "where experiment_id = 'even'"
    )
    strata = defaultdict(dict)
    for segment, unit, arm in rows:
        strata[segment][unit] = arm
    assert len(strata) == 3  # Two segments, and those who came later.
    for assigned in strata.values():
        counts = Counter(assigned.values())
        assert abs(counts["control"] - counts["treatment"]) <= 1
        units = sorted(assigned, key=lambda unit: place_of(f"arm:even:{unit}"))
        start = place_of(f"start:even:{units[0]}")
        for number, unit in enumerate(units):
            assert assigned[unit] == arm_at((number + start) / len(units), HALVES)


def test_an_audience_is_who_is_in_its_segment(first: Warehouse) -> None:
    names = {row[1] for row in first.query(NAMED) if row[0] == "frequent"}
    alone = {row[1] for row in first.query(NAMED) if row[2] == "alone"}
    # On the first of February the many had their ten orders.
    assert names == {f"many {number}" for number in range(80)} - alone


def test_cookies_are_assigned_one_by_one(first: Warehouse) -> None:
    rows = [row for row in first.query(NAMED) if row[0] == "cookies"]
    assert {name.split()[0] for _, name, *_ in rows} == {"phone", "desk"}
    by_person = defaultdict(set)
    for _, name, arm, *_ in rows:
        by_person[f"two {name.split()[1]}"].add(arm)
    told = {row[1]: row[2:4] for row in first.query(TOLD) if row[0] == "cookies"}
    assert told == {
        person: (None, "in two arms") if len(found) > 1 else (min(found), "in")
        for person, found in by_person.items()
    }
    assert {len(found) for found in by_person.values()} == {1, 2}


def test_layers_and_holdouts_keep_people_apart(first: Warehouse) -> None:
    left, right = arms(first, "left-half"), arms(first, "right-half")
    assert left
    assert right
    assert not left.keys() & right.keys()
    assert left.keys() | right.keys() == arms(first, "plain").keys()
    alone = {one for one, arm in arms(first, "spared").items() if arm == "alone"}
    for experiment in EXPERIMENTS:
        if experiment != "spared":
            assert not alone & arms(first, experiment).keys()


def test_who_is_assigned_stays_and_newcomers_follow(
    first: Warehouse, second: Warehouse
) -> None:
    before, after = Counter(first.query(NAMED)), Counter(second.query(NAMED))
    assert before <= after
    added = {name.rsplit(" ", 1)[0] for _, name, *_ in after - before}
    assert added <= {"newer", "received", "clock"}
    late = {row[0]: row[5] for row in after if row[1] == "received late"}
    assert set(late) & {"plain", "spared"}
    assert set(late.values()) <= {"2024-02-10 00:00:00", "2024-02-05 00:00:00"}


def test_people_who_turn_out_to_be_one_are_told(
    first: Warehouse, second: Warehouse
) -> None:
    before = {(row[0], row[1]): row[2] for row in first.query(NAMED)}
    told = {(row[0], row[1]): row[2:4] for row in second.query(TOLD)}
    statuses = Counter()
    for number in range(0, 24, 2):
        found = {before.get(("plain", f"few {one}")) for one in (number, number + 1)}
        [(arm, status)] = [
            told[key]
            for one in (number, number + 1)
            if (key := ("plain", f"few {one}")) in told
        ] or [(None, "in none")]
        statuses[status] += 1
        known = found - {None}
        if len(known) == 2:
            assert (arm, status) == (None, "in two arms")
        elif known:
            # If a holdout keeps out one of the two, it keeps out both.
            assert arm in known
            assert status == ("held out" if None in found else "in")
        else:
            assert status == "in none"
    assert statuses["in two arms"] > 0
    assert statuses["in"] > 0
    assert statuses["held out"] > 0
    assert (
        second.value(
            "select count(*) from marts.experiment_assignments "
            "where is_analysed != (status = 'in') or (arm is null) != (arm_count > 1)"
        )
        == 0
    )


def test_batches_and_their_order_change_nothing(shop: Shop, second: Warehouse) -> None:
    """All at once, last row first, against two builds: who was never merged is equal.

    Strata aside, which are cut among those who come together.
    """
    at_once = shop.build(
        shop.dbt.empty("at_once"), deliveries_so_far=2, is_reversed=True
    )
    merged = {f"few {number}" for number in range(24)}

    def assigned(warehouse: Warehouse) -> Counter[tuple[str, ...]]:
        return Counter(
            (experiment, name, arm, assigned_at)
            for experiment, name, arm, *_, assigned_at in warehouse.query(NAMED)
            if name not in merged and experiment != "even"
        )

    assert assigned(at_once) == assigned(second)
    assert {experiment for experiment, *_ in assigned(second)} == {
        *(*SIMPLE, "spared", "frequent", "cookies"),
    }


def test_a_changed_definition_moves_nobody(
    shop: Shop, first: Warehouse, second: Warehouse
) -> None:
    """Other shares and names, an arm less, another audience; through a full refresh."""
    changed = EXPERIMENTS | {
        "plain": {"arms": {"control": 0.1, "red": 0.9}, **PERIOD},
        "frequent": {"arms": HALVES, **PERIOD, "segments": ["Low orders"]},
        "left-half": EXPERIMENTS["left-half"] | {"slice": [0, 0.2]},
        "right-half": EXPERIMENTS["right-half"] | {"slice": [0.2, 1]},
    }
    other = shop.with_settings("changed", experiments=changed)
    warehouse = other.build(
        other.dbt.copy(first, "changed_base"),
        deliveries_so_far=2,
        options=("--full-refresh",),
    )
    before, after = Counter(first.query(NAMED)), Counter(warehouse.query(NAMED))
    assert before <= after
    keys = defaultdict(set)
    for experiment, *_, key, _ in after:
        keys[experiment].add(key)
    assert {name for name, found in keys.items() if len(found) > 1} == {
        *("plain", "frequent", "left-half", "right-half"),
    }
    added = {
        (experiment, name)
        for experiment, name, *_ in after - before
        if name.startswith("few ")
    }
    assert {experiment for experiment, _ in added} == {"frequent"}
    told = Counter(row[2:4] for row in warehouse.query(TOLD) if row[0] == "plain")
    assert {arm for arm, status in told if status == "unknown arm"} == {
        *("blue", "deep red"),
    }
    # The slices moved over people who are in the other experiment: they stay there.
    other.dbt.command(warehouse, "test", "--select", "path:tests/data/experiments")


def test_a_file_tells_who_was_assigned_elsewhere(second: Warehouse) -> None:
    told = {row[1]: row[2:] for row in second.query(TOLD) if row[0] == "elsewhere"}
    assert told == {
        "few 50": ("control", "in", "2024-02-15 10:00:00"),
        "few 51": ("treatment", "in", "2024-02-10 00:00:00"),
        "few 52": (None, "in two arms", "2024-02-12 10:00:00"),
        "few 53": ("purple", "unknown arm", "2024-02-12 10:00:00"),
        "only assigned": ("treatment", "in", "2024-02-14 10:00:00"),
    }
    # Two experiments shown to one person at once are no double fire.
    asked = {row[1] for row in second.query(NAMED) if row[0] == "shown"}
    shown = {
        row[1] for row in second.query(TOLD) if row[0] == "shown" and row[3] == "in"
    }
    assert shown == asked & {"few 50", "few 51"} != set()


def test_every_row_of_the_file_is_accounted_for(second: Warehouse) -> None:
    ledger = dict(
        second.query(
            "select bucket, bucket_row_count from marts.row_ledger "
            "where input_name like '%assignments_0.csv' and bucket_row_count > 0"
        )
    )
    assert ledger == {
        "kept": len(ASSIGNMENTS) + len(EXPOSED) - 3,
        "duplicate": 1,
        "invalid": 2,
    }
    reasons = second.query(
        "select invalid_reason from intermediate.int_events__delivered "
        "where invalid_reason is not null order by 1"
    )
    assert reasons == [("unparsable assigned_at",), ("unparsable experiment_arm",)]


def test_arms_live_on_under_another_key(shop: Shop, second: Warehouse) -> None:
    warehouse = shop.dbt.copy(second, "rotated")
    rotate_key(
        warehouse.database,
        environment={
            "HABITUE_PSEUDONYM_KEY": KEY,
            "HABITUE_NEW_PSEUDONYM_KEY": NEW_KEY,
        },
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HABITUE_PSEUDONYM_KEY", NEW_KEY)
        shop.build(warehouse, deliveries_so_far=2)
    for rows in (NAMED, TOLD):
        assert Counter(warehouse.query(rows)) == Counter(second.query(rows))
    ids = f"select unit_id from {FROZEN}"
    assert not set(warehouse.query(ids)) & set(second.query(ids))


def test_arms_of_whom_nobody_knows_any_more_are_forgotten(
    shop: Shop, second: Warehouse
) -> None:
    later = shop.with_settings("kept_a_year", retention_days={"purchases": 365})
    later.dbt.now = datetime(2025, 2, 14, tzinfo=UTC)
    warehouse = shop.dbt.copy(second, "kept_a_year_base")
    for _ in range(2):  # What no row refers to any more leaves with the next build.
        later.build(warehouse, deliveries_so_far=2)
    unknown = "unit_id not in (select pseudonym from vault.identifiers)"
    assert warehouse.value(f"select count(*) from {FROZEN} where {unknown}") == 0
    left = {name for _, name, *_ in warehouse.query(NAMED)}
    assert "many 40" not in left
    assert any(name.startswith("newer ") for name in left)


def test_an_erased_person_is_in_no_arm_again(shop: Shop, second: Warehouse) -> None:
    warehouse = shop.dbt.copy(second, "erased")
    before = Counter(second.query(NAMED))
    theirs = Counter(row for row in before.elements() if row[1] == "many 3")
    assert theirs
    result = CliRunner().invoke(
        app,
        [
            *("privacy", "erase", "many 3", "--yes"),
            *("--out", str(warehouse.folder / "certificates")),
            *("--database", str(warehouse.database)),
        ],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    rows = f"select count(*) from {FROZEN}"
    left = before.total() - theirs.total()
    assert warehouse.value(rows) == left
    shop.build(warehouse, deliveries_so_far=2)
    assert warehouse.value(rows) == left
    assert Counter(warehouse.query(NAMED)) == before - theirs


def test_places_are_those_of_hashlib_and_independent(
    shop: Shop, first: Warehouse
) -> None:
    """Chi-square tests of 100,000 ids: even shares, and no arm tells another one."""
    place = shop.dbt.compiled(first, "{{ unit_interval_of('text') }}")
    ids = "select 'customer ' || range as id from range(100000)"
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select text, {place} from (select 'arm:one:' || id as text from ({ids}))"
            " limit 1000"
        ).fetchall()
        assert [place_of(text) for text, _ in rows] == [found for _, found in rows]
        table = connection.execute(
            f"""
            with places as (
                select
                    (select {place} from (select 'arm:one:' || id as text)) as one,
                    (select {place} from (select 'arm:two:' || id as text)) as two,
                    (select {place} from (select 'layer:one:' || id as text)) as layer
                from ({ids})
            )
            select
                cast(floor(one * 10) as integer), cast(floor(two * 10) as integer),
                cast(floor(layer * 10) as integer), count(*)
            from places group by all
            """
        ).fetchall()
    for left, right in ((0, 1), (0, 2), (1, 2)):
        counts = [[0] * 10 for _ in range(10)]
        for row in table:
            counts[row[left]][row[right]] += row[3]
        assert stats.chisquare([sum(row) for row in counts]).pvalue > 0.001
        assert stats.chi2_contingency(counts).pvalue > 0.001
