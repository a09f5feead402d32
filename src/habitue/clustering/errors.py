"""What can be wrong with the tables a segmentation is made from."""

from __future__ import annotations


class FeatureError(ValueError):
    """The feature table cannot be clustered as it is."""


class ScalerError(ValueError):
    """The scaler table does not fit the features."""


class EvidenceError(ValueError):
    """The evidence table does not choose exactly one number of segments."""


class CentroidError(ValueError):
    """The centroid table is incomplete or mixes model versions."""


class RuleError(ValueError):
    """A naming rule cannot be read."""


class OwnNameError(RuleError):
    """A name that was given by hand cannot stand."""


class EmbeddingError(ValueError):
    """The map cannot be drawn as it was asked for."""


class PolicyError(ValueError):
    """The policy forbids what the settings ask for."""
