"""Transitions as a graph: what is in it, and what other tools read back."""

import io
import json

import networkx as nx
import pytest

from habitue.journey_marts import Transition
from habitue.journeys import graph_text, journey_graph

# Two journeys start, one converts; a loop, and a name that XML has to escape.
TRANSITIONS = [
    Transition("(start)", "home & <away>", 2, 2, 2, 1.0),
    Transition("home & <away>", "home & <away>", 1, 3, 1, 1 / 3),
    Transition("home & <away>", "(conversion)", 1, 3, 1, 1 / 3),
    Transition("home & <away>", "(dropped)", 1, 3, 1, 1 / 3),
]


def test_states_are_nodes_and_transitions_edges_with_counts_and_probabilities():
    graph = journey_graph(TRANSITIONS, name="everybody")

    assert graph.name == "everybody"
    assert dict(graph.nodes(data="kind")) == {
        "(start)": "start",
        "home & <away>": "state",
        "(conversion)": "conversion",
        "(dropped)": "dropped",
    }
    # What journeys end in was visited as often as they came there.
    assert dict(graph.nodes(data="visit_count")) == {
        "(start)": 2,
        "home & <away>": 3,
        "(conversion)": 1,
        "(dropped)": 1,
    }
    assert graph.number_of_edges() == 4
    assert graph.edges["home & <away>", "(dropped)"] == {
        "weight": 1,
        "transition_count": 1,
        "customer_count": 1,
        "probability": 1 / 3,
    }
    for state in ("(start)", "home & <away>"):
        assert graph.out_degree(state, weight="probability") == pytest.approx(1)


def read(text, form):
    if form == "json":
        return nx.node_link_graph(json.loads(text), edges="links")
    reader = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}[form]
    return reader(io.BytesIO(text.encode()))


@pytest.mark.parametrize("form", ["graphml", "gexf", "json"])
def test_what_is_written_is_read_back_as_the_same_graph(form):
    graph = journey_graph(TRANSITIONS, name="everybody")

    again = read(graph_text(graph, form=form), form)

    assert again.is_directed()
    assert not again.is_multigraph()
    assert set(again.nodes) == set(graph.nodes)
    assert set(again.edges) == set(graph.edges)
    for state, attributes in graph.nodes(data=True):
        assert again.nodes[state] == attributes
    for *edge, attributes in graph.edges(data=True):
        told = again.edges[edge]
        assert {name: told[name] for name in attributes} == attributes


@pytest.mark.parametrize("form", ["graphml", "gexf", "json"])
def test_the_same_transitions_give_the_same_text_in_any_order(form):
    assert graph_text(journey_graph(TRANSITIONS), form=form) == graph_text(
        journey_graph(reversed(TRANSITIONS)), form=form
    )
    assert "lastmodified" not in graph_text(journey_graph(TRANSITIONS), form=form)


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="one of graphml, gexf, json"):
        graph_text(journey_graph(TRANSITIONS), form="dot")


def test_transitions_of_several_segments_are_refused():
    with pytest.raises(ValueError, match="comes twice: take the transitions of one"):
        journey_graph([*TRANSITIONS, TRANSITIONS[0]])


def test_no_transitions_are_an_empty_graph():
    graph = journey_graph([])
    assert graph.number_of_nodes() == 0
    assert read(graph_text(graph, form="graphml"), "graphml").number_of_nodes() == 0
