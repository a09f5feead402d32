"""What the segments are worth where the truth is known: labels, and what came later.

Sets with published labels: the adjusted Rand index (ARI) between the labels and the
best candidate of every algorithm, noise as a group of its own, and the chosen one.
Web sessions with a purchase label (UCI Online Shoppers, in HABITUE_SHARED_DATA): the
evidence, and how much the segments differ in purchases, which they were not told of.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_blobs,
)
from sklearn.metrics import adjusted_rand_score

from habitue.clustering import SegmentationSettings, evaluate_candidates
from habitue.clustering.algorithms import ALGORITHMS, algorithms_for, drawn_rows
from habitue.clustering.partition import one_thread
from habitue.validation.effects import difference_of_shares, mean_interval

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

PROJECT = Path(__file__).parents[1]
SETTINGS = SegmentationSettings(max_k=12)
PAGES = "Administrative", "Informational", "ProductRelated"
COUNTED = (*PAGES, *(f"{page}_Duration" for page in PAGES))
SHARES = "BounceRates", "ExitRates", "SpecialDay"
# The value of the pages seen is worked out from purchases: it knows the outcome.
TELLTALE = "PageValues"
SHOWN = (
    *("algorithm", "setting", "k", "silhouette", "gap", "gap_standard_error"),
    *("jaccard_min", "smallest_share", "noise_share"),
    *("k_means_agreement", "reason"),
)


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["labels", "sessions"])
    options = parser.parse_args()
    console = Console(width=150)
    if options.only != "sessions":
        console.print(of_labels())
    if options.only != "labels":
        folder = os.environ.get("HABITUE_SHARED_DATA", PROJECT / "../shared/data")
        sessions = Path(folder) / "uci_online_shoppers/sessions.parquet"
        for table in of_sessions(sessions):
            console.print(table)


def of_labels() -> Table:
    """Adjusted Rand index by set and algorithm."""
    table = Table(title="published labels: ARI, and the k found", title_justify="left")
    for name in ("set", "rows", "features", "labels", *ALGORITHMS, "chosen"):
        table.add_column(name, justify="left" if name == "set" else "right")
    blobs = make_blobs(500, 2, centers=4, center_box=(-10, 10), random_state=1)
    sets = {
        "four blobs": blobs,
        "iris": load_iris(return_X_y=True),
        "wine": load_wine(return_X_y=True),
        "breast cancer": load_breast_cancer(return_X_y=True),
        "digits": load_digits(return_X_y=True),
    }
    for name, (values, truth) in sets.items():
        scaled = standardised(values)
        evidence = evaluate_candidates(scaled, settings=SETTINGS)
        found = {row: labels_of(scaled, row) for row in chosen_rows(evidence)}
        cells = []
        for algorithm in (*ALGORITHMS, None):
            [*labels] = (
                of
                for (of_algorithm, _, is_chosen), of in found.items()
                if of_algorithm == algorithm or (algorithm is None and is_chosen)
            )
            score = f"{adjusted_rand_score(truth, labels[0]):.3f}" if labels else "-"
            count = f" ({labels[0].max() + 1})" if labels else ""
            cells.append(score + count)
        table.add_row(
            name,
            str(len(values)),
            str(values.shape[1]),
            str(len(np.unique(truth))),
            *cells,
        )
    return table


def chosen_rows(evidence: pd.DataFrame) -> list[tuple[str, int, bool]]:
    """Algorithm and candidate of the best of each, and whether it is the choice."""
    best = evidence[evidence["is_best"]]
    return [
        (str(row.algorithm), int(row.candidate), bool(row.is_chosen))
        for row in best.itertuples()
    ]


def labels_of(
    scaled: NDArray[np.float64], row: tuple[str, int, bool]
) -> NDArray[np.int64]:
    """The segment of every row by one candidate."""
    name, candidate, _ = row
    settings = replace(SETTINGS, sample=max(SETTINGS.sample, len(scaled)))
    drawn = drawn_rows(scaled, settings=SETTINGS)
    with one_thread():
        for algorithm in algorithms_for(scaled[drawn], settings=settings):
            if algorithm.name == name:
                alone = algorithm.alone(candidate - 1)
                division = alone.divide(scaled, drawn=drawn, seed=settings.seed)
                labels = np.full(len(scaled), -1)
                labels[division.rows] = division.labels[0]
                return labels
    raise ValueError(f"{name} was not tried")


def of_sessions(path: Path) -> list[Table]:
    """The evidence, and purchases by segment, with and without the telltale."""
    frame = duckdb.execute(f"select * from '{path}'").df()
    bought = frame["Revenue"].to_numpy(dtype=bool)
    tables = []
    for extra in ((), (TELLTALE,)):
        features = np.column_stack(
            [np.log1p(frame[name]) for name in (*COUNTED, *extra)]
            + [frame[name] for name in SHARES]
        ).astype(float)
        scaled = standardised(features)
        evidence = evaluate_candidates(scaled, settings=SegmentationSettings())
        if not extra:
            tables.append(evidence_table(evidence))
        [row] = [one for one in chosen_rows(evidence) if one[2]]
        labels = labels_of(scaled, row)
        title = f"purchases by segment, {'with' if extra else 'without'} {TELLTALE}"
        tables.append(purchases_table(bought, labels, title=title))
    return tables


def purchases_table(
    bought: NDArray[np.bool_], labels: NDArray[np.int64], *, title: str
) -> Table:
    """Sessions and the share that bought, by segment, with an interval."""
    found = difference_of_shares(bought, labels)
    table = Table(title=title, title_justify="left")
    for name in ("segment", "sessions", "bought", "95 % interval"):
        table.add_column(name, justify="right")
    rng = np.random.default_rng(1)
    for label in np.unique(labels):
        inside = bought[labels == label].astype(float)
        low, high = mean_interval(inside, rng=rng)
        table.add_row(
            str(label + 1),
            f"{len(inside):,}",
            f"{inside.mean():.1%}",
            f"{low:.1%} to {high:.1%}",
        )
    table.caption = (
        f"all {bought.mean():.1%}; chi-square {found.statistic:,.1f}, "
        f"{found.degrees_of_freedom} degrees of freedom, p {found.p_value:.1e}, "
        f"Cramér's V {found.effect_size:.3f}"
    )
    return table


def evidence_table(evidence: pd.DataFrame) -> Table:
    """What the choice was made from."""
    table = Table(title="evidence, Online Shoppers sessions", title_justify="left")
    for name in SHOWN:
        table.add_column(name, justify="left", overflow="fold")
    for row in evidence.itertuples():
        cells = (getattr(row, name) for name in SHOWN)
        table.add_row(
            *(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells)
        )
    return table


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean 0 and standard deviation 1, constant features 0."""
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)


if __name__ == "__main__":
    main()
