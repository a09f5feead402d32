"""From the warehouse's relations to data frames and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Relation(Protocol):
    """Anything that gives itself as a data frame, as DuckDB's relations do."""

    def df(self) -> pd.DataFrame:
        """The rows as a data frame."""
        ...


class LazyRelation(Relation, Protocol):
    """A relation of which a part can be read, or a few rows at a time."""

    def filter(self, filter_expr: str, /) -> LazyRelation:
        """Those of its rows for which a condition in SQL holds."""
        ...

    def arrow(self, batch_size: int, /) -> pa.RecordBatchReader:
        """The rows in record batches of so many."""
        ...


def to_pandas(relation: Relation) -> pd.DataFrame:
    """All rows of a relation as a data frame."""
    return relation.df()


def previous_rows(dbt: Any, session: Any) -> pd.DataFrame | None:
    """What earlier builds left of an incremental Python model, None on the first.

    Args:
        dbt: What dbt hands to the model.
        session: The connection it hands along.
    """
    if not dbt.is_incremental:
        return None
    relation = session.table(str(dbt.this))
    # Without a single text a column would have no type, and go back as a number.
    texts = {
        name: "str"
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if str(kind) == "VARCHAR"
    }
    return to_pandas(relation).astype(texts)
