"""Small tables every clustering test starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


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
        defaults = {
            "transform": "none",
            "fill": np.nan,
            "lower": -np.inf,
            "upper": np.inf,
            "centre": 0.0,
            "scale": 1.0,
        }
        for name, value in {**defaults, **columns}.items():
            table[name] = value
        return table

    return build


@pytest.fixture
def choosing() -> Callable[[int], pd.DataFrame]:
    """A number of segments → the evidence that chooses it."""

    def build(k: int) -> pd.DataFrame:
        return pd.DataFrame({"k": [k], "is_chosen": [True]})

    return build
