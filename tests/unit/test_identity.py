from datetime import UTC, datetime
from itertools import pairwise

import networkx
import numpy as np
import pytest

from habitue.identity import Link, chain_of

AT = datetime(2026, 1, 1, tzinfo=UTC)


def link(left, right, reason=None):
    return Link(
        left=left,
        right=right,
        left_kind="anonymous_id",
        right_kind="user_id",
        kind="user_id-anonymous_id",
        event_count=1,
        first_seen_at=AT,
        last_seen_at=AT,
        is_used=reason is None,
        reason=reason,
    )


def test_the_chain_is_the_shortest_one():
    links = [link("a", "u"), link("b", "u"), link("b", "v"), link("a", "v")]
    links += [link("a", "b")]
    assert chain_of(links, "a", "b") == [links[-1]]


def test_the_chain_goes_in_the_order_of_the_question():
    links = [link("b", "u"), link("a", "u")]
    assert chain_of(links, "a", "b") == [links[1], links[0]]
    assert chain_of(links, "b", "a") == [links[0], links[1]]


def test_a_long_way_of_links_that_count_beats_a_short_one_that_does_not():
    long_way = [link("a", "u"), link("b", "u"), link("b", "v"), link("z", "v")]
    shortcut = link("a", "z", reason="another person was seen with it later")
    assert chain_of([shortcut, *long_way], "a", "z") == long_way


def test_what_keeps_two_apart_is_the_one_link_that_does_not_count():
    links = [
        link("a", "u"),
        link("kiosk", "u", reason="9 people"),
        link("kiosk", "v", reason="9 people"),
        link("b", "v"),
        link("b", "u", reason="another person"),
    ]
    assert chain_of(links, "a", "v") == [links[0], links[4], links[3]]


def test_without_a_way_there_is_no_chain():
    assert chain_of([link("a", "u"), link("b", "v")], "a", "b") == []
    assert chain_of([], "a", "b") == []
    assert chain_of([link("a", "u")], "a", "a") == []


@pytest.mark.parametrize("seed", range(5))
def test_chains_are_ways_where_components_say_so(seed):
    rng = np.random.default_rng(seed)
    pairs = {tuple(sorted(pair)) for pair in rng.integers(0, 40, (35, 2)).tolist()}
    links = [link(str(one), str(other)) for one, other in pairs if one != other]
    graph = networkx.Graph([(one.left, one.right) for one in links])
    for one in graph:
        for other in graph:
            chain = chain_of(links, one, other)
            is_tied = networkx.has_path(graph, one, other)
            assert bool(chain) == (is_tied and one != other)
            ends = [{step.left, step.right} for step in chain]
            assert all(before & after for before, after in pairwise(ends))
            if chain:
                assert one in ends[0]
                assert other in ends[-1]
