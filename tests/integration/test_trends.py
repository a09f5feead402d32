"""Trends of a shop of two years, of a real one, and of worlds where little happens."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from warehouse import ResidentDbt, Warehouse, write_parquet

from habitue.generation import generate

if TYPE_CHECKING:
    from collections.abc import Callable

TRENDS = (
    "behaviour_models",
    "behaviour_forecasts",
    "behaviour_backtests",
    "behaviour_decomposition",
    "behaviour_anomalies",
    "behaviour_changes",
    "behaviour_series",
)
TRAFFIC = ("active_customers", "sessions")


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two years of a shop, spikes and level shifts of all visits planted."""
    world = Warehouse(tmp_path_factory.mktemp("two_years"))
    generate(customers=1000, days=730, seed=21, out=world.folder)
    variables = {
        "raw_location": str(world.folder / "raw"),
        "compared_algorithms": [],
        "map_methods": [],
        "max_segments": 4,
    }
    resident = ResidentDbt(world.folder, variables)
    resident.command(world, "seed", "--select", "lookups")
    resident.run(world, *TRENDS)
    return world


def planted(world: Warehouse, table: str, where: str = "true") -> set[date]:
    rows = world.query(
        f"select date from '{world.folder}/truth/{table}.parquet' where {where}"
    )
    return {row[0] for row in rows}


def found(world: Warehouse, sql: str, metric: str) -> set[date]:
    rows = world.query(
        f"select {sql} and metric = '{metric}' and grain = 'day' and segment_id is null"
    )
    return {row[0] for row in rows}


@pytest.mark.parametrize("metric", TRAFFIC)
def test_planted_spikes_are_all_found_and_hardly_anything_else(
    two_years: Warehouse, metric: str, record_property: Callable[[str, object], None]
) -> None:
    spikes = planted(two_years, "anomalies", "person_id is null")
    flagged = found(
        two_years,
        "period_start_date from marts.behaviour_anomalies where is_anomaly",
        metric,
    )
    precision = len(flagged & spikes) / len(flagged)
    record_property(
        "figure",
        f"{metric}: {len(flagged & spikes)} of {len(spikes)} spikes, "
        f"precision {precision:.2f}",
    )
    assert len(spikes) == 11
    assert flagged >= spikes
    assert precision >= 0.95


@pytest.mark.parametrize("metric", TRAFFIC)
def test_planted_level_shifts_are_dated_within_three_days(
    two_years: Warehouse, metric: str
) -> None:
    shifts = planted(two_years, "level_shifts")
    changed = found(
        two_years, "change_date from marts.behaviour_changes where true", metric
    )
    [(drift,)] = two_years.query(
        f"select cast(starts_at as date) from '{two_years.folder}/truth/drift.parquet'"
    )
    assert len(shifts) == 2
    for shift in shifts:
        assert any(abs((day - shift).days) <= 3 for day in changed)
    for day in changed:
        assert any(abs((day - one).days) <= 3 for one in (*shifts, drift))
    sizes = two_years.query(
        "select change_date, relative_low, relative_high from marts.behaviour_changes "
        "where metric = 'sessions' and grain = 'day' and segment_id is null "
        "order by change_date"
    )
    factors = two_years.query(
        f"select factor from '{two_years.folder}/truth/level_shifts.parquet' "
        "order by date"
    )
    for (_, low, high), (factor,) in zip(sizes, factors, strict=True):
        assert low - 0.05 <= factor - 1 <= high + 0.05


