"""From the warehouse's relations to data frames and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd


class Relation(Protocol):
    """Anything that gives itself as a data frame, as DuckDB's relations do."""

    def df(self) -> pd.DataFrame:
        """The rows as a data frame."""
        ...


def to_pandas(relation: Relation) -> pd.DataFrame:
    """All rows of a relation as a data frame."""
    return relation.df()
