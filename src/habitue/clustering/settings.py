"""What may be set about a segmentation."""

from __future__ import annotations

from dataclasses import dataclass

from habitue.clustering.algorithms import ALGORITHMS, DBSCAN, HDBSCAN, K_MEANS


@dataclass(frozen=True, kw_only=True)
class SegmentationSettings:
    """How segments are looked for and fitted.

    Attributes:
        max_k: Largest number of segments tried, at least 1.
        minimum_share: Smallest share of the customers a segment may have, in [0, 1).
        minimum_jaccard: Bootstrap Jaccard similarity from which on the least stable
            segment counts as stable, in [0, 1].
        bootstraps: Bootstrap samples per candidate, at least 1.
        references: Reference data sets of the gap statistic, at least 1.
        fixed_k: Number of segments to take whatever the evidence says; None to decide
            by evidence.
        seed: Source of every random number.
        sample: Customers drawn for gap and bootstrap, at least 2.
        silhouette_sample: Customers drawn for the silhouette, at least 2.
        n_init: Random starts of each k-means but those of the gap. Too few, and a start
            that ends in a worse optimum looks like an unstable segment.
        algorithm: The algorithm whose best candidate is chosen.
        compared: Algorithms that are measured beside it; k-means always is.
        match_distance: Largest distance (scaled units) at which a segment still is the
            one it was, where customers cannot tell; None for .75 x the square root of
            the number of features.
    """

    max_k: int = 8
    minimum_share: float = 0.03
    minimum_jaccard: float = 0.75
    bootstraps: int = 20
    references: int = 20
    fixed_k: int | None = None
    seed: int = 20240101
    sample: int = 2000
    silhouette_sample: int = 5000
    n_init: int = 10
    algorithm: str = K_MEANS
    compared: tuple[str, ...] = ALGORITHMS
    match_distance: float | None = None

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: If a number is outside its range or an algorithm is unknown.
        """
        at_least = {
            "max_k": 1,
            "bootstraps": 1,
            "references": 1,
            "n_init": 1,
            "sample": 2,
            "silhouette_sample": 2,
        }
        for name, least in at_least.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}")
        if not 0 <= self.minimum_share < 1:
            raise ValueError("minimum_share must be in [0, 1)")
        if not 0 <= self.minimum_jaccard <= 1:
            raise ValueError("minimum_jaccard must be in [0, 1]")
        if self.fixed_k is not None and self.fixed_k < 1:
            raise ValueError("fixed_k must be at least 1, or None")
        if self.match_distance is not None and self.match_distance < 0:
            raise ValueError("match_distance must not be negative")
        for name in (self.algorithm, *self.compared):
            if name not in ALGORITHMS:
                raise ValueError(
                    f"algorithm {name!r} is unknown, use one of {ALGORITHMS}"
                )
        if self.fixed_k is not None and self.algorithm in (DBSCAN, HDBSCAN):
            raise ValueError(
                f"fixed_k has no meaning for {self.algorithm}: leave it out"
            )

    @property
    def largest_k(self) -> int:
        """The largest candidate: max_k, or fixed_k where that is larger."""
        return max(self.max_k, self.fixed_k or 1)
