"""What anomalies are worth where the truth is known: planted, labelled, or neither.

contamination: how many anomalies there are, where 0, 0.1, 1 and 5 % were planted in
    eight kinds of data; beside the estimate, rules of thumb on the same scores.
labels: sets that ADBench has and scikit-learn packages: AUC beside ADBench's own.
shop: a generated shop, built by dbt with the bot filters off: AUC and place of planted
    wild days (customers) and of bots (sessions), and the kinds they were given.
sessions: real web sessions (UCI Online Shoppers, in HABITUE_SHARED_DATA), unlabelled.

    python benchmarks/anomaly_truth.py --only contamination labels
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.metrics import roc_auc_score

from habitue.anomalies.contamination import estimate_contamination
from habitue.anomalies.features import Feature, measure_scaling
from habitue.anomalies.fits import SESSION, refit
from habitue.anomalies.isolation import fit_forest, isolation_scores
from habitue.anomalies.noise import neighbour_distances, neighbours_for
from habitue.generation import generate

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
WITHOUT_FILTERS = {
    "bot_events_per_minute": 10**6,
    "bot_views_without_engagement": 10**6,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=TABLES, default=list(TABLES))
    console = Console(width=140)
    for name in parser.parse_args().only:
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


# A generated shop


def shop() -> Iterator[Table]:
    """Wild days and bots by kind."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        generate(customers=6000, days=120, seed=23, out=place)
        database = build_without_filters(place)
        with duckdb.connect(database, read_only=True) as connection:
            connection.execute(f"create temp view labels as {labels_of(place)}")
            connection.register("scores", session_scores(connection))
            for subject, sql in (("customers", CUSTOMERS), ("sessions", SESSIONS)):
                rows = connection.execute(sql).fetchall()
                yield by_kind(subject, rows)


def build_without_filters(place: Path) -> str:
    """The marts of a shop that knows no bots by name or by pace."""
    database = str(place / "habitue.duckdb")
    settings = {"raw_location": str(place / "raw")} | WITHOUT_FILTERS
    dbt(place, settings, "seed", "--select", "lookups")
    with duckdb.connect(database) as connection:
        connection.execute("delete from lookups.bot_user_agents")
    dbt(place, settings, "run", "--select", "+customer_anomalies", "+session_anomalies")
    return database


def dbt(place: Path, settings: dict[str, object], *arguments: str) -> None:
    """Run dbt on the database of this folder."""
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), *arguments, "--quiet"),
            *("--vars", json.dumps(settings)),
            *(
                "--target-path",
                str(place / "target"),
                "--log-path",
                str(place / "logs"),
            ),
        ],
        cwd=PROJECT,
        env=os.environ | {"HABITUE_DATABASE": str(place / "habitue.duckdb")},
        check=True,
        stdout=sys.stderr,
    )


def session_scores(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The score of every session: the mart tells of the most unusual alone."""
    tables = {
        name: connection.execute(f"from {name}").df()
        for name in (
            "intermediate.int_session_profiles__measured",
            "intermediate.int_session_profiles__sampled",
            "intermediate.int_anomaly_features__described",
            "models.anomaly_fits",
        )
    }
    rows, sample, described, fits = tables.values()
    _, detector, _ = refit(sample, described, fits, subject=SESSION)
    scaling = detector.scaling
    scaled = scaling.scaled(rows[list(scaling.names)].to_numpy(dtype=np.float64))
    scores = isolation_scores(detector.forest, scaled[:, scaling.used])
    return pd.DataFrame({"session_id": rows["session_id"], "score": scores})


def by_kind(
    subject: str, rows: list[tuple[str | None, float, str | None, bool]]
) -> Table:
    """AUC of each planted kind against what was not planted, and what it was called."""
    table = Table(title=f"{subject} of a shop with planted kinds", title_justify="left")
    for name in (
        "planted",
        "how many",
        "AUC",
        "lowest percentile",
        "flagged",
        "called",
    ):
        table.add_column(name)
    planted = np.array([row[0] or "" for row in rows])
    scores = np.array([row[1] for row in rows])
    for kind in sorted(set(planted) - {""}):
        chosen = planted == kind
        beside = chosen | (planted == "")
        lowest = np.mean(scores[beside] < scores[chosen].min())
        called = [row[2] or "not told" for row in rows if row[0] == kind]
        table.add_row(
            kind,
            str(chosen.sum()),
            f"{roc_auc_score(chosen[beside], scores[beside]):.4f}",
            f"{100 * lowest:.2f}",
            str(sum(row[3] for row in rows if row[0] == kind)),
            ", ".join(f"{called.count(name)} {name}" for name in sorted(set(called))),
        )
    flagged = sum(row[3] for row in rows if row[0] is None)
    table.add_row("nothing", str(np.sum(planted == "")), "", "", str(flagged), "")
    return table


def labels_of(place: Path) -> str:
    """Customers and visitors with what was planted: whoever had the wild day."""
    truth = place / "truth"
    return f"""
        select
            any_value(wild.kind) as kind, null as visitor_id,
            arg_max(days.customer_id, days.event_count + days.order_count)
                as customer_id
        from '{truth}/anomalies.parquet' as wild
        inner join '{truth}/identifiers.parquet' as known using (person_id)
        inner join vault.identifiers using (raw_value)
        inner join intermediate.int_identity__components as components
            using (pseudonym)
        inner join marts.customer_days as days
            on components.customer_id = days.customer_id
            and wild.date = days.activity_date
        group by wild.person_id
        union
        select labels.reason, names.pseudonym, components.customer_id
        from '{truth}/row_labels.parquet' as labels
        inner join '{place}/raw/web_pages.parquet' as pages using (id)
        inner join vault.identifiers as names on names.raw_value = pages.anonymous_id
        inner join intermediate.int_identity__components as components
            using (pseudonym)
        where labels.label = 'bot' and names.identifier_kind = 'anonymous_id'
    """


CUSTOMERS = """
    select any_value(labels.kind), any_value(score), any_value(anomalies.kind),
        any_value(is_anomaly)
    from marts.customer_anomalies as anomalies
    left join labels using (customer_id)
    group by anomalies.customer_id
"""
SESSIONS = """
    select labels.kind, scores.score, anomalies.kind, coalesce(is_anomaly, false)
    from marts.sessions
    inner join scores using (session_id)
    left join marts.session_anomalies as anomalies using (session_id)
    left join labels using (visitor_id)
"""


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
    table = Table(title=f"{len(rows):,} sessions, UCI Online Shoppers")
    for name in ("method", "share of anomalies", "AUC of purchase", "bought"):
        table.add_column(name)
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
    told = Table(title="the ten highest scores of the forest", title_justify="left")
    for name in ("score", *names, "bought"):
        told.add_column(name.replace("_", " "), justify="right")
    for row in np.argsort(-scores, kind="stable")[:10]:
        values = (f"{value:,.3g}" for value in natural[row])
        told.add_row(f"{scores[row]:.3f}", *values, str(bool(bought[row])))
    yield told


TABLES = {
    "contamination": contamination,
    "labels": labels,
    "shop": shop,
    "sessions": sessions,
}


if __name__ == "__main__":
    main()
