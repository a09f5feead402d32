"""How often experiments are wrong: false alarms, peeking, and whether intervals hold.

Customers of a shop, of whom few buy, at very different prices; who bought before buys
again more often, and at prices like before.

    python benchmarks/experiment_simulation.py --runs 10000 --customers 5000
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from habitue.experiments import (
    Effects,
    Ranks,
    Sums,
    always_valid_effects,
    compare,
    compare_quantiles,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

SEED = 20250124
ALPHA = 0.05
UPLIFT = 0.1
LOOKS = 10
BATCH = 500
# Shares of customers who bought before only, before and since, and since only.
BEFORE, BOTH, SINCE = 0.06, 0.04, 0.054
LEVEL, NOISE = 0.8, 0.6  # deviations of log prices: the customer's own, and the rest
ORDERS = 0.4  # more than one, on average
PRICE = float(np.exp((LEVEL**2 + NOISE**2) / 2))
REVENUE = (BOTH + SINCE) * (1 + ORDERS) * PRICE
QUANTILE = 0.9
CONVERSION, SPENT, ORDER_VALUE = "conversion", "revenue per customer", "order value"
TRUTH = {CONVERSION: BOTH + SINCE, SPENT: REVENUE, ORDER_VALUE: PRICE}


class Share(NamedTuple):
    """How often something was so.

    Attributes:
        question: What was asked.
        metric: Of what.
        method: Told how.
        runs: Experiments.
        share: Of these, where it was so.
    """

    question: str
    metric: str
    method: str
    runs: int
    share: float


def main() -> None:
    """Print the table for the docs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=5_000, help="In each arm.")
    options = parser.parse_args()
    table = Table(
        title=f"{options.customers:,} customers in each arm", title_justify="left"
    )
    for name in ("", "metric", "method"):
        table.add_column(name)
    for name in ("experiments", "share"):
        table.add_column(name, justify="right")
    steps = (false_alarms, coverage, peeking, quantile_coverage)
    for step in track(steps, "simulating", transient=True):
        rng = np.random.default_rng(SEED)
        for told in step(rng, runs=options.runs, customers=options.customers):
            table.add_row(
                told.question,
                told.metric,
                told.method,
                f"{told.runs:,}",
                f"{told.share:.1%}",
            )
        table.add_section()
    Console(width=110).print(table)


def false_alarms(
    rng: np.random.Generator, *, runs: int, customers: int
) -> Iterator[Share]:
    """How often two arms that are the same are told apart."""
    arms = _arms(rng, runs, customers, uplift=0.0)
    for metric, adjusted, effects in _compared(*arms):
        share = float((effects.p_value < ALPHA).mean())
        yield Share(
            "equal arms told apart", metric, _way(adjusted=adjusted), runs, share
        )


def coverage(rng: np.random.Generator, *, runs: int, customers: int) -> Iterator[Share]:
    """How often the true difference is within the interval, with an uplift."""
    arms = _arms(rng, runs, customers, uplift=UPLIFT)
    for metric, adjusted, effects in _compared(*arms):
        uplift = 0.0 if metric == CONVERSION else UPLIFT
        truth = TRUTH[metric] * uplift
        is_in = (effects.low <= truth) & (truth <= effects.high)
        yield _held(metric, f"{_way(adjusted=adjusted)}, difference", is_in)
        is_in = (effects.relative_low <= uplift) & (uplift <= effects.relative_high)
        yield _held(metric, f"{_way(adjusted=adjusted)}, relative", is_in)


