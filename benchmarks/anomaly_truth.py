"""What anomalies are worth where the truth is known: planted, labelled, or neither.

contamination: how many anomalies there are, where 0, 0.1, 1 and 5 % were planted in
    eight kinds of data; beside the estimate, rules of thumb on the same scores.
labels: sets that ADBench has and scikit-learn packages: AUC beside ADBench's own.
sessions: real web sessions (UCI Online Shoppers, in HABITUE_SHARED_DATA), unlabelled.

    python benchmarks/anomaly_truth.py --only contamination labels
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.metrics import roc_auc_score

from habitue.anomalies import isolation
from habitue.anomalies.contamination import estimate_contamination
from habitue.anomalies.features import Feature, measure_scaling
from habitue.anomalies.isolation import fit_forest, isolation_scores
from habitue.anomalies.noise import neighbour_distances, neighbours_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Mask = NDArray[np.bool_]

PROJECT = Path(__file__).parents[1]
SEEDS = range(5)
ROWS, FEATURES = 5_000, 12
WORLDS = (
    *("normal", "correlated", "uniform", "personas"),
    *("lognormal", "counts", "heavy tails", "mostly zero"),
)
PLANTED = (0.0, 0.001, 0.01, 0.05)
# IForest of ADBench's result table (Han et al. 2022), mean of its three runs.
ADBENCH = {"WDBC": 0.988, "wine": 0.785}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=TABLES, default=list(TABLES))
    parser.add_argument("--rows-per-tree", type=int, default=isolation.ROWS_PER_TREE)
    options = parser.parse_args()
    isolation.ROWS_PER_TREE = options.rows_per_tree
    console = Console(width=140)
    for name in options.only:
        for table in TABLES[name]():
            console.print(table)


# Contamination


def contamination() -> Iterator[Table]:
    """Estimated and planted shares, by both methods and by rules of thumb."""
    table = Table(
        title=f"anomalies in %: mean of {len(SEEDS)} seeds (standard deviation)",
        title_justify="left",
    )
    names = (
        "forest",
        "density",
        "median + 3.5 MAD",
        "quartile + 1.5 IQR",
        "score > .5",
    )
    for name in ("data", "planted", *names):
        table.add_column(name, justify="left" if name == "data" else "right")
    for world in WORLDS:
        for share in PLANTED:
            found = np.array([shares_of(world, share, seed) for seed in SEEDS]) * 100
            cells = (
                f"{mean:.2f} ({deviation:.2f})"
                for mean, deviation in zip(found.mean(0), found.std(0), strict=True)
            )
            table.add_row(world, f"{100 * share:g}", *cells)
    yield table


def shares_of(world: str, share: float, seed: int) -> list[float]:
    """The estimates of one data set."""
    rng = np.random.default_rng(seed)
    values, _ = plant(draw(world, rng), share, rng)
    scores = isolation_scores(fit_forest(values, seed=seed), values)
    distances = np.log1p(
        neighbour_distances(values, neighbours=neighbours_for(*values.shape))
    )
    low, middle, high = np.quantile(scores, [0.25, 0.5, 0.75])
    deviation = 1.4826 * np.median(np.abs(scores - middle))
    return [
        estimate_contamination(scores, seed=seed, draws=1).share,
        estimate_contamination(distances, seed=seed, draws=1).share,
        float(np.mean(scores > middle + 3.5 * deviation)),
        float(np.mean(scores > high + 1.5 * (high - low))),
        float(np.mean(scores > 0.5)),  # noqa: PLR2004
    ]


def draw(world: str, rng: np.random.Generator) -> Values:
    """Rows without anomalies."""
    shape = (ROWS, FEATURES)
    if world == "uniform":
        return rng.uniform(-1.7, 1.7, shape)
    if world == "correlated":
        return rng.normal(size=shape) @ rng.normal(size=(FEATURES, FEATURES))
    if world == "personas":
        centres = rng.normal(0, 1.6, (8, FEATURES))
        shares = rng.dirichlet(np.full(8, 9.0))
        return centres[rng.choice(8, ROWS, p=shares)] + rng.normal(size=shape)
    if world == "counts":
        rate = rng.gamma(1.5, 2, (ROWS, 1)) * rng.uniform(0.5, 2, (1, FEATURES))
        return np.log1p(rng.poisson(rate))
    if world == "heavy tails":
        return rng.standard_t(5, shape)
    amounts = np.log1p(rng.lognormal(2, 1, shape))
    if world == "mostly zero":
        amounts[:, FEATURES // 2 :] *= rng.random((ROWS, FEATURES // 2)) < 0.2  # noqa: PLR2004
    return amounts if world in {"mostly zero", "lognormal"} else rng.normal(size=shape)


def plant(
    values: Values, share: float, rng: np.random.Generator
) -> tuple[Values, Mask]:
    """Some rows raised by 4 to 7 standard deviations in 2 to 4 features."""
    values, planted = values.copy(), np.zeros(len(values), dtype=np.bool_)
    deviations = values.std(axis=0)
    planted[rng.choice(len(values), round(share * len(values)), replace=False)] = True
    for row in np.flatnonzero(planted):
        chosen = rng.choice(values.shape[1], rng.integers(2, 5), replace=False)
        values[row, chosen] += deviations[chosen] * rng.uniform(4, 7, len(chosen))
    return values, planted


# Labels


def labels() -> Iterator[Table]:
    """AUC on sets of ADBench."""
    table = Table(title="AUC, mean of 5 seeds", title_justify="left")
    for name in ("set", "rows", "anomalies", "forest", "density", "ADBench's forest"):
        table.add_column(name, justify="left" if name == "set" else "right")
    for name, values, truth in labelled():
        features = tuple(
            Feature(f"f{number}", "", "", "none", "never")
            for number in range(values.shape[1])
        )
        scaling = measure_scaling(values, features)
        scaled = scaling.scaled(values)[:, scaling.used]
        by_forest = [
            roc_auc_score(
                truth, isolation_scores(fit_forest(scaled, seed=seed), scaled)
            )
            for seed in SEEDS
        ]
        distances = neighbour_distances(
            scaled, neighbours=neighbours_for(*scaled.shape)
        )
        table.add_row(
            name,
            str(len(values)),
            str(truth.sum()),
            f"{np.mean(by_forest):.3f}",
            f"{roc_auc_score(truth, distances):.3f}",
            f"{ADBENCH[name]:.3f}" if name in ADBENCH else "",
        )
    yield table


def labelled() -> Iterator[tuple[str, Values, Mask]]:
    """Sets with a few rows of another class, cut down as ADBench does."""
    cancer, wine, digits = load_breast_cancer(), load_wine(), load_digits()
    yield "WDBC", *cut(cancer.data, cancer.target == 0, 10)
    yield "wine", *cut(wine.data, wine.target == 0, 10)
    yield "breast cancer, all 212 malignant", cancer.data, cancer.target == 0
    yield "digits, 50 zeros", *cut(digits.data, digits.target == 0, 50)
    yield "digits, 30 eights", *cut(digits.data, digits.target == 8, 30)  # noqa: PLR2004


def cut(values: Values, rare: Mask, count: int) -> tuple[Values, Mask]:
    """All rows but the rare ones, and the first few of those."""
    kept = ~rare
    kept[np.flatnonzero(rare)[:count]] = True
    return values[kept], rare[kept]


# Real sessions


def sessions() -> Iterator[Table]:
    """The most unusual sessions of a real shop, and whether they bought."""
    folder = os.environ.get("HABITUE_SHARED_DATA", PROJECT / "../shared/data")
    path = Path(folder) / "uci_online_shoppers/sessions.parquet"
    names = [
        f"{page}{part}"
        for page in ("Administrative", "Informational", "ProductRelated")
        for part in ("", "_Duration")
    ] + ["BounceRates", "ExitRates"]
    rows = duckdb.execute(f"select {', '.join(names)}, Revenue from '{path}'").df()
    natural = rows[names].to_numpy(dtype=np.float64)
    features = tuple(
        Feature(name, name, "", "none" if "Rates" in name else "log1p", "never")
        for name in names
    )
    scaling = measure_scaling(natural, features)
    scaled = scaling.scaled(natural)
    scores = isolation_scores(fit_forest(scaled, seed=1), scaled)
    distances = np.log1p(
        neighbour_distances(scaled, neighbours=neighbours_for(*scaled.shape))
    )
    bought = rows["Revenue"].to_numpy(dtype=np.bool_)
    table = Table("method", "share of anomalies", "AUC of purchase", "bought")
    table.title = f"{len(rows):,} sessions, UCI Online Shoppers"
    for method, found in (("forest", scores), ("density", distances)):
        level = estimate_contamination(found, seed=1)
        flagged = found >= level.threshold
        told = f"{bought[flagged].mean():.1%}" if flagged.any() else "nobody flagged"
        table.add_row(
            method,
            f"{level.share:.2%} [{level.low:.2%}, {level.high:.2%}]",
            f"{roc_auc_score(bought, found):.3f}",
            f"{told}; of all {bought.mean():.1%}",
        )
    yield table
    heads = (name.replace("_", " ") for name in names)
    told = Table(
        "score", *heads, "bought", title="the ten highest scores of the forest"
    )
    for row in np.argsort(-scores, kind="stable")[:10]:
        values = (f"{value:,.3g}" for value in natural[row])
        told.add_row(f"{scores[row]:.3f}", *values, str(bool(bought[row])))
    yield told


TABLES = {
    "contamination": contamination,
    "labels": labels,
    "sessions": sessions,
}


if __name__ == "__main__":
    main()
