"""Principal components of scaled features."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import linalg

if TYPE_CHECKING:
    from numpy.typing import NDArray

# With fewer, components are mostly noise (Gorsuch 1983, Factor Analysis, ch. 16).
MINIMUM_CUSTOMERS_PER_FEATURE = 5
# A sum of loadings nearer to 0 than this has no sign that a refit would keep.
UNDECIDED = 1e-9


class Status(StrEnum):
    """Whether there are components, and if not, why."""

    fitted = "fitted"
    constant = "left out: does not vary"
    too_few_customers = "not fitted: too few customers"
    no_variation = "not fitted: fewer than two features vary"


class Components(NamedTuple):
    """Principal components, the one that explains most first.

    Attributes:
        status: `fitted`, or why there are none.
        varies: Which features were used, shape (n_features,); the others are constant.
        means: Mean of each feature, shape (n_features,).
        deviations: Sample standard deviation of each feature, shape (n_features,).
        loadings: Unit-length weights, shape (n_components, n_features); 0 for a feature
            that does not vary. A score is (features - means) @ loadings.T.
        variances: Variance of each score, shape (n_components,).
        ratios: Its share of the variance of all features, shape (n_components,).
    """

    status: Status
    varies: NDArray[np.bool_]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]
    loadings: NDArray[np.float64]
    variances: NDArray[np.float64]
    ratios: NDArray[np.float64]

    @property
    def correlations(self) -> NDArray[np.float64]:
        """Correlation of each score with each feature, shape of `loadings`.

        0 for a feature that does not vary.
        """
        spread = np.where(self.varies, self.deviations, 1.0)
        scaled = self.loadings * np.sqrt(self.variances)[:, None] / spread
        return np.asarray(scaled, dtype=np.float64)


def fit_components(
    values: NDArray[np.float64],
    *,
    customers_per_feature: int = MINIMUM_CUSTOMERS_PER_FEATURE,
) -> Components:
    """All principal components, by a full singular value decomposition.

    Args:
        values: (n_customers, n_features), scaled (unit: standard deviations), finite.
        customers_per_feature: Customers needed per feature that varies, at least 1.

    Returns:
        As many components as the features have independent directions. The sign of each
        is such that its loadings sum to more than 0, or, where they cancel out, that
        the first of them that is not 0 is positive: more of everything is a high score,
        and a refit does not turn it around. Without enough customers, or with fewer
        than two features that vary, there are none, and the status says why.

    Raises:
        ValueError: If `values` is not a matrix of finite numbers, or
            `customers_per_feature` is below 1.

    Assumptions:
        Relations between features are linear. Features with a larger variance weigh
        more, so they should be scaled alike. Components of (nearly) equal variance are
        exchangeable: their loadings mean nothing one by one.

    References:
        Jolliffe (2002), Principal Component Analysis, 2nd ed., Springer.
    """
    if customers_per_feature < 1:
        raise ValueError("customers_per_feature must be at least 1")
    if values.ndim != 2 or not np.isfinite(values).all():  # noqa: PLR2004
        raise ValueError("values must be (n_customers, n_features) finite numbers")
    n_customers, n_features = values.shape
    varies = np.zeros(n_features, dtype=bool)
    means = np.full(n_features, np.nan)
    deviations = np.full(n_features, np.nan)
    if n_customers > 1:
        varies = np.ptp(values, axis=0) > 0
        means = values.mean(axis=0)
        deviations = np.where(varies, values.std(axis=0, ddof=1), 0.0)
    status = _status(n_customers, int(varies.sum()), customers_per_feature)
    loadings = np.zeros((0, n_features))
    variances = np.zeros(0)
    ratios = np.zeros(0)
    if status is Status.fitted:
        directions, variances = _decompose(values[:, varies] - means[varies])
        ratios = variances / variances.sum()
        loadings = np.zeros((len(directions), n_features))
        loadings[:, varies] = directions * _signs(directions)[:, None]
    return Components(status, varies, means, deviations, loadings, variances, ratios)


def _status(n_customers: int, n_varying: int, customers_per_feature: int) -> Status:
    if n_customers < max(2, customers_per_feature * n_varying):
        return Status.too_few_customers
    if n_varying < 2:  # noqa: PLR2004
        return Status.no_variation
    return Status.fitted


def _decompose(
    centred: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions and variances of all components that are more than rounding."""
    _, lengths, directions = linalg.svd(centred, full_matrices=False)
    least = lengths[0] * max(centred.shape) * np.finfo(np.float64).eps
    rank = int((lengths > least).sum())
    return directions[:rank], lengths[:rank] ** 2 / (len(centred) - 1)


def _signs(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = directions.sum(axis=1)
    telling = np.abs(directions) > UNDECIDED
    first = directions[np.arange(len(directions)), telling.argmax(axis=1)]
    return np.where(np.where(np.abs(sums) > UNDECIDED, sums, first) < 0, -1.0, 1.0)
