"""How often the rule sees segments in data that has none, by kind of noise.

Every algorithm decides on its own; the default one, k-means, is the verdict of a build.
Uniform noise is what the gap statistic is made for: 95 of 100 seeds is the promise. The
other kinds have no groups either, and are told whatever they give.

    python benchmarks/no_structure.py --seeds 100
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from habitue.clustering import SegmentationSettings, evaluate_candidates
from habitue.clustering.algorithms import ALGORITHMS, K_MEANS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CORRELATION = 0.7


def main() -> None:
    """Count the seeds and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--all-algorithms", action="store_true")
    options = parser.parse_args()
    compared = ALGORITHMS if options.all_algorithms else (K_MEANS,)
    table = Table(
        title=f"no structure, of {options.seeds} seeds, {options.rows} rows",
        title_justify="left",
    )
    table.add_column("noise")
    table.add_column("features", justify="right")
    for name in compared:
        table.add_column(name, justify="right")
    table.add_column("otherwise (k-means)")
    table.add_column("seconds", justify="right")
    for kind in options.kinds:
        for n_features in (2, 5):
            started = time.perf_counter()
            found = [
                counts(
                    KINDS[kind](np.random.default_rng(seed), options.rows, n_features),
                    compared,
                )
                for seed in range(options.seeds)
            ]
            table.add_row(
                kind,
                str(n_features),
                *(str(sum(one[name] <= 1 for one in found)) for name in compared),
                told([one[K_MEANS] for one in found]),
                f"{time.perf_counter() - started:.0f}",
            )
    Console(width=120).print(table)


def counts(values: NDArray[np.float64], compared: tuple[str, ...]) -> dict[str, int]:
    """Segments by the best candidate of each algorithm, 0 if none is any good."""
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    evidence = evaluate_candidates(
        scaled, settings=SegmentationSettings(compared=compared)
    )
    best = evidence[evidence["is_best"]].set_index("algorithm")["k"].to_dict()
    return {name: int(best.get(name, 0)) for name in compared}


def told(found: list[int]) -> str:
    """How often which k."""
    others = Counter(k for k in found if k > 1)
    return ", ".join(f"k = {k}: {times}" for k, times in sorted(others.items()))


def uniform(rng: np.random.Generator, rows: int, features: int) -> NDArray[np.float64]:
    """A box."""
    return rng.uniform(size=(rows, features))


def normal(rng: np.random.Generator, rows: int, features: int) -> NDArray[np.float64]:
    """One round blob."""
    return rng.normal(size=(rows, features))


def correlated(
    rng: np.random.Generator, rows: int, features: int
) -> NDArray[np.float64]:
    """One long blob: every pair of features is correlated."""
    common = rng.normal(size=(rows, 1))
    own = rng.normal(size=(rows, features))
    return np.sqrt(CORRELATION) * common + np.sqrt(1 - CORRELATION) * own


def student(rng: np.random.Generator, rows: int, features: int) -> NDArray[np.float64]:
    """Heavy tails on both sides."""
    return rng.standard_t(3, size=(rows, features))


def amounts(rng: np.random.Generator, rows: int, features: int) -> NDArray[np.float64]:
    """Log-normal amounts, correlated as customers' are, as they come."""
    return np.exp(correlated(rng, rows, features))


def logged_amounts(
    rng: np.random.Generator, rows: int, features: int
) -> NDArray[np.float64]:
    """The same rounded to whole units and logged, as features are transformed."""
    return np.log1p(np.round(3 * amounts(rng, rows, features)))


KINDS: dict[str, Callable[[np.random.Generator, int, int], NDArray[np.float64]]] = {
    "uniform": uniform,
    "normal": normal,
    "correlated normal": correlated,
    "Student t, 3 degrees": student,
    "log-normal": amounts,
    "log-normal, logged": logged_amounts,
}


if __name__ == "__main__":
    main()
