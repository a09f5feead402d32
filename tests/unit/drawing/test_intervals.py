"""Intervals: where they are drawn, and what is cut."""

import math
import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from habitue.drawing import Interval, Look, draw_intervals, draw_looks
from habitue.drawing.intervals import scale_of, text_interval


def parsed(drawn):
    return ET.fromstring(drawn)  # noqa: S314


def interval(low, middle, high):
    return Interval("of <m>", middle, low, high, "plain", f"{middle:+.1%}")


def test_an_interval_in_text_has_zero_at_one_place():
    drawn = [
        text_interval(one, scale=(-1.0, 1.0), width=21)
        for one in (interval(-0.5, 0.1, 0.5), interval(0.2, 0.4, 0.6))
    ]
    assert drawn[0] == "     ├────┼●───┤     "
    assert drawn[1] == "          │ ├─●─┤    "


def test_an_interval_in_text_that_is_cut_says_so():
    assert text_interval(interval(-9.0, 0.5, 9.0), scale=(-1.0, 1.0), width=9) == (
        "←───┼─●─→"
    )
    assert text_interval(interval(math.nan, 0.5, 9.0), scale=(-1.0, 1.0)) == ""


def test_a_scale_holds_zero_and_is_not_made_by_one_monster():
    rows = [interval(0.1, 0.2, 0.3), interval(0.2, 0.3, 0.4), interval(-50, 0.3, 90)]
    low, high = scale_of(rows)
    assert -3 < low < 0
    assert 0.4 < high < 3
    low, high = scale_of([interval(-0.5, 0.1, 1.0), interval(-1.0, 1.4, 79000.0)])
    assert -2 < low < high < 12
    assert scale_of([interval(math.nan, 0.0, math.nan)]) == (-1.0, 1.0)


def test_a_plot_has_a_row_each_and_an_axis():
    drawn = draw_intervals([interval(-0.1, 0.1, 0.3), interval(math.nan, 0.2, 1.0)])
    page = parsed(drawn)
    assert [row.get("class") for row in page] == ["plain", "plain", "axis"]
    titles = [row.find("svg/title") for row in page][:2]
    assert [title.text for title in titles] == ["of <m>: +10.0%", "of <m>: +20.0%"]
    # What is not known has the line of zero and nothing else.
    assert len(page[1].findall("svg/line")) == 1
    assert page[1].find("svg/circle") is None
    low, high = scale_of([interval(-0.1, 0.1, 0.3)])
    middle = float(page[0].find("svg/circle").get("cx").removesuffix("%"))
    assert middle == pytest.approx(100 * (0.1 - low) / (high - low), abs=0.01)


def test_looks_are_in_order_and_wild_ends_are_cut():
    start = date(2025, 1, 24)
    looks = [
        Look(start + timedelta(days=2 * i), 0.1, 0.1 - 4 / i**2, 0.1 + 4 / i**2,
             0.1 - 9 / i**2, 0.1 + 9 / i**2)
        for i in range(1, 11)
    ]  # fmt: skip
    page = parsed(draw_looks(looks, title="so far"))
    dots = [float(dot.get("cx")) for dot in page.iter("circle")]
    assert len(dots) == 10
    assert dots == sorted(dots)
    heights = [
        float(y)
        for path in page.iter("path")
        for y in re.findall(r"[ML ]\d+\.?\d* (\d+\.\d)", path.get("d"))
    ]
    assert 0 <= min(heights) < max(heights) <= 250
    assert page.find("title").text == "so far"


def test_looks_of_which_nothing_is_known_are_an_empty_picture():
    nothing = Look(date(2025, 1, 24), *[math.nan] * 5)
    page = parsed(draw_looks([nothing], title="so far"))
    assert list(page.iter("circle")) == []
