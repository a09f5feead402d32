"""Generated customer_features: every kind of number under every rule."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
import yaml
from warehouse import PROJECT

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from warehouse import Warehouse

EARLIER, LATEST, NEXT = "2025-02-01", "2025-03-01", "2025-03-02"
KINDS = ("heavy", "negative", "count", "sparse", "constant", "unknown", "share")
FILLS = ("median", "never", "maximum", "zero")
TRANSFORMS = ("log1p", "none", "none")
MISSING_SHARE = 0.3


def numbers_of_customer_features() -> dict[str, str]:
    """Column -> type, as the contract has them."""
    path = PROJECT / "models/marts/features/_features__models.yml"
    models = yaml.safe_load(path.read_text())["models"]
    [columns] = [m["columns"] for m in models if m["name"] == "customer_features"]
    types = {column["name"]: column["data_type"] for column in columns}
    known = ("bigint", "integer", "double precision", "decimal")
    return {name: kind for name, kind in types.items() if kind.startswith(known)}


def rules_of(names: list[str]) -> pd.DataFrame:
    """A kind, a fill and a transform per feature; what never varies has any rule."""
    rules = pd.DataFrame(
        list(zip(names, cycle(KINDS), cycle(FILLS), cycle(TRANSFORMS), strict=False)),
        columns=["feature", "kind", "fill", "transform"],
    )
    unknown = (rules["kind"] == "unknown") & (rules["fill"] == "never")
    rules.loc[unknown, "fill"] = "median"
    return rules.assign(label=rules["feature"], unit="units")


def values_of(kind: str, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Numbers of a kind."""
    made = {
        "heavy": lambda: np.exp(3 * rng.normal(size=size)) + rng.uniform(size=size),
        "negative": lambda: 2000 * rng.normal(size=size) - 1000,
        "count": lambda: rng.negative_binomial(1, 0.1, size),
        "sparse": lambda: rng.poisson(0.1, size) * rng.integers(1, 50, size),
        "constant": lambda: np.full(size, 0.7),
        "unknown": lambda: np.full(size, np.nan),
        "share": lambda: rng.beta(0.5, 3, size),
    }
    return np.asarray(made[kind](), dtype=np.float64)


def features_of(
    rules: pd.DataFrame, types: dict[str, str], *, customers: int, seed: int
) -> pd.DataFrame:
    """A column per feature, rounded to what the type of the column holds."""
    rng = np.random.default_rng(seed)
    # Two hidden causes, so that there are two components that stand clear of the rest.
    level = np.exp(3 * rng.normal(size=customers))
    luck = 10_000 * rng.normal(size=customers)
    table = {}
    for rule in rules.itertuples():
        values = values_of(rule.kind, customers, rng)
        if rule.kind in {"heavy", "count"}:
            values = values * level
        if rule.kind == "negative":
            values = values + luck
        values = values.round(0 if types[rule.feature] in {"bigint", "integer"} else 4)
        if rule.fill != "never":
            values[rng.uniform(size=customers) < MISSING_SHARE] = np.nan
        table[rule.feature] = values
    return pd.DataFrame(table)


def save_world(
    warehouse: Warehouse,
    tables: dict[str, pd.DataFrame],
    rules: pd.DataFrame,
    types: dict[str, str],
    *,
    latest: str = LATEST,
) -> None:
    """Write as-of date -> features, the rules and the spine as dbt would find them."""
    columns = ", ".join(
        f"cast({name} as {kind}) as {name}" for name, kind in types.items()
    )
    with duckdb.connect(str(warehouse.database)) as connection:
        for schema in ("marts", "intermediate", "lookups"):
            connection.execute(f"create schema if not exists {schema}")
        parts = []
        for number, (as_of_date, table) in enumerate(tables.items()):
            connection.register(
                f"table_{number}", table.assign(number=range(len(table)))
            )
            parts.append(
                "select cast(md5('customer' || number) as uuid) as customer_id, "
                f"date '{as_of_date}' as as_of_date, {columns} from table_{number}"
            )
        connection.execute(
            "create or replace table marts.customer_features as "
            + " union all ".join(parts)
        )
        dates = ", ".join(f"(date '{one}', {one == latest})" for one in tables)
        connection.execute(
            "create or replace table intermediate.int_as_of__dates as "
            f"select * from (values {dates}) as dates (as_of_date, is_latest)"
        )
        connection.register("rules", rules.drop(columns="kind"))
        connection.execute(
            "create or replace table lookups.features as select * from rules"
        )
