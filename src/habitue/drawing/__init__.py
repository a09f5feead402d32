"""Pictures as SVG documents that need nothing beside them."""

from habitue.drawing.dendrogram import Node, cut_into, draw_dendrogram
from habitue.drawing.map import Point, draw_map
from habitue.drawing.trend import ForecastPoint, Shift, TrendPoint, draw_trend

__all__ = [
    "ForecastPoint",
    "Node",
    "Point",
    "Shift",
    "TrendPoint",
    "cut_into",
    "draw_dendrogram",
    "draw_map",
    "draw_trend",
]
