"""Pictures as SVG documents that need nothing beside them."""

from habitue.drawing.dendrogram import Node, cut_into, draw_dendrogram
from habitue.drawing.experiment_page import draw_experiment
from habitue.drawing.intervals import Interval, Look, draw_intervals, draw_looks
from habitue.drawing.map import Point, draw_map
from habitue.drawing.page import as_html
from habitue.drawing.sankey import draw_sankey
from habitue.drawing.transition_graph import draw_transition_graph
from habitue.drawing.trend import ForecastPoint, Shift, TrendPoint, draw_trend

__all__ = [
    "ForecastPoint",
    "Interval",
    "Look",
    "Node",
    "Point",
    "Shift",
    "TrendPoint",
    "as_html",
    "cut_into",
    "draw_dendrogram",
    "draw_experiment",
    "draw_intervals",
    "draw_looks",
    "draw_map",
    "draw_sankey",
    "draw_transition_graph",
    "draw_trend",
]
