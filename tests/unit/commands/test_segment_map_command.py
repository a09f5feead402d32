"""The map of the customers, from the mart to the file."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import duckdb
import pytest
from typer.testing import CliRunner

from habitue.cli import app
from habitue.map_drawing import COLOURS, Point, draw_map

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema marts;"
            "create table marts.segment_map as select uuid() as customer_id, "
            "method, cast(x as double) as x, cast(y as double) as y, segment_id, "
            "segment_name from "
            "(values ('pca', 0.0, 0.0, 1, 'Loyal <&>'), ('pca', 4.0, 3.0, 1, "
            "'Loyal <&>'), ('pca', -4.0, 1.0, 7, 'Dormant')) "
            "as places (method, x, y, segment_id, segment_name)"
        )
    return path


def draw(database, *arguments):
    return CliRunner().invoke(
        app, ["segments", "map", *map(str, arguments), "--database", str(database)]
    )


def groups(svg):
    """Colour → places of its circles."""
    return {
        group.get("fill"): [
            (float(one.get("cx")), float(one.get("cy")))
            for one in group.iter(f"{SVG}circle")
        ]
        for group in ET.fromstring(svg).iter(f"{SVG}g")  # noqa: S314
    }


def test_every_customer_is_a_point_in_the_colour_of_the_segment(database, tmp_path):
    output = tmp_path / "map.svg"

    answer = draw(database, "--method", "pca", "--output", output)

    assert answer.exit_code == 0, answer.output
    assert "3 customers" in answer.output
    drawn = groups(output.read_text(encoding="utf-8"))
    assert {colour: len(places) for colour, places in drawn.items()} == {
        COLOURS[0]: 2,
        COLOURS[1]: 1,
    }
    (one, other), (third,) = drawn[COLOURS[0]], drawn[COLOURS[1]]
    # Upwards is up, and both axes have one scale.
    left, right = sorted([one, other])
    assert right[1] < left[1]
    assert (right[0] - left[0]) / (left[1] - right[1]) == pytest.approx(4 / 3, 0.01)
    assert third[0] < left[0]


def test_the_legend_names_the_segments(database):
    drawn = draw(database, "--method", "pca").output

    texts = ET.fromstring(drawn).iter(f"{SVG}text")  # noqa: S314
    told = [text.text for text in texts]
    assert told[0] == "Segments of 3 customers by PCA"
    assert told[-2:] == ["Loyal <&>", "Dormant"]
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


def test_a_map_that_is_not_there_is_refused(database, tmp_path):
    answer = draw(database)
    assert answer.exit_code == 2
    assert "no map by t_sne: name it in map_methods" in answer.output
    assert draw(database, "--method", "som").exit_code == 2
    assert draw(tmp_path / "none.duckdb").exit_code == 2
    answer = draw(database, "--method", "pca", "--output", tmp_path / "no" / "map.svg")
    assert answer.exit_code == 2


@pytest.mark.parametrize("count", [1, 2, 500, 4000])
def test_all_points_are_inside_the_frame(count):
    points = [
        Point(one * 1e3, one % 7 * 1e-3, one % 12, "x" * 90) for one in range(count)
    ]

    drawn = draw_map(points, title="Map", note="Note")

    places = [place for part in groups(drawn).values() for place in part]
    assert len(places) == count
    assert all(0 < x < 720 and 0 < y < 640 for x, y in places)
    assert drawn == draw_map(points, title="Map", note="Note")


def test_twelve_segments_have_twelve_colours():
    points = [Point(one, one, one, str(one)) for one in range(12)]

    assert len(groups(draw_map(points, title="Map", note=""))) == 12
