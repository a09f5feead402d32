"""Experiments of others: Hillstrom's e-mails, ab_test_demo, and the planted uplift."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import tea_tasting as tt
from scipy import stats
from warehouse import PROJECT, ResidentDbt, Warehouse

from habitue.experiment_marts import read_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARTS = ("experiments", "experiment_looks", "experiment_metrics")
# As little as segments can be asked for.
CHEAP: dict[str, Any] = {
    "sources": ["files"],
    "history_months": 1,
    "fixed_segment_count": 2,
    "compared_algorithms": [],
    "map_methods": [],
    "feature_refinement": False,
}
PURCHASES = {"model": "orders", "at": "ordered_at", "where": "is_purchase"}
AMOUNTS = {"model": "orders", "column": "amount", "at": "ordered_at"}
THIRD = 1 / 3
EMAILS = {
    "assigned_by": "events",
    "arms": {"no_email": THIRD, "mens_email": THIRD, "womens_email": THIRD},
    "start": "2008-03-01",
    "end": "2008-03-15",
    "metrics": ["visit", "conversion", "spend"],
    "minimum_effect": 0.1,
}
VIEWS = {"model": "events", "at": "occurred_at", "where": "event_type = 'page_view'"}
EMAIL_METRICS = {
    "visit": {"kind": "proportion", "value": VIEWS, "covariate": "recency_days"},
    "conversion": {
        "kind": "proportion",
        "value": PURCHASES,
        "covariate": "recency_days",
    },
    "spend": {"kind": "mean", "value": AMOUNTS},
}
COVARIATES = {"visit": "recency", "conversion": "recency", "spend": "history"}


def example(name: str, *arguments: object) -> None:
    """Run a script of the docs."""
    script = str(PROJECT / "docs" / "examples" / name)
    subprocess.run([sys.executable, script, *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def emails(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """64,000 customers, three arms; beside it the test with a tenth of an arm lost."""
    folder = tmp_path_factory.mktemp("hillstrom")
    source = shared_data / "hillstrom" / "email_test.parquet"
    events, lines = folder / "events.parquet", folder / "order_lines.parquet"
    example("hillstrom_events.py", source, events, lines)
    dbt = ResidentDbt(
        folder,
        CHEAP
        | {
            "files_events_path": str(events),
            "files_order_lines_path": str(lines),
            "as_of": "2008-03-15",
            "fixed_segment_count": 4,
            "experiment_pre_period_days": 365,
            "experiments": {"hillstrom": EMAILS, "hillstrom_lossy": EMAILS},
            "experiment_metrics": EMAIL_METRICS,
            "segment_features": {"recency_days": "log1p", "revenue": "log1p"},
        },
    )
    world = dbt.empty("hillstrom")
    dbt.run(world, *MARTS)
    return world


@pytest.mark.parametrize("arm", ["mens_email", "womens_email"])
@pytest.mark.parametrize("metric", ["visit", "conversion", "spend"])
@pytest.mark.parametrize("method", ["unadjusted", "cuped"])
def test_emails_come_to_what_tea_tasting_says_of_the_file(
    emails: Warehouse, shared_data: Path, arm: str, metric: str, method: str
) -> None:
    source = shared_data / "hillstrom" / "email_test.parquet"
    name = {"mens_email": "Mens E-Mail", "womens_email": "Womens E-Mail"}[arm]
    people = duckdb.sql(
        f"select *, segment = '{name}' as arm from '{source}' "
        f"where segment in ('No E-Mail', '{name}')"
    ).df()
    people["arm"] = people["arm"].astype(int)
    column = {"visit": "visit", "conversion": "conversion", "spend": "spend"}[metric]
    covariate = COVARIATES[metric] if method == "cuped" else None
    analysis = tt.Experiment({"told": tt.Mean(column, covariate)}, variant="arm")
    expected = analysis.analyze(people)["told"]
    [told] = emails.query(
        "select control_value, value, difference, difference_low, difference_high, "
        "relative_difference, relative_low, relative_high, p_value "
        "from marts.experiment_results where experiment_id = 'hillstrom' "
        f"and segment_id is null and arm = '{arm}' and metric = '{metric}' "
        f"and method = '{method}'"
    )
    assert told == pytest.approx(
        (
            *(expected.control, expected.treatment, expected.effect_size),
            *(expected.effect_size_ci_lower, expected.effect_size_ci_upper),
            expected.rel_effect_size,
            *(expected.rel_effect_size_ci_lower, expected.rel_effect_size_ci_upper),
            expected.pvalue,
        ),
        rel=1e-9,
    )


def test_emails_have_the_published_rates(emails: Warehouse) -> None:
    found = emails.query(
        "select arm, metric, customer_count, value from marts.experiment_metrics "
        "where experiment_id = 'hillstrom' and segment_id is null"
    )
    published = {
        "womens_email": (21387, 0.15140, 0.008837, 1.07720),
        "mens_email": (21307, 0.18276, 0.012531, 1.42262),
        "no_email": (21306, 0.10617, 0.005726, 0.65279),
    }
    told = {(arm, metric): (count, value) for arm, metric, count, value in found}
    for arm, (count, *values) in published.items():
        for metric, value in zip(("visit", "conversion", "spend"), values, strict=True):
            assert told[arm, metric][0] == count
            assert told[arm, metric][1] == pytest.approx(value, rel=1e-4)


def test_emails_are_told_by_segments_that_add_up(emails: Warehouse) -> None:
    rows = emails.query(
        "select metric, arm, sum(customer_count) filter (segment_id is null), "
        "sum(customer_count) filter (segment_id is not null), "
        "count(distinct segment_id) from marts.experiment_metrics "
        "where experiment_id = 'hillstrom' group by 1, 2"
    )
    assert len(rows) == 9
    for _, _, everybody, in_segments, count in rows:
        assert everybody == in_segments
        assert count >= 2


def test_a_tenth_of_an_arm_that_is_lost_blocks_every_verdict(emails: Warehouse) -> None:
    [(status, p_value)] = emails.query(
        "select status, p_value from marts.experiment_health "
        "where experiment_id = 'hillstrom_lossy' and check_name = 'sample_ratio'"
    )
    counts = [
        count
        for (count,) in emails.query(
            "select count(*) from marts.experiment_assignments "
            "where experiment_id = 'hillstrom_lossy' group by arm"
        )
    ]
    assert sum(counts) == 64000 - 2122
    assert status == "blocked"
    assert p_value == pytest.approx(stats.chisquare(counts).pvalue, rel=1e-6)
    verdicts = emails.query(
        "select distinct verdict from marts.experiment_results "
        "where experiment_id = 'hillstrom_lossy'"
    )
    assert all(verdict.startswith("not judged: ") for (verdict,) in verdicts)
    report = read_report(emails.database, "hillstrom_lossy")
    assert report.experiment.is_blocked
    assert report.experiment.verdict.startswith("blocked: ")
    assert report.checks[0].check_name == "sample_ratio"
    assert not read_report(emails.database, "hillstrom").experiment.is_blocked


def test_arms_of_the_lossy_copy_go_together(emails: Warehouse) -> None:
    [(status, count)] = emails.query(
        "select status, customer_count from marts.experiment_health "
        "where experiment_id = 'hillstrom' and check_name = 'overlap'"
    )
    assert (status, count) == ("warning", 64000 - 2122)


@pytest.fixture(scope="module")
def demo(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """ab_test_demo: buckets that somebody else assigned."""
    folder = tmp_path_factory.mktemp("ab_test_demo")
    events = folder / "events.parquet"
    source = shared_data / "retentioneering" / "ab_test_demo.parquet"
    example("retentioneering_events.py", source, events)
    dbt = ResidentDbt(
        folder,
        CHEAP
        | {
            "files_events_path": str(events),
            "experiments": {
                "ab_test_demo": {
                    "assigned_by": "events",
                    "arms": {"control": 0.5, "test": 0.5},
                    "start": "2019-11-01",
                    "end": "2020-04-30",
                    "metrics": ["transactions", "revenue"],
                }
            },
            "experiment_metrics": {
                "transactions": {"kind": "mean", "value": PURCHASES},
                "revenue": {"kind": "mean", "value": AMOUNTS},
            },
        },
    )
    world = dbt.empty("ab_test_demo")
    dbt.run(world, *MARTS)
    return world


def test_buckets_of_others_are_read_and_who_is_not_in_the_test_left_out(
    demo: Warehouse,
) -> None:
    found = demo.query(
        "select arm, metric, customer_count, cast(value_sum as bigint) "
        "from marts.experiment_metrics where segment_id is null order by 1, 2"
    )
    assert found == [
        ("control", "revenue", 573, 68702),
        ("control", "transactions", 573, 94),
        ("test", "revenue", 554, 98789),
        ("test", "transactions", 554, 134),
    ]
    assert demo.value("select count(*) from marts.customers") == 3751
    [(status, p_value)] = demo.query(
        "select status, p_value from marts.experiment_health "
        "where check_name = 'sample_ratio'"
    )
    assert status == "ok"
    assert p_value == pytest.approx(stats.binomtest(554, 1127).pvalue, rel=1e-9)


def test_buckets_of_others_differ_as_tea_tasting_says(
    demo: Warehouse, shared_data: Path
) -> None:
    people = duckdb.sql(
        "select client_id, cast(user_backet = 'test' as integer) as arm, "
        "count(transaction_ID) as transactions "
        f"from '{shared_data}/retentioneering/ab_test_demo.parquet' "
        "where user_backet != 'not_in_test' group by all"
    ).df()
    metric = {"told": tt.Mean("transactions")}
    expected = tt.Experiment(metric, variant="arm").analyze(people)["told"]
    [told] = demo.query(
        "select relative_difference, relative_low, relative_high, p_value "
        "from marts.experiment_results where metric = 'transactions' "
        "and method = 'unadjusted' and segment_id is null"
    )
    assert told == pytest.approx(
        (
            expected.rel_effect_size,
            expected.rel_effect_size_ci_lower,
            expected.rel_effect_size_ci_upper,
            expected.pvalue,
        ),
        rel=1e-9,
    )


@pytest.fixture(scope="module")
def planted(shop: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The shop's own build, its experiment measured by what was planted."""
    [(start, end)] = shop.query(
        "select cast(starts_at as date), cast(ends_at as date) "
        f"from '{shop.folder}/truth/experiment.parquet'"
    )
    exposures = {
        "model": "events",
        "at": "occurred_at",
        "where": "event_type = 'campaign_exposure'",
    }
    variables = {
        "raw_location": str(shop.folder / "raw"),
        "experiments": {
            "checkout_button": {
                "assigned_by": "events",
                "arms": {"control": 0.5, "treatment": 0.5},
                "start": str(start),
                "end": str(end),
                "metrics": ["orders_per_checkout"],
                "minimum_effect": 0.2,
            }
        },
        "experiment_metrics": {
            "orders_per_checkout": {
                "kind": "ratio",
                "value": exposures | {"where": "event_type = 'purchase'"},
                "base": exposures,
            }
        },
    }
    dbt = ResidentDbt(tmp_path_factory.mktemp("planted"), variables)
    world = dbt.copy(shop, "planted")
    paths = (
        "models/intermediate/assignments",
        "models/intermediate/experiments",
        "models/marts/experiments",
    )
    chosen = [f"path:{path}" for path in (*paths, "python_models/inference")]
    dbt.command(world, "run", "--select", *chosen)
    return world


