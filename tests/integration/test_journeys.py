"""Transitions and conversion: published figures, paths counted again, what is odd."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from journey_paths import (
    CONVERSION,
    START,
    conversion,
    count_moves,
    ecom_paths,
    write_ecom,
)
from warehouse import ResidentDbt

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Warehouse

MARTS = (
    "journey_transitions",
    "journey_conversion",
    "journey_removal_effects",
    "journey_comparisons",
)
OF_ALL = "level = 'step' and segment_id is null"


@pytest.fixture(scope="module")
def ecom(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """600 users, the whole path of each a journey, purchases on the way."""
    folder = tmp_path_factory.mktemp("ecom")
    dbt = ResidentDbt(
        folder,
        {
            "sources": ["files"],
            "files_events_path": write_ecom(shared_data, folder / "events.parquet"),
            "journey_unit": "customer",
            "journey_ends_at_conversion": False,
            "history_months": 1,
        },
    )
    warehouse = dbt.empty("ecom")
    dbt.run(warehouse, *MARTS)
    return warehouse


def moves_told(warehouse: Warehouse, *, order: int, where: str = OF_ALL) -> Counter:
    """Transitions of all months, as count_moves counts them."""
    previous = "coalesce(previous_state, ''), " if order > 1 else ""
    return Counter(
        {
            tuple(move): count
            for *move, count in warehouse.query(
                f"select {previous}state, next_state, transition_count "
                "from marts.journey_transitions where period_start is null "
                f"and chain_order = {order} and {where}"
            )
        }
    )


def test_transitions_of_the_published_shop(ecom: Warehouse, shared_data: Path) -> None:
    paths = ecom_paths(shared_data)
    for order in (1, 2):
        assert moves_told(ecom, order=order) == count_moves(
            paths.values(), order=order, goes_on=True
        )
    assert len(moves_told(ecom, order=1)) == 367
    shares = dict(
        ecom.query(
            "select state || ' ' || next_state, probability "
            "from marts.journey_transitions where chain_order = 1 "
            f"and period_start is null and {OF_ALL}"
        )
    )
    published = {
        "(start) home": 0.325,
        "(start) catalog": 0.268333,
        "(start) search": 0.213333,
        "add_to_cart product_view": 0.215453,
        "add_to_cart cart": 0.165676,
        "add_to_cart catalog": 0.120357,
        "add_to_cart shipping_details": 0.103269,
    }
    assert {name: shares[name] for name in published} == pytest.approx(
        published, abs=1e-6
    )


def test_conversion_of_the_published_shop(ecom: Warehouse, shared_data: Path) -> None:
    paths = ecom_paths(shared_data)
    for order in (1, 2):
        previous = "coalesce(previous_state, ''), " if order > 1 else ""
        told = {
            tuple(state): probability
            for *state, probability in ecom.query(
                f"select {previous}state, conversion_probability "
                "from marts.journey_conversion "
                f"where chain_order = {order} and {OF_ALL}"
            )
        }
        expected = conversion(count_moves(paths.values(), order=order, goes_on=True))
        assert told == pytest.approx(expected, abs=1e-12)
        if order == 1:
            published = {
                "(start)": 0.441425,
                "add_to_cart": 0.475516,
                "cart": 0.493964,
                "payment_details": 0.525467,
                "shipping_details": 0.510615,
                "payment_error": 0.448255,
                "checkout_bug": 0.486844,
            }
            assert {name: told[name,] for name in published} == pytest.approx(
                published, abs=1e-6
            )


def test_the_error_of_the_published_shop_is_told(ecom: Warehouse) -> None:
    for order in (1, 2):
        [(observed, error, low, high)] = ecom.query(
            "select held_out_observed, held_out_error, held_out_error_low, "
            "held_out_error_high from marts.journey_conversion "
            f"where state = '(start)' and chain_order = {order} and {OF_ALL}"
        )
        assert observed == pytest.approx(328 / 600, abs=1e-12)
        assert error == pytest.approx(-0.10, abs=0.01)
        assert low < error < high < -0.05
    chosen = ecom.query(
        "select distinct chain_order from marts.journey_calibration "
        f"where is_chosen and {OF_ALL}"
    )
    assert chosen == [(1,)]


def test_calibration_is_a_fit_to_the_other_customers(
    ecom: Warehouse, shared_data: Path
) -> None:
    fold_of = dict(
        ecom.query(
            "select vault.raw_value, journeys.fold "
            "from intermediate.int_journeys__measured as journeys "
            "inner join intermediate.int_identity__components using (customer_id) "
            "inner join vault.identifiers as vault using (pseudonym) "
            "where journeys.level = 'step' and vault.identifier_kind = 'user_id'"
        )
    )
    paths = ecom_paths(shared_data)
    assert set(fold_of) == set(paths)
    predicted_by = {
        fold: conversion(
            count_moves(
                (path for user, path in paths.items() if fold_of[user] != fold),
                goes_on=True,
            )
        )
        for fold in range(5)
    }
    # Per state and user: visits, predictions, conversions that came later.
    rows: dict[str, dict[str, list[float]]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0, 0])
    )
    for user, path in paths.items():
        last = max(
            (i for i, state in enumerate(path) if state == CONVERSION), default=-1
        )
        for place, state in enumerate([START, *path]):
            if state != CONVERSION:
                found = rows[state][user]
                found[0] += 1
                found[1] += predicted_by[fold_of[user]][state,]
                found[2] += place - 1 < last
    told = ecom.query(
        "select state, visit_count, predicted, observed, error, error_low "
        "from marts.journey_calibration "
        f"where grain = 'state' and chain_order = 1 and {OF_ALL}"
    )
    assert {row[0] for row in told} == set(rows)
    for state, visits, predicted, observed, error, low in told:
        figures = np.array(list(rows[state].values()), dtype=float)
        count, expected, converted = figures.sum(axis=0)
        assert visits == count
        assert predicted == pytest.approx(expected / count, abs=1e-9)
        assert observed == pytest.approx(converted / count, abs=1e-12)
        rest = figures[:, 1] - figures[:, 2] - error * figures[:, 0]
        users = len(figures)
        spread = np.sqrt(users / (users - 1) * (rest**2).sum()) / count
        assert error - low == pytest.approx(1.959964 * spread, rel=1e-5)


# What a visit came by, and whether it bought: S. Bryl's three paths, one customer each.
BRYL = {
    "ann": (("email", False), ("cpc", False), ("display", True)),
    "bob": (("email", False),),
    "eve": (("cpc", False), ("display", False)),
}


@pytest.fixture(scope="module")
def bryl(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("bryl")
    rows = []
    for user, visits in BRYL.items():
        for day, (medium, buys) in enumerate(visits, start=1):
            rows.append((user, "page_view", f"2025-03-0{day} 10:00:00", medium))
            # A loop: the same step twice. What follows is no step.
            rows.append((user, "page_view", f"2025-03-0{day} 10:01:00", None))
            if buys:
                rows.append((user, "purchase", f"2025-03-0{day} 10:02:00", None))
    events = pd.DataFrame(
        rows, columns=["user_id", "event_type", "occurred_at", "utm_medium"]
    )
    path = folder / "events.parquet"
    events.to_parquet(path)
    dbt = ResidentDbt(
        folder,
        {"sources": ["files"], "files_events_path": str(path), "history_months": 1},
    )
    warehouse = dbt.empty("bryl")
    dbt.run(warehouse, *MARTS)
    return warehouse


def test_bryls_example(bryl: Warehouse) -> None:
    of_channels = "level = 'channel' and segment_id is null"
    [(probability,)] = bryl.query(
        "select conversion_probability from marts.journey_conversion "
        f"where state = '(start)' and chain_order = 1 and {of_channels}"
    )
    assert probability == pytest.approx(1 / 3, abs=1e-12)
    told = {
        state: (effect, share)
        for state, effect, share in bryl.query(
            "select state, removal_effect, attribution_share "
            f"from marts.journey_removal_effects where {of_channels}"
        )
    }
    assert told == {
        "Email": pytest.approx((0.5, 0.2), abs=1e-12),
        "Paid Search": pytest.approx((1, 0.4), abs=1e-12),
        "Display": pytest.approx((1, 0.4), abs=1e-12),
    }


def test_loops_are_kept_and_few_customers_have_no_interval(bryl: Warehouse) -> None:
    loops = moves_told(bryl, order=1)["page_view", "page_view"]
    assert loops == 6
    assert not bryl.value(
        "select count(*) from marts.journey_removal_effects "
        "where removal_effect_low is not null"
    )
    assert not bryl.value(
        "select count(*) from marts.journey_comparisons where status = 'told'"
    )


@pytest.fixture(scope="module")
def visit_paths(shop: Warehouse) -> dict[tuple[Any, Any], list[list[str]]]:
    """Customer and visit → journeys of the visit, cut after conversions."""
    ignored = "('page_ping', 'identify', 'email_open', 'campaign_exposure')"
    journeys: dict[tuple[Any, Any], list[list[str]]] = defaultdict(lambda: [[]])
    for customer, visit, state in shop.query(
        "select sessions.customer_id, events.stitched_session_id, "
        "case when event_type = 'purchase' then '(conversion)' "
        "else coalesce(event_name, event_type) end "
        "from marts.events inner join marts.sessions using (session_id) "
        f"where event_type not in {ignored} "
        "order by events.stitched_session_id, occurred_at, events.source, event_id"
    ):
        cut = journeys[customer, visit]
        cut[-1].append(state)
        if state == CONVERSION:
            cut.append([])
    return {key: [path for path in cut if path] for key, cut in journeys.items()}


def test_transitions_are_those_of_visits(
    shop: Warehouse, visit_paths: dict[tuple[Any, Any], list[list[str]]]
) -> None:
    paths = [path for cut in visit_paths.values() for path in cut]
    for order in (1, 2):
        assert moves_told(shop, order=order) == count_moves(paths, order=order)
    told = Counter(
        {
            (state, following): customers
            for state, following, customers in shop.query(
                "select state, next_state, customer_count "
                "from marts.journey_transitions where period_start is null "
                f"and chain_order = 1 and {OF_ALL}"
            )
        }
    )
    customers: dict[tuple[str, ...], set[Any]] = defaultdict(set)
    for (customer, _), cut in visit_paths.items():
        for move in count_moves(cut):
            customers[move].add(customer)
    assert told == {move: len(who) for move, who in customers.items()}


def test_a_journey_starts_as_often_as_it_converts(
    shop: Warehouse, visit_paths: dict[tuple[Any, Any], list[list[str]]]
) -> None:
    # Journeys that end at the conversion: what flows in flows out, so that the start's
    # probability is the share itself, however wrong the chain is elsewhere.
    paths = [path for cut in visit_paths.values() for path in cut]
    share = np.mean([path[-1] == CONVERSION for path in paths])
    for order in (1, 2):
        [(told,)] = shop.query(
            "select conversion_probability from marts.journey_conversion "
            f"where state = '(start)' and chain_order = {order} and {OF_ALL}"
        )
        assert told == pytest.approx(share, abs=1e-12)


def test_channels_are_those_of_visits(shop: Warehouse) -> None:
    visits: dict[Any, list[tuple[Any, Any, str, bool]]] = defaultdict(list)
    for customer, began, ended, channel, buys in shop.query(
        "select customer_id, min(started_at), max(ended_at), "
        "arg_min(traffic_channel, (started_at, session_id)), sum(purchase_count) > 0 "
        "from marts.sessions group by stitched_session_id, customer_id "
        "order by customer_id, min(started_at)"
    ):
        visits[customer].append((began, ended, channel, buys))
    paths: list[list[str]] = []
    for found in visits.values():
        path: list[str] = []
        previous = None
        for began, ended, channel, buys in found:
            if path and previous and (began - previous).total_seconds() > 30 * 86400:
                paths.append(path)
                path = []
            path.append(channel)
            if buys:
                paths.append([*path, CONVERSION])
                path = []
            previous = ended
        if path:
            paths.append(path)
    where = "level = 'channel' and segment_id is null"
    assert moves_told(shop, order=1, where=where) == count_moves(paths)
    expected = conversion(count_moves(paths))
    told = shop.query(
        "select state, conversion_probability from marts.journey_conversion "
        f"where chain_order = 1 and {where}"
    )
    assert dict(told) == pytest.approx(
        {state: value for (state,), value in expected.items()}, abs=1e-12
    )


def test_segments_and_months_add_up(shop: Warehouse) -> None:
    for scope in ("segment_id", "period_start"):
        other = {"segment_id": "period_start", "period_start": "segment_id"}[scope]
        apart = shop.query(
            "select level, state, next_state, sum(transition_count) "
            f"filter (where {scope} is not null), sum(transition_count) "
            f"filter (where {scope} is null) from marts.journey_transitions "
            f"where chain_order = 1 and {other} is null group by 1, 2, 3"
        )
        assert apart
        assert all(some == everything for *_, some, everything in apart)


def test_the_second_order_is_no_worse_on_the_visits_it_was_chosen_for(
    shop: Warehouse,
) -> None:
    rows = shop.query(
        "select gain, gain_low, gain_high, is_chosen from marts.journey_calibration "
        "where grain = 'all' and chain_order = 2"
    )
    assert rows
    for gain, low, high, is_chosen in rows:
        assert low <= gain <= high
        assert is_chosen == (low > 0 and gain >= 0.0001)


def test_the_planted_arm_converts_more(shop: Warehouse) -> None:
    [row] = shop.query(
        "select difference_low, difference_high, corrected_p_value, reference_name "
        "from marts.journey_comparisons where compared_by = 'arm' and level = 'step' "
        "and state = 'checkout_started' and next_state = '(conversion)'"
    )
    low, high, p_value, reference = row
    assert reference == "control"
    assert 0 < low < high
    assert p_value < 0.05


def test_months_are_compared_as_least_squares_would(shop: Warehouse) -> None:
    rows = shop.query(
        "select group_name, reference_name, state, next_state, difference, "
        "difference_low, difference_high from marts.journey_comparisons "
        "where compared_by = 'month' and level = 'step' and status = 'told' "
        "order by customer_count desc, state, next_state limit 3"
    )
    assert len(rows) == 3
    for later, earlier, state, following, difference, low, high in rows:
        visits = shop.query(
            "select customer_id, period_start, "
            f"sum(case when next_state = '{following}' then transition_count else 0 "
            "end), sum(transition_count) "
            "from intermediate.int_journey_transitions__counted "
            f"where level = 'step' and state = '{state}' "
            f"and period_start in ('{later}', '{earlier}') group by 1, 2"
        )
        outcome, month, customer = [], [], []
        for who, when, moves, count in visits:
            outcome += [1] * int(moves) + [0] * int(count - moves)
            month += [str(when) == later] * int(count)
            customer += [str(who)] * int(count)
        fit = sm.OLS(
            np.array(outcome), sm.add_constant(np.array(month, dtype=float))
        ).fit(
            cov_type="cluster",
            cov_kwds={"groups": pd.factorize(np.array(customer))[0]},
        )
        assert difference == pytest.approx(fit.params[1], abs=1e-9)
        assert (high - low) / 2 == pytest.approx(1.96 * fit.bse[1], rel=0.02)


def test_orders_alone_make_no_journeys(uci: Warehouse) -> None:
    assert uci.query(
        "select level, status, conversion_probability from marts.journey_conversion "
        "order by level"
    ) == [("channel", "no journeys", None), ("step", "no journeys", None)]
    for mart in ("journey_transitions", "journey_calibration", "journey_comparisons"):
        assert not uci.value(f"select count(*) from marts.{mart}")


def test_settings_that_mean_nothing_are_named_at_once(warehouse: Warehouse) -> None:
    refused = warehouse.dbt(
        "parse",
        variables={
            "journey_state": "page",
            "journey_max_states": 0,
            "journey_gap_days": "none",
            "journey_ends_at_conversion": "yes",
            "journey_conversion_event_types": ["order"],
            "journey_ignored_event_types": "page_ping",
        },
    )
    assert not refused.succeeded
    for said in (
        "journey_state is page; it must be one of event_name, event_type",
        "journey_max_states is 0; it must be a whole number from 2 on",
        "journey_gap_days is none; it must be a whole number from 1 on",
        "journey_ends_at_conversion is yes; it must be true or false",
        "journey_conversion_event_types names order; there are page_view",
        "journey_ignored_event_types is page_ping; it must be a list, like [page_ping]",
    ):
        assert said in " ".join(refused.output.split())


def test_a_conversion_cannot_be_ignored(warehouse: Warehouse) -> None:
    refused = warehouse.dbt(
        "parse", variables={"journey_ignored_event_types": ["purchase"]}
    )
    assert "names purchase, which is a conversion" in refused.output
