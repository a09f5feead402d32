"""Journeys as Markov chains: where they end, what a state is worth, who differs."""

from habitue.journeys.absorption import Absorption, Chain, absorb, removal_effects
from habitue.journeys.chains import CHAIN_COLUMNS, fit_chains

__all__ = [
    "CHAIN_COLUMNS",
    "Absorption",
    "Chain",
    "absorb",
    "fit_chains",
    "removal_effects",
]