def test_metrics_are_those_of_a_loop_over_days_of_customers(
    two_years: Warehouse,
) -> None:
    """Active, new, returning and churned customers by day and week, naively."""
    last = two_years.value(
        "select max(period_start_date) from marts.behaviour_series where grain = 'day'"
    )
    active: dict[Any, list[date]] = defaultdict(list)
    for customer, day in two_years.query(
        "select customer_id, activity_date from marts.customer_days order by 2"
    ):
        active[customer].append(day)
    naive: dict[tuple[str, str, date], int] = defaultdict(int)
    for days in active.values():
        weeks = set()
        for place, day in enumerate(days):
            week = day - timedelta(days=day.weekday())
            naive["active_customers", "day", day] += 1
            naive["new_customers", "day", day] += place == 0
            naive["returning_customers", "day", day] += place > 0
            naive["new_customers", "week", week] += place == 0
            if week not in weeks:
                weeks.add(week)
                naive["active_customers", "week", week] += 1
                naive["returning_customers", "week", week] += days[0] < week
            lost = day + timedelta(days=90)
            if place + 1 == len(days) or days[place + 1] > lost:
                naive["churned_customers", "day", lost] += 1
                monday = lost - timedelta(days=lost.weekday())
                naive["churned_customers", "week", monday] += 1
    rows = two_years.query(
        "select metric, grain, period_start_date, value from marts.behaviour_series "
        "where segment_id is null and value is not null and metric in "
        "('active_customers', 'new_customers', 'returning_customers', "
        "'churned_customers')"
    )
    assert len(rows) > 3000
    for metric, grain, day, value in rows:
        assert day <= last
        assert value == naive[metric, grain, day], (metric, grain, day)


def test_segments_add_up_to_everybody(two_years: Warehouse) -> None:
    """Everybody has a segment here, and nobody two."""
    rows = two_years.query(
        "select metric, grain, period_start_date, "
        "sum(case when segment_id is null then value else -value end) "
        "from marts.behaviour_series where metric in ('active_customers', 'sessions', "
        "'orders', 'revenue', 'new_customers', 'churned_customers') "
        "group by all having abs(sum(case when segment_id is null then value "
        "else -value end)) > 1e-6"
    )
    outside = two_years.value(
        "select count(*) from marts.customer_days where customer_id not in "
        "(select customer_id from marts.customer_segments)"
    )
    assert outside or not rows


def test_intervals_hold_what_they_promise_on_days_that_were_held_out(
    two_years: Warehouse, record_property: Callable[[str, object], None]
) -> None:
    [(mase, naive, narrow, wide, count)] = two_years.query(
        "select avg(mase), avg(naive_mase), avg(coverage_80), avg(coverage_95), "
        "count(*) from marts.behaviour_forecasts where step = 1 and is_held_out"
    )
    record_property(
        "figure",
        f"{count} series: MASE {mase:.2f}, seasonal naive {naive:.2f}; coverage "
        f"{narrow:.2f} of .80, {wide:.2f} of .95",
    )
    assert mase < naive
    assert 0.65 <= narrow <= 0.95
    assert wide >= 0.85


def test_a_second_build_fits_nothing_and_says_the_same(two_years: Warehouse) -> None:
    tables = {
        name: sorted(map(str, two_years.query(f"select * from models.{name}")))
        for name in ("fitted_series", "series_forecasts")
    }
    variables = {
        "raw_location": str(two_years.folder / "raw"),
        "compared_algorithms": [],
        "map_methods": [],
        "max_segments": 4,
    }
    resident = ResidentDbt(two_years.folder, variables)
    resident.command(two_years, "run", "--select", *tables, *TRENDS)
    for name, rows in tables.items():
        again = sorted(map(str, two_years.query(f"select * from models.{name}")))
        assert again == rows


def test_a_real_shop_is_forecast_better_than_by_its_last_week(
    uci: Warehouse, record_property: Callable[[str, object], None]
) -> None:
    rows = uci.query(
        "select method, held_out_mase, naive_period, is_chosen "
        "from marts.behaviour_backtests where metric = 'revenue' and grain = 'week' "
        "and segment_id is null"
    )
    errors = {method: error for method, error, _, _ in rows}
    [chosen] = [method for method, _, _, is_chosen in rows if is_chosen]
    record_property(
        "figure",
        f"UCI weekly revenue: {chosen} {errors[chosen]:.2f}, seasonal naive "
        f"{errors['seasonal_naive']:.2f}",
    )
    # A year of weeks has no season of the year: the naive repeats the last week.
    assert {period for _, _, period, _ in rows} == {1}
    assert errors[chosen] < 1
    assert errors[chosen] < errors["seasonal_naive"]


