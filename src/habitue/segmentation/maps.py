"""Maps of the segments: what a build adds, once per method and state of the data."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from habitue.clustering import EmbeddingError
from habitue.clustering.centroids import read_centroids
from habitue.clustering.embedding import embed, require_methods, require_size
from habitue.fits import library_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EMBEDDING_COLUMNS = {
    "customer_id": "str",
    "method": "str",
    "x": "float64",
    "y": "float64",
    "model_version": "int64",
    "map_fingerprint": "str",
}


def map_once(
    features: pd.DataFrame,
    centroids: pd.DataFrame,
    adopted: pd.DataFrame,
    *,
    previous: pd.DataFrame,
    methods: Sequence[str],
    seed: int,
) -> pd.DataFrame:
    """Every customer's place on the maps, computed where it is not known yet.

    Args:
        features: `customer_id` and natural values, empty where nothing is known.
        centroids: Rows of all versions.
        adopted: One row, the model_version whose scaling is used; none before there is
            one.
        previous: The places as the last build left them, none before the first.
        methods: Any of 'pca', 't_sne', 'umap'; each is one map.
        seed: Source of every random number.

    Returns:
        One row per method and customer (EMBEDDING_COLUMNS), those of `previous` for a
        map of the very same values, customers, seed and libraries.

    Raises:
        EmbeddingError: If a method is unknown or not installed, there are too many
            customers, or the model knows a feature that they lack.
    """
    require_methods(methods)
    require_size(len(features))
    if not len(adopted) or not len(features):
        return _table([])
    model_version = int(adopted["model_version"].iloc[0])
    model = read_centroids(centroids[centroids["model_version"] == model_version])
    names = list(model.scaler.features)
    if missing := [name for name in names if name not in features.columns]:
        raise EmbeddingError(
            f"the adopted model knows {missing}, which segment_features lacks: "
            "put them back, or let a new model be fitted"
        )
    ordered = features.sort_values("customer_id", ignore_index=True)
    values = model.scaler.to_scaled(ordered[names].to_numpy(dtype=np.float64))
    ids = ordered["customer_id"].astype("str").tolist()
    placed = place_once(ids, values, previous=previous, methods=methods, seed=seed)
    return _table([part.assign(model_version=model_version) for part in placed])


def place_once(
    ids: list[str],
    values: NDArray[np.float64],
    *,
    previous: pd.DataFrame,
    methods: Sequence[str],
    seed: int,
) -> list[pd.DataFrame]:
    """The places of customers, computed where they are not known yet.

    Args:
        ids: Of the customers, sorted.
        values: (n_customers, n_features), scaled.
        previous: The places as the last build left them.
        methods: One map each.
        seed: Source of every random number.

    Returns:
        A table per method: customer_id, method, x, y, map_fingerprint.
    """
    parts = []
    for method in methods:
        fingerprint = _fingerprint(ids, values, method=method, seed=seed)
        known = _known(previous, fingerprint)
        if len(known) != len(ids):
            plane = embed(values, method=method, seed=seed)
            known = pd.DataFrame(
                {
                    "customer_id": ids,
                    "method": method,
                    "x": plane[:, 0],
                    "y": plane[:, 1],
                    "map_fingerprint": fingerprint,
                }
            )
        parts.append(known)
    return parts


def _table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=list(EMBEDDING_COLUMNS))
    return rows[list(EMBEDDING_COLUMNS)].astype(EMBEDDING_COLUMNS)


def _known(previous: pd.DataFrame, fingerprint: str) -> pd.DataFrame:
    if "map_fingerprint" not in previous.columns:
        return previous.iloc[:0]
    known = previous[previous["map_fingerprint"] == fingerprint]
    return known.sort_values("customer_id", ignore_index=True)


def _fingerprint(
    ids: list[str], values: NDArray[np.float64], *, method: str, seed: int
) -> str:
    told = [method, str(seed), library_versions(), *ids]
    if method == "umap":
        told.append(_version("umap-learn"))
    found = hashlib.sha256("\n".join(told).encode())
    # Adding 0 makes -0 and 0 one.
    found.update(np.ascontiguousarray(values + 0.0).tobytes())
    return found.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
