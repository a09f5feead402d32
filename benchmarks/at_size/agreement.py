"""Whether a rival made the same sessions and features as the project.

python benchmarks/at_size/agreement.py --database habitue.duckdb --out results
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import duckdb

RELATIVE_TOLERANCE = 1e-9
SHOWN = 5

SESSION_KEYS = ("visitor_id", "started_at")
SESSION_COLUMNS = (
    *("customer_id", "event_count", "page_view_count", "page_ping_count"),
    *("product_view_count", "search_count", "add_to_cart_count", "checkout_count"),
    *("purchase_count", "feature_use_count", "email_click_count", "engaged_seconds"),
    *("has_login", "ended_at"),
)
FEATURE_KEYS = ("customer_id",)
FEATURE_COLUMNS = (
    *("recency_days", "tenure_days", "active_days_28", "session_count_90"),
    *("page_views_per_session", "engaged_minutes_per_session"),
    *("product_view_count_90", "search_count_90", "add_to_cart_count_90"),
    *("feature_use_count_90", "order_count", "order_recency_days", "revenue"),
    *("average_order_value", "discount_ratio"),
    *("recency_score", "frequency_score", "monetary_score"),
)
FLOATING = (
    *("engaged_seconds", "page_views_per_session", "engaged_minutes_per_session"),
    *("average_order_value", "discount_ratio"),
)

PROJECT_SESSIONS = "select * from project.marts.sessions"
PROJECT_FEATURES = """
    select
        features.*,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score
    from project.marts.customer_features as features
    left join project.marts.rfm_scores as scores
        on features.customer_id = scores.customer_id
        and features.as_of_date = scores.as_of_date
    where features.as_of_date = (
        select max(as_of_date) from project.marts.customer_features
    )
"""


class TableAgreement(NamedTuple):
    """How two tables agree.

    Attributes:
        rows: Rows that stand on both sides.
        only_here: Rows that only the project has.
        only_there: Rows that only the rival has.
        repeated: Rows on either side whose key is not theirs alone.
        differing: Rows that differ, by column.
        largest_difference: Largest relative difference by floating-point column.
        examples: The first few rows that differ, as texts.
    """

    rows: int
    only_here: int
    only_there: int
    repeated: int
    differing: dict[str, int]
    largest_difference: dict[str, float]
    examples: list[str]

    @property
    def holds(self) -> bool:
        """Whether the tables say the same, and say something."""
        strays = self.only_here + self.only_there + self.repeated
        return self.rows > 0 and strays + sum(self.differing.values()) == 0


class Agreement(NamedTuple):
    """How a rival agrees with the project.

    Attributes:
        sessions: Visitor sessions, matched by visitor and start.
        features: Features and scores as of the latest date, matched by customer.
    """

    sessions: TableAgreement
    features: TableAgreement

    @property
    def holds(self) -> bool:
        """Whether both tables agree."""
        return self.sessions.holds and self.features.holds


def compare(database: Path, out: Path) -> Agreement:
    """Compare a rival's results with the project's.

    Counts, amounts, ids and times must be equal, floating-point numbers to a relative
    difference of 1e-9.

    Args:
        database: The project's DuckDB file.
        out: Folder with the rival's ``sessions.parquet`` and ``features.parquet``.

    Raises:
        duckdb.Error: If a table, file or column is not there.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as project (read_only)")
        return Agreement(
            sessions=_compare_tables(
                connection,
                here=PROJECT_SESSIONS,
                there=f"select * from read_parquet('{out / 'sessions.parquet'}')",
                keys=SESSION_KEYS,
                columns=SESSION_COLUMNS,
            ),
            features=_compare_tables(
                connection,
                here=PROJECT_FEATURES,
                there=f"select * from read_parquet('{out / 'features.parquet'}')",
                keys=FEATURE_KEYS,
                columns=FEATURE_COLUMNS,
            ),
        )


