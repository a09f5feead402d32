"""The drawing of a hierarchy, from the mart to the file."""

import re
from xml.etree import ElementTree as ET

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs
from typer.testing import CliRunner

from habitue.cli import app
from habitue.clustering.dendrogram import top_of
from habitue.clustering.hierarchy import ward_tree

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {1: "Loyal <&>", 2: "Dormant", 3: "New"}
LEAST = 10


def mart(values, segments, *, version):
    """What the SQL of the mart makes of the rows."""
    tree = ward_tree(values, seed=1)
    table = top_of(tree, segments)
    table.insert(0, "model_version", version)
    table["segment_name"] = table["segment_id"].map(NAMES)
    table["is_suppressed"] = table["disclosed_count"] < LEAST
    counts = table["customer_count"].astype("Int64")
    return table.assign(customer_count=counts.mask(table["is_suppressed"]))


@pytest.fixture
def database(tmp_path):
    values, truth = make_blobs(
        [150, 100, 50], 2, centers=[[0, 0], [20, 0], [0, 60]], random_state=1
    )
    small = np.array([[0.0], [1.0], [9.0]])
    table = pd.concat(
        [
            mart(values, truth + 1, version=1),
            mart(small, np.array([1, 1, 2]), version=2),
        ]
    )
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.register("nodes", table)
        connection.execute(
            "create schema marts;"
            "create table marts.segment_dendrogram as from nodes;"
            "create table marts.segment_models as select * from "
            "(values (1, 3), (2, 2), (3, 1)) as models (model_version, segment_count)"
        )
    return path


def draw(database, *arguments):
    return CliRunner().invoke(
        app,
        ["segments", "dendrogram", *map(str, arguments), "--database", str(database)],
    )


def labels(drawing):
    return [
        text.text for text in drawing.iter(f"{SVG}text") if text.get("class") is None
    ]


def numbers(path):
    """Start x, start y, row of the part, x of the part."""
    return [float(number) for number in re.findall(r"[\d.]+", path.get("d"))]


def test_three_groups_are_drawn_with_their_names_counts_and_cut(database, tmp_path):
    path = tmp_path / "tree.svg"

    ran = draw(database, "--version", 1, "--leaves", 3, "--output", path)

    assert ran.exit_code == 0, ran.stderr
    assert "Model version 1, 3 groups, 3 segments" in ran.stdout
    drawing = ET.parse(path).getroot()  # noqa: S314
    told = labels(drawing)
    assert set(told) == {
        "Loyal <&>: 150 customers",
        "Dormant: 100 customers",
        "New: 50 customers",
        "cut into 3",
    }
    # The far blob is merged last: it is the first or last line, not between the two.
    assert told.index("New: 50 customers") in {0, 2}
    dots = [dot.get("fill") for dot in drawing.iter(f"{SVG}circle")]
    assert len(set(dots)) == 3


def test_lines_lead_from_each_merge_to_its_parts_at_their_heights(database):
    ran = draw(database, "--version", 2, "--leaves", 3)

    drawing = ET.fromstring(ran.stdout)  # noqa: S314
    branches = [
        path
        for path in drawing.iter(f"{SVG}path")
        if "V" in path.get("d") and path.get("stroke-dasharray") is None
    ]
    # Heights 0, 1 and, of {0, 1} with 9, sqrt(2 * 2/3 * 8.5^2) = 9.815.
    zero, top = 24 + 560, 24
    one = zero - 560 / np.sqrt(2 * 2 / 3 * 8.5**2)
    starts = sorted(numbers(path)[0] for path in branches)
    assert starts == pytest.approx([top, top, one, one], abs=0.06)
    ends = sorted(numbers(path)[3] for path in branches)
    assert ends == pytest.approx([one, zero, zero, zero], abs=0.06)
    [cut] = [
        path
        for path in drawing.iter(f"{SVG}path")
        if path.get("stroke-dasharray") is not None
    ]
    assert numbers(cut)[0] == pytest.approx((top + one) / 2, abs=0.06)


def test_the_newest_version_is_the_default_and_small_groups_are_not_told(database):
    ran = draw(database)

    assert ran.exit_code == 0
    told = labels(ET.fromstring(ran.stdout))  # noqa: S314
    assert sorted(told) == [
        "Dormant: hidden",
        "Loyal <&>: hidden",
        "Loyal <&>: hidden",
        "cut into 2",
    ]
    assert "model version 2" in ran.stdout


def test_the_leaves_told_add_up_and_none_is_small(database):
    told = labels(ET.fromstring(draw(database, "--version", 1).stdout))  # noqa: S314
    assert len(told) == 31
    counts = [
        int(text.split(": ")[1].split()[0]) for text in told if "customers" in text
    ]
    assert counts
    assert min(counts) >= LEAST


def test_more_leaves_than_there_are_draw_all_and_fewer_than_segments_draw_those(
    database,
):
    told = labels(ET.fromstring(draw(database, "--leaves", 5000).stdout))  # noqa: S314
    assert len(told) == 3 + 1
    drawn = draw(database, "--version", 1, "--leaves", 2).stdout
    assert len(labels(ET.fromstring(drawn))) == 3 + 1  # noqa: S314


def test_twins_are_drawn_without_heights(tmp_path):
    path = tmp_path / "twins.duckdb"
    table = mart(np.zeros((30, 1)), np.ones(30, dtype=np.int64), version=1)
    with duckdb.connect(str(path)) as connection:
        connection.register("nodes", table)
        connection.execute(
            "create schema marts;"
            "create table marts.segment_dendrogram as from nodes;"
            "create table marts.segment_models as "
            "select 1 as model_version, 1 as segment_count"
        )
    ran = draw(path, "--leaves", 4)
    assert ran.exit_code == 0
    drawing = ET.fromstring(ran.stdout)  # noqa: S314
    assert len(labels(drawing)) == 4
    assert "nan" not in ran.stdout


@pytest.mark.parametrize("version", [3, 9])
def test_a_version_without_hierarchy_is_refused(database, version):
    ran = draw(database, "--version", version)
    assert ran.exit_code == 2
    assert f"model version {version} has no hierarchy; these have: 1, 2" in ran.stderr


def test_no_database_no_build_and_no_customers_are_said_plainly(tmp_path, database):
    ran = draw(tmp_path / "none.duckdb")
    assert ran.exit_code == 2
    assert "run `dbt build` first" in ran.stderr
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    ran = draw(tmp_path / "empty.duckdb")
    assert ran.exit_code == 2
    assert "no finished build" in ran.stderr
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.segment_dendrogram")
    ran = draw(database)
    assert ran.exit_code == 2
    assert "no model has a hierarchy yet" in ran.stderr


def test_a_folder_that_is_not_there_and_one_leaf_are_refused(database, tmp_path):
    ran = draw(database, "--output", tmp_path / "none" / "tree.svg")
    assert ran.exit_code == 2
    assert "tree.svg" in ran.stderr
    assert draw(database, "--leaves", 1).exit_code == 2