def test_bank_holidays_of_a_real_shop_are_named(uci: Warehouse) -> None:
    flagged = {
        row[0]
        for row in uci.query(
            "select period_start_date from marts.behaviour_anomalies where is_anomaly "
            "and metric = 'orders' and grain = 'day' and segment_id is null "
            "and direction = 'below'"
        )
    }
    # England, 2011: Good Friday, Easter Monday, the royal wedding, May, spring, summer.
    holidays = ["04-22", "04-25", "04-29", "05-02", "05-30", "08-29"]
    assert {date.fromisoformat(f"2011-{day}") for day in holidays} <= flagged


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    folder = tmp_path_factory.mktemp("lines")
    return ResidentDbt(
        folder,
        {
            "sources": ["files"],
            "files_order_lines_path": str(folder / "lines.parquet"),
            "reporting_time_zone": "Europe/Berlin",
            "feature_refinement": False,
        },
    )


EMPTY = "select * from (select 1 as one) where 1 = 0"
WORLDS = {
    "nobody": ("where 1 = 0", 0),
    "one order": ("where day_number = 0 and buyer = 0", 1),
    "a leap February and a spring": ("where true", 60),
}


@pytest.mark.parametrize("name", WORLDS)
def test_worlds_where_little_happens_have_a_status_for_all(
    lines: ResidentDbt, name: str
) -> None:
    where, least = WORLDS[name]
    write_parquet(
        "select 'o' || day_number || '_' || buyer as order_id, 'p' as product_id, "
        "1 as quantity, timestamp '2024-02-01 23:30:00' "
        "+ to_days(cast(day_number as integer)) as ordered_at, "
        "10.0 as unit_price, 'u' || (buyer + day_number % 7) as user_id, "
        "'EUR' as currency, 'completed' as status "
        "from range(70) as days (day_number) cross join range(12) as buyers (buyer) "
        f"{where}",
        lines.folder / "lines.parquet",
    )
    world = lines.empty(name.replace(" ", "_"))
    lines.run(world, *TRENDS)
    periods = world.value(
        "select count(distinct period_start_date) from marts.behaviour_series "
        "where grain = 'day'"
    )
    assert periods >= least - 1
    assert not world.query(
        "select 1 from marts.behaviour_models where status is null or status = ''"
    )
    if not periods:
        assert not world.value("select count(*) from marts.behaviour_models")
        return
    assert not world.query(
        "select 1 from marts.behaviour_models group by metric, segment_id, grain "
        "having count(*) != 4"
    )
    if least == 60:
        # 23:30 UTC is the next day in Berlin; the night of 31 March has no hour three.
        days = dict(
            world.query(
                "select period_start_date, hour_count from marts.behaviour_series "
                "where metric = 'orders' and grain = 'day' and segment_id is null"
            )
        )
        assert date(2024, 2, 1) not in days
        assert days[date(2024, 2, 29)] == 24
        assert days[date(2024, 3, 31)] == 23
        orders = world.value(
            "select sum(value) from marts.behaviour_series where metric = 'orders' "
            "and grain = 'day' and segment_id is null"
        )
        assert orders == 12 * len(days)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"forecast_metrics": ["revenues"]}, "forecast_metrics names revenues"),
        ({"forecast_methods": "ets"}, "forecast_methods is ets; it must be a list"),
        ({"churn_after_days": 0}, "churn_after_days is 0"),
        ({"forecast_horizon_days": 2.5}, "forecast_horizon_days is 2.5"),
    ],
)
def test_settings_that_mean_nothing_stop_the_build(
    warehouse: Warehouse, variables: dict[str, Any], said: str
) -> None:
    both = variables | {"forecast_series_limit": -1}
    build = warehouse.dbt("parse", variables=both)
    assert not build.succeeded
    assert said in " ".join(build.output.split())
    assert "forecast_series_limit is -1" in " ".join(build.output.split())
