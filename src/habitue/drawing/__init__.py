"""Pictures as SVG documents that need nothing beside them."""

from habitue.drawing.dendrogram import Node, cut_into, draw_dendrogram
from habitue.drawing.map import Point, draw_map

__all__ = ["Node", "Point", "cut_into", "draw_dendrogram", "draw_map"]
