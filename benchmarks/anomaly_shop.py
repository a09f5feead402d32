"""What anomalies are worth in a generated shop, built by dbt with the bot filters off.

AUC and place of planted wild days (customers) and of bots (customers, sessions) against
everybody of whom nothing was planted, and the kinds that they were given.

    python benchmarks/anomaly_shop.py --people 6000 --days 120 --seed 23
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from habitue.anomalies.fits import SESSION, refit
from habitue.anomalies.isolation import isolation_scores
from habitue.generation import generate

PROJECT = Path(__file__).parents[1]
WITHOUT_FILTERS = {
    "bot_events_per_minute": 10**6,
    "bot_views_without_engagement": 10**6,
}


def main() -> None:
    """Print what became of customers and sessions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=6000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, default=23)
    options = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        generate(
            customers=options.people, days=options.days, seed=options.seed, out=place
        )
        database = build_without_filters(place)
        with duckdb.connect(database, read_only=True) as connection:
            connection.execute(f"create temp view labels as {labels_of(place)}")
            connection.register("scores", session_scores(connection))
            console.print(levels(connection))
            for subject, sql in (("customers", CUSTOMERS), ("sessions", SESSIONS)):
                console.print(by_kind(subject, connection.execute(sql).fetchall()))


def levels(connection: duckdb.DuckDBPyConnection) -> Table:
    """How many anomalies there are by each method."""
    table = Table("subject", "method", "estimated share", "flagged", "scored")
    for subject, method, share, low, high, flagged, scored in connection.execute(
        "select subject, method, contamination, contamination_low, "
        "contamination_high, flagged_count, scored_count "
        "from marts.anomaly_models order by all"
    ).fetchall():
        told = f"{share:.2%} [{low:.2%}, {high:.2%}]"
        table.add_row(subject, method, told, f"{flagged:,}", f"{scored:,}")
    return table


def build_without_filters(place: Path) -> str:
    """The marts of a shop that knows no bots by name or by pace."""
    database = str(place / "habitue.duckdb")
    settings = {"raw_location": str(place / "raw")} | WITHOUT_FILTERS
    dbt(place, settings, "seed", "--select", "lookups")
    with duckdb.connect(database) as connection:
        connection.execute("delete from lookups.bot_user_agents")
    dbt(place, settings, "run", "--select", "+anomaly_models")
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

if __name__ == "__main__":
    main()
