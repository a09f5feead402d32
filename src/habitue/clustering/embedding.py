"""Customers on a plane: near each other where they behave alike."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg
from sklearn.manifold import TSNE

from habitue.clustering.errors import EmbeddingError
from habitue.clustering.partition import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

METHODS = ("pca", "t_sne", "umap")
# t-SNE of more takes a quarter of an hour, and no screen shows them.
MOST_CUSTOMERS = 50_000
# Neighbours that count: the default of van der Maaten and Hinton, and of UMAP.
PERPLEXITY = 30.0
NEIGHBOURS = 15
# With fewer there are no neighbourhoods to keep, only distances: PCA shows those.
LEAST_FOR_NEIGHBOURS = 4
# An axis so much shorter than the values are large is rounding.
_NOTHING = 1e-12


def embed(
    values: NDArray[np.float64], *, method: str, seed: int
) -> NDArray[np.float64]:
    """Two coordinates per customer.

    Args:
        values: (n_customers, n_features), scaled, finite.
        method: 'pca' (distances between far groups are true), 't_sne' (neighbourhoods
            are true, distances between groups are not) or 'umap' (in between; needs
            the extra `map`).
        seed: Source of every random number.

    Returns:
        (n_customers, 2), the same to the last bit for the same input and libraries.
        Each principal axis is turned so that it grows with the features that it
        follows, so that a few more customers do not mirror the picture; the axes of the
        other methods run the way of these.
        Where nothing varies everybody is at 0, 0. Below 4 customers, or 4 different
        ones, every method is PCA.

    Raises:
        EmbeddingError: If the method is unknown or not installed, the values are no
            finite numbers, or there are more than 50,000 customers.

    Assumptions:
        Euclidean distance between scaled features means something.

    References:
        Jolliffe (2002), Principal Component Analysis, 2nd ed., Springer.
        van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9.
        Kobak and Berens (2019), The art of using t-SNE, Nature Communications 10.
        McInnes, Healy and Melville (2018), UMAP, arXiv 1802.03426.
    """
    require_methods([method])
    if values.ndim != 2 or not np.isfinite(values).all():  # noqa: PLR2004
        raise EmbeddingError("values must be (n_customers, n_features) finite numbers")
    require_size(len(values))
    with one_thread():
        plane = _pca(values)
        distinct = len(np.unique(values, axis=0))
        if method == "pca" or distinct < LEAST_FOR_NEIGHBOURS:
            return plane
        if method == "t_sne":
            return _aligned(_t_sne(values, start=plane, seed=seed), plane)
        return _aligned(_umap(values, start=plane, seed=seed), plane)


def require_methods(methods: Sequence[str]) -> None:
    """Refuse methods that there are not, before anything is computed.

    Raises:
        EmbeddingError: If one is unknown or not installed.
    """
    for method in methods:
        if method not in METHODS:
            raise EmbeddingError(
                f"map_methods names {method!r}: it must be one of {', '.join(METHODS)}"
            )
        if method == "umap" and find_spec("umap") is None:
            raise EmbeddingError(
                "map_methods asks for umap, which is not installed: "
                "pip install 'habitue[map]', or leave it out"
            )


def require_size(customers: int) -> None:
    """Refuse more customers than a map can hold.

    Raises:
        EmbeddingError: If there are more than 50,000.
    """
    if customers > MOST_CUSTOMERS:
        raise EmbeddingError(
            f"map_sample_size is {customers:,}: a map holds {MOST_CUSTOMERS:,} at most"
        )


def _pca(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores on the first two principal components, 0 where there are fewer."""
    plane = np.zeros((len(values), 2))
    if len(values) < 2:  # noqa: PLR2004
        return plane
    centred = values - values.mean(axis=0)
    _, lengths, directions = linalg.svd(centred, full_matrices=False)
    rank = min(2, int((lengths > _NOTHING * np.abs(values).max()).sum()))
    plane[:, :rank] = centred @ directions[:rank].T
    return _turned(plane, values)


def _t_sne(
    values: NDArray[np.float64], *, start: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """Barnes-Hut t-SNE from the PCA plane, which keeps groups where they belong."""
    model = TSNE(
        perplexity=min(PERPLEXITY, (len(values) - 1) / 3),
        init=(start / start[:, 0].std() * 1e-4).astype(np.float32),
        random_state=seed,
        n_jobs=1,
    )
    return np.asarray(model.fit_transform(values), dtype=np.float64)


def _umap(
    values: NDArray[np.float64], *, start: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    model: Any = import_module("umap").UMAP(
        n_neighbors=min(NEIGHBOURS, len(values) - 1),
        init=(start / np.abs(start).max() * 10).astype(np.float32),
        random_state=seed,
        n_jobs=1,
    )
    return np.asarray(model.fit_transform(values), dtype=np.float64)


def _turned(
    plane: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each axis so that it grows with the sum of the features that it follows."""
    centred = values - values.mean(axis=0)
    along = (plane - plane.mean(axis=0)).T @ centred
    sums = along.sum(axis=1)
    # Where they cancel out, the feature that the axis follows most decides.
    most = along[np.arange(2), np.abs(along).round(9).argmax(axis=1)]
    undecided = np.abs(sums) <= 1e-9 * np.abs(along).sum(axis=1)
    return plane * np.where(np.where(undecided, most, sums) < 0, -1.0, 1.0)


def _aligned(
    plane: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each axis so that it runs the way of the one that it started from."""
    together = ((plane - plane.mean(axis=0)) * start).sum(axis=0)
    return plane * np.where(together < 0, -1.0, 1.0)
