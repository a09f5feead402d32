"""Journeys step by step, drawn: everything can be read, and nothing is made up."""

import re
from collections import Counter

import numpy as np
import pytest
from pictures import Picture, is_inside, overlaps

from habitue.drawing import as_html, draw_sankey
from habitue.journey_marts import Flow

NAMES = ["home", "a state with quite a long name", "cart <&>", "x", "search", "(other)"]
FLOWS = [
    Flow(0, "(start)", "home", 10),
    Flow(1, "home", "cart <&>", 6),
    Flow(1, "home", "(dropped)", 4),
    Flow(2, "cart <&>", "(conversion)", 1),
    Flow(2, "cart <&>", "home", 5),
    Flow(3, "home", "(goes on)", 5),
]


def random_flows(seed):
    """Random journeys, counted by step."""
    rng = np.random.default_rng(seed)
    counts = Counter()
    for _ in range(rng.integers(1, 3000)):
        state, length = "(start)", rng.geometric(0.2)
        for step in range(9):
            if step >= length:
                following = ("(conversion)", "(dropped)")[rng.integers(2)]
            elif step == 8:
                following = "(goes on)"
            else:
                following = NAMES[rng.integers(len(NAMES))]
            counts[step, state, following] += 1
            state = following
            if state in {"(conversion)", "(dropped)"}:
                break
    return [Flow(*edge, count) for edge, count in counts.items()]


def drawn(flows, *, steps=8):
    return Picture(draw_sankey(flows, steps=steps, title="Title", subtitle="Sub"))


def test_bars_and_ribbons_tell_their_journeys():
    picture = drawn(FLOWS)
    assert "home 10" in picture.texts()
    assert "(conversion) 1" in picture.texts()
    assert "Sub: 10 journeys" in picture.texts()
    assert "home → cart <&>: 6 journeys, 60% of those here" in picture.said()
    assert "cart <&>: 6 journeys, 60% of all" in picture.said()
    assert len(picture.all("path")) == len(FLOWS)
    assert len(picture.bars()) == 7


def test_heights_are_journeys():
    heights = [box.bottom - box.top for box in drawn(FLOWS).bars()]
    total = max(heights)
    assert sorted(height / total * 10 for height in heights) == pytest.approx(
        [1, 4, 5, 5, 6, 10, 10], abs=0.01
    )


def test_fewer_steps_cut_journeys_that_go_on():
    picture = drawn(FLOWS, steps=1)
    assert "(goes on) 6" in picture.texts()
    assert "(dropped) 4" in picture.texts()
    assert not any("cart" in words for words in picture.texts())


@pytest.mark.parametrize("seed", range(12))
def test_nothing_overlaps_and_all_is_inside_the_picture(seed):
    picture = drawn(random_flows(seed))
    labels = [
        box for words, box in picture.texts().items() if re.search(r" [\d,]+$", words)
    ]
    # Equal labels are one key of the texts: every one is looked at all the same.
    every = [
        picture.box(element)
        for element in picture.all("text")
        if "halo" not in element.get("class", "")
    ]
    assert labels
    assert not overlaps(every)
    assert not overlaps(picture.bars())
    assert all(is_inside(box, picture.page) for box in [*every, *picture.bars()])


@pytest.mark.parametrize("seed", range(3))
def test_what_flows_into_a_bar_fills_it(seed):
    flows = random_flows(seed)
    picture = drawn(flows)
    widths = sum(float(path.get("stroke-width")) for path in picture.all("path"))
    total = max(box.bottom - box.top for box in picture.bars())
    journeys = sum(one.journey_count for one in flows)
    start = sum(one.journey_count for one in flows if one.step_number == 0)
    assert widths >= total * journeys / start - 0.01 * len(flows)
    said = [words for words in picture.said() if "→" in words]
    assert (
        sum(
            int(re.search(r": ([\d,]+) journeys", words)[1].replace(",", ""))
            for words in said
        )
        == journeys
    )


def test_the_same_flows_give_the_same_picture_in_any_order():
    flows = random_flows(1)
    again = draw_sankey(flows[::-1], steps=8, title="Title", subtitle="Sub")
    assert again == draw_sankey(flows, steps=8, title="Title", subtitle="Sub")


def test_a_page_holds_the_picture_and_asks_for_nothing():
    svg = draw_sankey(FLOWS, steps=8, title="A <b>", subtitle="Sub")
    page = as_html(svg, title="A <b>")
    assert svg in page
    assert "<title>A &lt;b&gt;</title>" in page
    assert "<script" not in page
    for text in (svg, page):
        assert set(re.findall(r"https?://[^\s\"]+", text)) == {
            "http://www.w3.org/2000/svg"
        }
        # Dark pages get light words.
        assert "prefers-color-scheme: dark" in text
