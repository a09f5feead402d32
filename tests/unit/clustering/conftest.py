"""Small tables every clustering test starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from centroid_tables import UNSCALED

from habitue.clustering import read_customers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from habitue.clustering import Customers


@pytest.fixture
def to_features() -> Callable[..., pd.DataFrame]:
    """Scaled values → the features table."""

    def build(
        values: NDArray[np.float64], *, names: Sequence[str] | None = None
    ) -> pd.DataFrame:
        values = np.asarray(values, dtype=float)
        names = names or [f"feature_{number}" for number in range(values.shape[1])]
        table = pd.DataFrame(values, columns=list(names))
        table.insert(0, "customer_id", [f"c{row:06d}" for row in range(len(values))])
        return table

    return build


@pytest.fixture
def to_scalers() -> Callable[..., pd.DataFrame]:
    """Feature names → scalers that change nothing, unless told otherwise."""

    def build(names: Sequence[str], **columns: object) -> pd.DataFrame:
        table = pd.DataFrame({"feature": list(names)})
        for name, value in {**UNSCALED, **columns}.items():
            table[name] = value
        return table

    return build


@pytest.fixture
def to_customers(to_features, to_scalers) -> Callable[..., Customers]:
    """Values → customers, scaled by scalers that change nothing, unless told."""

    def build(values: NDArray[np.float64], **scaling: object) -> Customers:
        features = to_features(values)
        return read_customers(features, to_scalers(features.columns[1:], **scaling))

    return build


@pytest.fixture
def choosing() -> Callable[[int], pd.DataFrame]:
    """A number of segments → the evidence that chooses it for k-means."""

    def build(k: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "algorithm": ["k-means"],
                "candidate": [k],
                "setting": [f"k = {k}"],
                "k": [k],
                "jaccard_min": [0.9],
                "is_chosen": [True],
            }
        )

    return build