def peeking(rng: np.random.Generator, *, runs: int, customers: int) -> Iterator[Share]:
    """How often two equal arms are told apart in any of ten looks."""
    arms = [
        _so_far(_simulated(rng, runs * LOOKS, customers // LOOKS, 0.0)[SPENT])
        for _ in "ab"
    ]
    for adjusted in (False, True):
        fixed = compare(*arms, adjusted=adjusted, alpha=ALPHA)
        everybody = arms[0].customers + arms[1].customers
        valid = always_valid_effects(fixed, everybody, alpha=ALPHA)
        for name, effects in (("fixed", fixed), ("always valid", valid)):
            is_apart = (effects.low > 0) | (effects.high < 0)
            share = float(is_apart.reshape(runs, LOOKS).any(axis=1).mean())
            method = f"{_way(adjusted=adjusted)}, {name}"
            yield Share(
                "equal arms told apart in ten looks", SPENT, method, runs, share
            )


def quantile_coverage(
    rng: np.random.Generator, *, runs: int, customers: int
) -> Iterator[Share]:
    """How often the true difference of quantiles is within the interval."""
    truth = float(np.exp(1.2815515655446004 * np.hypot(LEVEL, NOISE)))
    controls, treatments = (
        [_ranks(rng, customers, factor) for _ in range(runs)]
        for factor in (1.0, 1 + UPLIFT)
    )
    effects = compare_quantiles(controls, treatments, quantile=QUANTILE)
    difference = truth * UPLIFT
    is_in = (effects.low <= difference) & (difference <= effects.high)
    yield _held("nine tenths' price", "bootstrap, difference", is_in)
    is_in = (effects.relative_low <= UPLIFT) & (effects.relative_high >= UPLIFT)
    yield _held("nine tenths' price", "bootstrap, relative", is_in)


def _held(metric: str, method: str, is_in: NDArray[np.bool_]) -> Share:
    question = "truth in the 95 % interval"
    return Share(question, metric, method, len(is_in), float(is_in.mean()))


def _way(*, adjusted: bool) -> str:
    return "adjusted" if adjusted else "not adjusted"


def _compared(
    control: dict[str, Sums], treatment: dict[str, Sums]
) -> Iterator[tuple[str, bool, Effects]]:
    for metric in TRUTH:
        for adjusted in (False, True):
            arms = control[metric], treatment[metric]
            yield metric, adjusted, compare(*arms, adjusted=adjusted, alpha=ALPHA)


def _arms(
    rng: np.random.Generator, runs: int, customers: int, *, uplift: float
) -> list[dict[str, Sums]]:
    return [_simulated(rng, runs, customers, by) for by in (0.0, uplift)]


def _simulated(
    rng: np.random.Generator, runs: int, customers: int, uplift: float
) -> dict[str, Sums]:
    """Sums of an arm by metric, one row per run, made batch by batch."""
    batches = [
        _batch(rng, min(BATCH, runs - start), customers, uplift)
        for start in range(0, runs, BATCH)
    ]
    return {
        metric: Sums(
            *(
                np.concatenate(columns)
                for columns in zip(*(batch[metric] for batch in batches), strict=True)
            )
        )
        for metric in TRUTH
    }


def _batch(
    rng: np.random.Generator, runs: int, customers: int, uplift: float
) -> dict[str, Sums]:
    """Only who bought, before or since, is drawn: the others add nothing."""
    buyers = rng.binomial(customers, BEFORE + BOTH + SINCE, runs)
    run = np.repeat(np.arange(runs), buyers)
    kind = rng.uniform(0, BEFORE + BOTH + SINCE, len(run))
    level = rng.normal(0, LEVEL, len(run))
    has_bought, had_bought = kind >= BEFORE, kind < BEFORE + BOTH
    orders, past_orders = (
        is_buyer * (1 + rng.poisson(ORDERS, len(run)))
        for is_buyer in (has_bought, had_bought)
    )
    price, past_price = np.exp(level + rng.normal(0, NOISE, (2, len(run))))
    spent, past_spent = orders * price * (1 + uplift), past_orders * past_price

    def total(values: Vector) -> Vector:
        return np.bincount(run, weights=values, minlength=runs)

    everybody = np.full(runs, float(customers))
    return {
        CONVERSION: _mean_sums(
            everybody, has_bought.astype(float), had_bought.astype(float), total
        ),
        SPENT: _mean_sums(everybody, spent, past_spent, total),
        ORDER_VALUE: Sums(
            customers=everybody,
            value=total(spent),
            base=total(orders),
            past_value=total(past_spent),
            past_base=total(past_orders),
            value_value=total(spent**2),
            base_base=total(orders**2),
            past_value_past_value=total(past_spent**2),
            past_base_past_base=total(past_orders**2),
            value_base=total(spent * orders),
            value_past_value=total(spent * past_spent),
            value_past_base=total(spent * past_orders),
            base_past_value=total(orders * past_spent),
            base_past_base=total(orders * past_orders),
            past_value_past_base=total(past_spent * past_orders),
        ),
    }


def _mean_sums(
    everybody: Vector, value: Vector, past: Vector, total: Callable[[Vector], Vector]
) -> Sums:
    of_value, of_past = total(value), total(past)
    return Sums(
        customers=everybody,
        value=of_value,
        base=everybody,
        past_value=of_past,
        past_base=everybody,
        value_value=total(value**2),
        base_base=everybody,
        past_value_past_value=total(past**2),
        past_base_past_base=everybody,
        value_base=of_value,
        value_past_value=total(value * past),
        value_past_base=of_value,
        base_past_value=of_past,
        base_past_base=everybody,
        past_value_past_base=of_past,
    )


def _so_far(sums: Sums) -> Sums:
    """Sums of each look as sums of all looks up to it."""
    return Sums(*(column.reshape(-1, LOOKS).cumsum(axis=1).ravel() for column in sums))


def _ranks(rng: np.random.Generator, customers: int, factor: float) -> Ranks:
    values = np.sort(factor * np.exp(rng.normal(0, np.hypot(LEVEL, NOISE), customers)))
    reach = 6 * np.sqrt(customers * QUANTILE * (1 - QUANTILE)) + 2
    middle = customers * QUANTILE
    low, high = int(max(middle - reach, 1)), int(min(middle + reach, customers))
    return Ranks(customers, np.arange(low, high + 1), values[low - 1 : high])


if __name__ == "__main__":
    main()
