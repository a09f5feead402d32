"""Segments by evidence: how many there are, what they are, who they were before."""

from habitue.clustering.centroids import CENTROID_COLUMNS
from habitue.clustering.errors import (
    CentroidError,
    EmbeddingError,
    EvidenceError,
    FeatureError,
    OwnNameError,
    PolicyError,
    RuleError,
    ScalerError,
)
from habitue.clustering.evidence import EVIDENCE_COLUMNS, evaluate_candidates
from habitue.clustering.fitting import Fit, fit_segments
from habitue.clustering.matching import Matching, match_segments
from habitue.clustering.matrix import Customers, read_customers
from habitue.clustering.naming import NAME_COLUMNS, name_segments
from habitue.clustering.scoring import Prediction, predict_segments
from habitue.clustering.settings import SegmentationSettings
from habitue.clustering.telling import TRAIT_COLUMNS, segment_traits

__all__ = [
    "CENTROID_COLUMNS",
    "EVIDENCE_COLUMNS",
    "NAME_COLUMNS",
    "TRAIT_COLUMNS",
    "CentroidError",
    "Customers",
    "EmbeddingError",
    "EvidenceError",
    "FeatureError",
    "Fit",
    "Matching",
    "OwnNameError",
    "PolicyError",
    "Prediction",
    "RuleError",
    "ScalerError",
    "SegmentationSettings",
    "evaluate_candidates",
    "fit_segments",
    "match_segments",
    "name_segments",
    "predict_segments",
    "read_customers",
    "segment_traits",
]
