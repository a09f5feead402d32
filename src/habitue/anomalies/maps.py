"""Maps of the anomalies among the others: once per method and state of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from habitue.anomalies.detector import read_sample
from habitue.anomalies.features import read_described
from habitue.anomalies.fits import CUSTOMER
from habitue.clustering.embedding import require_methods, require_size
from habitue.segmentation.maps import place_once

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE_COLUMNS = {
    "customer_id": "str",
    "method": "str",
    "x": "float64",
    "y": "float64",
    "map_fingerprint": "str",
}
# Beyond so many deviations a customer is far off on any map; drawn to scale, one of
# them would press all others into a point.
DRAWN_DEVIATIONS = 8.0


def map_anomalies(
    customers: pd.DataFrame,
    sample: pd.DataFrame,
    described: pd.DataFrame,
    *,
    previous: pd.DataFrame,
    methods: Sequence[str],
    seed: int,
) -> pd.DataFrame:
    """The places of customers, scaled as the detectors scale them.

    Args:
        customers: Those on the map, with every feature.
        sample: Those that the detectors were fitted to.
        described: One row per subject and feature.
        previous: The places as the last build left them, none before the first.
        methods: Any of 'pca', 't_sne', 'umap'; each is one map.
        seed: Source of every random number.

    Returns:
        PLACE_COLUMNS, one row per method and customer without an infinite value.

    Raises:
        EmbeddingError: If a method is unknown or not installed.
    """
    require_methods(methods)
    require_size(len(customers))
    features = read_described(described, subject=CUSTOMER.name)
    scaling = read_sample(sample, features, key=CUSTOMER.key).scaling
    ordered = customers.assign(customer_id=customers["customer_id"].astype("str"))
    ordered = ordered.sort_values("customer_id", ignore_index=True)
    natural = ordered[list(scaling.names)].to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isinf(natural).any(axis=1)
    if not known.any():
        return pd.DataFrame(columns=list(PLACE_COLUMNS)).astype(PLACE_COLUMNS)
    scaled = np.clip(
        scaling.scaled(natural[known]), -DRAWN_DEVIATIONS, DRAWN_DEVIATIONS
    )
    placed = place_once(
        ordered["customer_id"][known].tolist(),
        scaled,
        previous=previous,
        methods=methods,
        seed=seed,
    )
    rows = pd.concat(placed) if placed else pd.DataFrame(columns=list(PLACE_COLUMNS))
    return rows[list(PLACE_COLUMNS)].astype(PLACE_COLUMNS)
