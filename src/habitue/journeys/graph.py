"""Journeys as a graph that other tools read: NetworkX, GraphML, GEXF, JSON."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Iterable

    from habitue.journey_marts import Transition

FORMATS = ("graphml", "gexf", "json")
_KINDS = {"(start)": "start", "(conversion)": "conversion", "(dropped)": "dropped"}


def journey_graph(
    transitions: Iterable[Transition], *, name: str = "journeys"
) -> nx.DiGraph:
    """States as nodes, transitions as edges, loops among them.

    Args:
        transitions: Each pair of states once.
        name: Of the graph, such as whose journeys they are.

    Returns:
        A directed graph. A node is a state, with `label`, `kind` (start, state,
        conversion or dropped) and `visit_count`, how often somebody was there. An edge
        has `transition_count`, `customer_count`, `probability` (the edges out of a node
        add up to one) and `weight`, the count once more, which layouts and algorithms
        look for.

    Raises:
        ValueError: If a pair of states comes twice: the transitions are of several
            levels, segments, months or orders.
    """
    told = sorted(transitions)
    graph = nx.DiGraph(name=name)
    arrivals: dict[str, int] = {}
    visits: dict[str, int] = {}
    for one in told:
        if graph.has_edge(one.state, one.next_state):
            raise ValueError(
                f"{one.state} → {one.next_state} comes twice: take the transitions of "
                "one level, segment, month and order"
            )
        graph.add_edge(
            one.state,
            one.next_state,
            weight=one.transition_count,
            transition_count=one.transition_count,
            customer_count=one.customer_count,
            probability=one.probability,
        )
        visits[one.state] = one.visit_count
        arrivals[one.next_state] = (
            arrivals.get(one.next_state, 0) + one.transition_count
        )
    for state, attributes in graph.nodes(data=True):
        attributes["label"] = state
        attributes["kind"] = _KINDS.get(state, "state")
        attributes["visit_count"] = visits.get(state, arrivals.get(state, 0))
    return graph


def graph_text(graph: nx.DiGraph, *, form: str) -> str:
    """The graph as a document; the same graph gives the same text on any day.

    Args:
        graph: Of `journey_graph`.
        form: graphml (Gephi, yEd, Cytoscape, igraph), gexf (Gephi) or json (node-link,
            as D3 and NetworkX read it).

    Raises:
        ValueError: If there is no such format.
    """
    if form == "json":
        return json.dumps(nx.node_link_data(graph, edges="links"), indent=2) + "\n"
    if form not in FORMATS:
        raise ValueError(f"format is {form}; it must be one of {', '.join(FORMATS)}")
    written = io.BytesIO()
    if form == "graphml":
        nx.write_graphml_xml(graph, written, named_key_ids=True)
    else:
        nx.write_gexf(graph, written)
    text = written.getvalue().decode("utf-8")
    return re.sub(r' lastmodifieddate="[^"]*"', "", text).rstrip("\n") + "\n"
