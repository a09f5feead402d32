"""Experiments: what an arm changes, told from sums that the warehouse counts."""

from habitue.experiments.effects import (
    TOLD,
    Effects,
    compare,
    from_scale,
    on_scale,
    why_not,
    why_not_relative,
)
from habitue.experiments.interaction import Interaction, interaction
from habitue.experiments.multiplicity import CORRECTIONS, correct
from habitue.experiments.posterior import (
    Posterior,
    mean_posterior,
    proportion_posterior,
)
from habitue.experiments.power import (
    Needed,
    customers_for_means,
    customers_for_rates,
    customers_needed,
    minimum_detectable_effect,
    power_of,
)
from habitue.experiments.proportions import PooledZ, pooled_z
from habitue.experiments.quantiles import Ranks, compare_quantiles, why_not_quantiles
from habitue.experiments.sample_ratio import SampleRatio, sample_ratio
from habitue.experiments.sequential import (
    AlwaysValid,
    always_valid,
    always_valid_effects,
)
from habitue.experiments.sums import Sums

__all__ = [
    "CORRECTIONS",
    "TOLD",
    "AlwaysValid",
    "Effects",
    "Interaction",
    "Needed",
    "PooledZ",
    "Posterior",
    "Ranks",
    "SampleRatio",
    "Sums",
    "always_valid",
    "always_valid_effects",
    "compare",
    "compare_quantiles",
    "correct",
    "customers_for_means",
    "customers_for_rates",
    "customers_needed",
    "from_scale",
    "interaction",
    "mean_posterior",
    "minimum_detectable_effect",
    "on_scale",
    "pooled_z",
    "power_of",
    "proportion_posterior",
    "sample_ratio",
    "why_not",
    "why_not_quantiles",
    "why_not_relative",
]
