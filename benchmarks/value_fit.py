"""How long the models of customer value take, on customers with known parameters.

Orders are dated to the day over a year, as a warehouse has them, so many customers
share a history. Parameters that are found must be those that were planted.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from habitue.lifetime_value import (
    RepeatCounts,
    discounted_expected_orders,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    probability_alive,
)
from habitue.lifetime_value.simulation import simulate_orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from habitue.lifetime_value import FittedModel, OrderModel

PLANTED: dict[str, dict[str, float]] = {
    "bg_nbd": {"r": 0.6, "alpha": 4.4, "a": 0.8, "b": 2.4},
    "pareto_nbd": {"r": 0.55, "alpha": 10.6, "s": 0.6, "beta": 11.7},
    "gamma_gamma": {"p": 6.25, "q": 3.74, "v": 15.4},
}


def main() -> None:
    """Time fits and predictions, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--pareto-customers", type=int, default=50_000)
    options = parser.parse_args()
    rng = np.random.default_rng(5)
    fits = Table(title="fits", title_justify="left")
    for name in ("model", "customers", "distinct", "seconds", "status"):
        fits.add_column(name, justify="left" if name == "model" else "right")
    fits.add_column("found (planted, standard errors away)")
    scored = Table(title="predictions, 52 weeks ahead", title_justify="left")
    for name in ("model", "what", "histories", "seconds"):
        scored.add_column(name, justify="right" if name == "seconds" else "left")

    models: list[tuple[OrderModel, int, Callable[[RepeatCounts], FittedModel]]] = [
        ("bg_nbd", options.customers, fit_bg_nbd),
        ("pareto_nbd", options.pareto_customers, fit_pareto_nbd),
    ]
    for model, customers, fit in models:
        counts = dated_counts(model, customers, rng)
        started = time.perf_counter()
        fitted = fit(counts)
        add_fit(fits, fitted, len(counts.observed), time.perf_counter() - started)
        columns = (counts.repeat_count, counts.last_repeat, counts.observed)
        started = time.perf_counter()
        probability_alive(model, PLANTED[model], *columns)
        add_score(scored, model, "P(alive)", columns, started)
        started = time.perf_counter()
        discounted_expected_orders(
            model, PLANTED[model], *columns, horizon=52, step=1, discount_rate=0.002
        )
        add_score(scored, model, "discounted orders", columns, started)

    orders = 1 + rng.geometric(0.3, options.customers)
    p, q, v = PLANTED["gamma_gamma"].values()
    scale = rng.gamma(q, 1 / v, options.customers)
    values = rng.gamma(p * orders, 1 / (scale * orders))
    started = time.perf_counter()
    fitted = fit_gamma_gamma(orders, np.round(values, 2))
    add_fit(fits, fitted, options.customers, time.perf_counter() - started)

    console = Console(width=120)
    console.print(fits)
    console.print(scored)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    console.print(f"peak memory {peak:.2f} GB")


def dated_counts(
    model: OrderModel, customers: int, rng: np.random.Generator
) -> RepeatCounts:
    """Customers of one year, their times in weeks but of whole days."""
    observed = rng.integers(0, 366, customers) / 7
    histories = simulate_orders(model, PLANTED[model], observed, rng=rng).histories
    repeats = histories.repeat_count > 0
    to_days = np.maximum(np.round(histories.last_repeat * 7), repeats) / 7
    started = time.perf_counter()
    counts = RepeatCounts.of_customers(histories.repeat_count, to_days, observed)
    Console().print(f"{model}: grouped in {time.perf_counter() - started:.1f} s")
    return counts


def add_fit(table: Table, fitted: FittedModel, distinct: int, seconds: float) -> None:
    """One line: what was found, and how far it is from what was planted."""
    found = "  ".join(
        f"{name} {value:.4f} ({planted}, "
        f"{(value - planted) / fitted.standard_errors[name]:+.1f})"
        for (name, value), planted in zip(
            fitted.parameters.items(), PLANTED[fitted.model].values(), strict=False
        )
    )
    table.add_row(
        fitted.model,
        f"{fitted.customer_count:,}",
        f"{distinct:,}",
        f"{seconds:.1f}",
        fitted.status,
        found or fitted.reason,
    )


def add_score(
    table: Table, model: str, what: str, columns: tuple[object, ...], started: float
) -> None:
    """One line: how long a prediction took."""
    seconds = time.perf_counter() - started
    table.add_row(model, what, f"{len(columns[0]):,}", f"{seconds:.1f}")


if __name__ == "__main__":
    main()