def test_the_planted_uplift_is_inside_the_interval(
    shop: Warehouse,
    planted: Warehouse,
    record_property: Callable[[str, object], None],
) -> None:
    truth = shop.value(
        f"select relative_effect from '{shop.folder}/truth/experiment.parquet'"
    )
    [(low, effect, high, count)] = planted.query(
        "select relative_low, relative_difference, relative_high, "
        "customer_count + control_customer_count from marts.experiment_results "
        "where segment_id is null and method = 'unadjusted'"
    )
    record_property(
        "figure",
        f"planted {truth:+.0%}: {effect:+.1%} ({low:+.1%} to {high:+.1%}), "
        f"{count:,} customers",
    )
    assert low < truth < high
    assert 0.03 < high - low < 0.15


def test_who_was_assigned_is_who_was_planted(
    shop: Warehouse, planted: Warehouse
) -> None:
    """Customers who are one person have that person's arm."""
    [(right, wrong)] = planted.query(
        "select count(*) filter (assigned.arm = persons.experiment_arm), "
        "count(*) filter (assigned.arm != persons.experiment_arm) "
        "from marts.experiment_assignments as assigned "
        "inner join intermediate.int_identity__components as components "
        "using (customer_id) "
        "inner join vault.identifiers as identifiers using (pseudonym) "
        f"inner join '{shop.folder}/truth/persons.parquet' as persons "
        "on identifiers.raw_value = persons.user_id "
        "where assigned.is_analysed"
    )
    assert right > 1500
    assert wrong / (right + wrong) < 0.01