def _compare_tables(
    connection: duckdb.DuckDBPyConnection,
    *,
    here: str,
    there: str,
    keys: tuple[str, ...],
    columns: tuple[str, ...],
) -> TableAgreement:
    types = _types_of(connection, here)
    for name, relation in (("here", here), ("there", there)):
        cast = ", ".join(
            f"cast({column} as {types[column]}) as {column}"
            for column in keys + columns
        )
        connection.execute(
            f"create or replace temp table {name} as select {cast} from ({relation})"
        )
    matched = " and ".join(
        f"here.{key} is not distinct from there.{key}" for key in keys
    )
    pairs = ", ".join(
        f"here.{column} as {column}_here, there.{column} as {column}_there"
        for column in keys + columns
    )
    connection.execute(
        f"create or replace temp table pairs as "
        f"select here.rowid is not null as is_here, "
        f"there.rowid is not null as is_there, {pairs} "
        f"from here full outer join there on {matched}"
    )
    rows, only_here, only_there = _row(
        connection,
        "select count(case when is_here and is_there then 1 end), "
        "count(case when not is_there then 1 end), "
        "count(case when not is_here then 1 end) from pairs",
    )
    key_list = ", ".join(keys)
    (repeated,) = _row(
        connection,
        " union all ".join(
            f"select count(*) as rows from {name} "
            f"group by {key_list} having count(*) > 1"
            for name in ("here", "there")
        ).join(("select coalesce(cast(sum(rows) as bigint), 0) from (", ")")),
    )
    conditions = {column: _differs(column) for column in columns}
    counts = ", ".join(
        f"count(case when {condition} then 1 end)" for condition in conditions.values()
    )
    found = _row(connection, f"select {counts} from pairs where is_here and is_there")
    floating = [column for column in columns if column in FLOATING]
    largest = _row(
        connection,
        "select "
        + ", ".join(f"coalesce(max({_difference(column)}), 0)" for column in floating)
        + " from pairs where is_here and is_there",
    )
    return TableAgreement(
        rows=rows,
        only_here=only_here,
        only_there=only_there,
        repeated=repeated,
        differing=dict(zip(columns, found, strict=True)),
        largest_difference=dict(zip(floating, largest, strict=True)),
        examples=_examples(connection, keys, conditions),
    )


def _types_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    described = connection.execute(f"describe {relation}").fetchall()
    return {name: kind for name, kind, *_ in described}


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    [row] = connection.execute(query).fetchall()
    return tuple(row)


def _difference(column: str) -> str:
    """The relative difference of two floating-point numbers; equal ones have none."""
    here, there = f"{column}_here", f"{column}_there"
    return (
        f"case when {here} = {there} then 0 "
        f"else abs({here} - {there}) / greatest(abs({here}), abs({there})) end"
    )


def _differs(column: str) -> str:
    here, there = f"{column}_here", f"{column}_there"
    if column not in FLOATING:
        return f"{here} is distinct from {there}"
    return (
        f"({here} is null) != ({there} is null) "
        f"or {_difference(column)} > {RELATIVE_TOLERANCE}"
    )


def _examples(
    connection: duckdb.DuckDBPyConnection,
    keys: tuple[str, ...],
    conditions: dict[str, str],
) -> list[str]:
    """The first few differing rows: the key, and what each side says."""
    named = " || ', ' || ".join(
        f"'{key} ' || coalesce(cast(coalesce({key}_here, {key}_there) as varchar), '-')"
        for key in keys
    )
    told = ", ".join(
        f"case when is_here and is_there and ({condition}) then '{column}: ' "
        f"|| coalesce(cast({column}_here as varchar), 'null') || ' here, ' "
        f"|| coalesce(cast({column}_there as varchar), 'null') || ' there' end"
        for column, condition in conditions.items()
    )
    rows = connection.execute(
        f"select {named} || ': ' || case when not is_there then 'only here' "
        f"when not is_here then 'only there' else concat_ws('; ', {told}) end as told "
        f"from pairs where not is_here or not is_there "
        f"or {' or '.join(f'({one})' for one in conditions.values())} "
        f"order by told limit {SHOWN}"
    ).fetchall()
    return [row[0] for row in rows]


def tell(agreement: Agreement) -> str:
    """What an agreement comes to, in lines."""
    lines = []
    for name, table in zip(agreement._fields, agreement, strict=True):
        verdict = "the same" if table.holds else "not the same"
        lines.append(
            f"{name}: {verdict}; {table.rows:,} rows on both sides, "
            f"{table.only_here:,} only in the project, {table.only_there:,} only in "
            f"the rival, {table.repeated:,} with a repeated key"
        )
        differing = {key: count for key, count in table.differing.items() if count}
        if differing:
            lines.append(f"  rows that differ: {differing}")
        lines.extend(f"  {example}" for example in table.examples)
    return "\n".join(lines)


def main() -> None:
    """Compare, tell, and exit with 1 where something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    agreement = compare(options.database, options.out)
    sys.stdout.write(tell(agreement) + "\n")
    raise SystemExit(0 if agreement.holds else 1)


if __name__ == "__main__":
    main()
