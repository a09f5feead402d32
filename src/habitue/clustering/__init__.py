"""Segments by evidence: how many there are, what they are, who they were before."""

from habitue.clustering.centroids import CENTROID_COLUMNS
from habitue.clustering.errors import (
    CentroidError,
    EvidenceError,
    FeatureError,
    RuleError,
    ScalerError,
)
from habitue.clustering.evidence import EVIDENCE_COLUMNS, evaluate_candidates
from habitue.clustering.fitting import MODEL_COLUMNS, SegmentModel, fit_segments
from habitue.clustering.matching import Matching, match_segments
from habitue.clustering.naming import NAME_COLUMNS, name_segments
from habitue.clustering.scoring import Prediction, predict_segments
from habitue.clustering.settings import EvidenceSettings, FitSettings

__all__ = [
    "CENTROID_COLUMNS",
    "EVIDENCE_COLUMNS",
    "MODEL_COLUMNS",
    "NAME_COLUMNS",
    "CentroidError",
    "EvidenceError",
    "EvidenceSettings",
    "FeatureError",
    "FitSettings",
    "Matching",
    "Prediction",
    "RuleError",
    "ScalerError",
    "SegmentModel",
    "evaluate_candidates",
    "fit_segments",
    "match_segments",
    "name_segments",
    "predict_segments",
]
