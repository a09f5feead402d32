"""Journeys as Markov chains: where they end, what a state is worth, who differs."""

from habitue.journeys.absorption import Absorption, Chain, absorb, removal_effects
from habitue.journeys.chains import CHAIN_COLUMNS, fit_chains
from habitue.journeys.comparisons import COMPARISON_COLUMNS, compare_transitions
from habitue.journeys.graph import graph_text, journey_graph
from habitue.journeys.removals import REMOVAL_COLUMNS, measure_removals

__all__ = [
    "CHAIN_COLUMNS",
    "COMPARISON_COLUMNS",
    "REMOVAL_COLUMNS",
    "Absorption",
    "Chain",
    "absorb",
    "compare_transitions",
    "fit_chains",
    "graph_text",
    "journey_graph",
    "measure_removals",
    "removal_effects",
]
