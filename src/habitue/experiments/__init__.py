"""Experiments: what an arm changes, told from sums that the warehouse counts."""

from habitue.experiments.effects import (
    TOLD,
    Effects,
    compare,
    why_not,
    why_not_relative,
)
from habitue.experiments.sums import Sums

__all__ = [
    "TOLD",
    "Effects",
    "Sums",
    "compare",
    "why_not",
    "why_not_relative",
]
