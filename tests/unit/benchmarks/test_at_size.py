"""The parts of the benchmark at size that need no build."""

import json
import sys
import time
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from at_size import command
from at_size.budgets import judge
from at_size.builds import Place, selecting, summarise
from at_size.chart import Bar, Line, draw_bars, draw_growth
from at_size.contenders import CONTENDERS, Contender
from at_size.data import LAST_DAY, SETTINGS, is_there, settings_of
from at_size.processes import run_alone
from at_size.reads import node_of, scans
from at_size.report import write_report
from at_size.results import Figure, Results
from at_size.settings import PROJECT, Settings, Size, SizeError
from at_size.steps import Steps, differences
from rich.console import Console

MEGABYTE = 2**20


def figure(key, seconds, *, size="20m", events=20_000_000, **more):
    return Figure(
        key=key, label=key, size=size, events=events, wall_seconds=seconds, **more
    )


def verdict(figures, key, *, size="20m"):
    [one] = [one for one in judge(figures, size) if one.key == key]
    return one


def test_sizes_are_digits_and_a_unit():
    assert Size.of("20M") == Size("20m", 20_000_000)
    assert Size.of("50k").events == 50_000
    for wrong in ("20", "m", "0m", "1.5m", "-1m"):
        with pytest.raises(SizeError, match="digits"):
            Size.of(wrong)


def test_a_process_is_told_by_its_own_time_memory_and_words(tmp_path):
    ballast = bytearray(300 * MEGABYTE)
    script = (
        "import time; kept = bytearray(80 * 2**20); time.sleep(0.3);"
        "print('first'); print('last')"
    )
    ran = run_alone([sys.executable, "-c", script], log=tmp_path / "log", cores=2)
    assert ran.exit_code == 0
    assert 0.3 <= ran.wall_seconds < 5
    assert ran.cpu_seconds < ran.wall_seconds
    # The parent holds 300 MB; none of it is the child's.
    assert 80 * MEGABYTE < ran.peak_memory_bytes < 150 * MEGABYTE < len(ballast)
    assert ran.last_lines == "first\nlast"


def test_a_failing_process_keeps_its_exit_code(tmp_path):
    log = tmp_path / "log"
    run_alone([sys.executable, "-c", "print('earlier')"], log=log, cores=1)
    ran = run_alone([sys.executable, "-c", "raise SystemExit(3)"], log=log, cores=1)
    assert (ran.exit_code, ran.last_lines) == (3, "")
    assert log.read_text() == "earlier\n"


def test_what_is_spilled_is_seen(tmp_path):
    spill = tmp_path / "spill"
    spill.mkdir()
    script = (
        "import time, pathlib, os; file = open('spill/one', 'wb');"
        "file.write(os.urandom(3_000_000)); file.flush(); time.sleep(0.8);"
        "os.remove('spill/one')"
    )
    started = time.monotonic()
    ran = run_alone(
        [sys.executable, "-c", f"import os; os.chdir({str(tmp_path)!r}); {script}"],
        log=tmp_path / "log",
        cores=1,
        spill_folder=spill,
    )
    assert time.monotonic() - started < 10
    assert 3_000_000 <= ran.peak_spill_bytes < 3_100_000


def test_files_arrive_once_and_in_their_own_time(tmp_path):
    data = tmp_path / "data"
    (data / LAST_DAY).mkdir(parents=True)
    (data / "events_1.parquet").write_text("one")
    (data / LAST_DAY / "events_2.parquet").write_text("two")
    place = Place(tmp_path / "builds", data, Settings(size=Size.of("1m")))
    place.receive(all_days=False)
    names = lambda: sorted(path.name for path in place.inbox.iterdir())  # noqa: E731
    assert names() == ["events_1.parquet"]
    before = (place.inbox / "events_1.parquet").stat().st_mtime_ns
    place.receive(all_days=True)
    assert names() == ["events_1.parquet", "events_2.parquet"]
    assert (place.inbox / "events_1.parquet").stat().st_mtime_ns == before
    place.receive(all_days=False)
    assert names() == ["events_1.parquet"]


def test_data_of_other_settings_are_not_taken(tmp_path):
    size = Size.of("1m")
    assert not is_there(tmp_path, size, seed=1)
    (tmp_path / SETTINGS).write_text(json.dumps(settings_of(size, seed=1)))
    assert is_there(tmp_path, size, seed=1)
    assert not is_there(tmp_path, size, seed=2)
    assert not is_there(tmp_path, Size.of("2m"), seed=1)


def test_a_script_runs_on_no_more_than_it_can():
    asked = Size.of("100m")
    assert Contender("any", "any").size(asked) == asked
    limited = Contender("small", "small", largest=Size.of("1m"))
    assert limited.size(asked) == Size.of("1m")
    assert limited.size(Size.of("50k")) == Size.of("50k")


def test_every_script_that_is_compared_is_there():
    assert CONTENDERS[0].name == "duckdb_by_hand"
    assert CONTENDERS[0].script.exists()


def test_tests_outside_of_a_selection_are_left_out():
    command = " ".join(selecting(("+orders",), without=("unit_test", "test")))
    assert command == (
        "build --select +orders --indirect-selection cautious "
        "--exclude-resource-type unit_test --exclude-resource-type test"
    )


def test_nodes_are_added_up_by_kind_and_models_told_slowest_first():
    results = [
        {"unique_id": "model.habitue.fast", "execution_time": 1.0},
        {"unique_id": "model.habitue.slow", "execution_time": 3.0},
        {"unique_id": "test.habitue.unique_slow.1a2b", "execution_time": 0.5},
    ]
    told = summarise(results, rows={"slow": 7}, rooms={"slow": "marts/core"})
    assert told["kinds"] == {"model": [2, 4.0], "test": [1, 0.5]}
    assert list(told["models"]) == ["slow", "fast"]
    assert told["models"]["slow"] == {"seconds": 3.0, "rows": 7, "room": "marts/core"}
    assert told["tests"] == {"unique_slow": 0.5}


def test_the_unit_is_the_median_copy():
    copies = [figure("copy", seconds) for seconds in (30.0, 20.0, 10.0)]
    found = verdict([*copies, figure("equal", 50.0)], "equal")
    assert (found.measured, found.told) == ("2.50 C", "met")
    missed = verdict([*copies, figure("equal", 75.0)], "equal")
    assert (missed.measured, missed.told[:13]) == ("3.75 C", "missed by 25%")


def test_one_more_day_counts_beyond_what_builds_cost_anyway():
    figures = [
        figure("whole", 200.0),
        figure("day", 29.0),
        figure("fixed_day", 20.0, size="10k", events=10_000),
    ]
    found = verdict(figures, "day")
    assert (found.measured, found.told) == ("4.5%", "met")
    assert verdict(figures[:2], "day").told == "not measured"


def test_overhead_is_judged_by_the_nodes_there_were():
    kinds = {"model": [100, 9.0], "test": [300, 9.0]}
    one = figure(
        "fixed_refresh", 25.0, size="10k", events=10_000, details={"kinds": kinds}
    )
    found = verdict([one], "overhead")
    assert found.measured == "25.0 s of 20.0 s (400 nodes)"
    assert found.told.startswith("missed by 25%")


def test_growth_compares_time_per_event():
    figures = [
        figure("whole", 60.0),
        figure("whole", 360.0, size="100m", events=100_000_000),
    ]
    assert verdict(figures, "growth", size="100m").measured == "1.20 times"


def test_small_runs_are_not_judged_by_budgets_of_large_ones():
    figures = [
        figure("copy", 1.0, size="1m", events=1_000_000),
        figure("equal", 20.0, size="1m", events=1_000_000),
    ]
    assert verdict(figures, "equal", size="1m").told == "of 20m and more"


def test_figures_are_kept_step_by_step_and_replaced_by_a_later_run(tmp_path):
    settings = Settings(size=Size.of("20m"), results=tmp_path)
    first = Results.of(settings)
    first.add(figure("copy", 1.0))
    first.add(figure("copy", 2.0))
    first.add(figure("whole", 9.0))
    later = Results.of(settings)
    later.go_on()
    later.add(figure("copy", 3.0))
    kept = Results.read(later.path).figures
    assert [(one.key, one.wall_seconds) for one in kept] == [
        ("whole", 9.0),
        ("copy", 3.0),
    ]
    assert not list(tmp_path.glob("*.unfinished"))


@pytest.mark.parametrize(
    ("chosen", "run"),
    [
        (("whole",), ["whole"]),
        (("whole", "copy"), ["copy", "whole", "copy", "copy"]),
        (("parts", "fixed"), ["fixed", "parts"]),
    ],
)
def test_only_chosen_steps_run(tmp_path, monkeypatch, chosen, run):
    ran = []
    monkeypatch.setattr(command, "run", lambda _, name: ran.append(name))
    settings = Settings(size=Size.of("20m"), out=tmp_path, results=tmp_path)
    command.measure(settings, Results.of(settings), Console(), chosen)
    assert ran == run


def test_a_smaller_memory_limit_has_a_file_of_its_own(tmp_path):
    settings = Settings(size=Size.of("20m"), memory_limit="4GB", results=tmp_path)
    assert Results.of(settings).path.name.endswith("-20m-4GB.json")


def test_the_report_tells_no_time_of_a_script_that_disagrees(tmp_path):
    results = Results.of(Settings(size=Size.of("20m"), results=tmp_path))
    for one in (
        figure("copy", 20.0),
        figure("equal", 50.0),
        figure("duckdb_by_hand", 0.0, status="differs", note="2 rows differ"),
        figure("polars_frames", 0.0, status="not installed"),
        figure("whole", 90.0, peak_memory_bytes=5 * 10**9),
        figure("whole", 6.0, size="1m", events=1_000_000),
    ):
        results.add(one)
    page = write_report(results).read_text()
    assert "| duckdb_by_hand | 20,000,000 | differs: 2 rows differ |" in page
    assert "| polars_frames | 20,000,000 | not installed |" in page
    assert "| whole | 20,000,000 | 90.0 | 4.50 | 4.50 | 0.0 | 5.00 |" in page
    pictures = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert len(pictures) == 2
    assert all(picture in page for picture in pictures)


def test_without_a_copy_nothing_is_told_as_a_multiple_of_it(tmp_path):
    results = Results.of(Settings(size=Size.of("20m"), results=tmp_path))
    results.add(figure("equal", 50.0))
    page = write_report(results).read_text()
    assert "| equal | 20,000,000 | 50.0 |  | 2.50 |" in page
    assert not list(tmp_path.glob("*.svg"))


def test_the_report_tells_what_of_one_more_day_is_due_to_its_rows(tmp_path):
    results = Results.of(Settings(size=Size.of("20m"), results=tmp_path))
    for one in (
        figure("fixed_day", 20.0, size="10k", events=10_000),
        figure("whole", 200.0),
        figure("day", 50.0),
        figure("nothing", 40.0),
    ):
        results.add(one)
    page = write_report(results).read_text()
    assert "one more day takes 15.0% of a full refresh" in page
    assert "nothing new takes 10.0%" in page
    assert "The rest, 5.0%, is due to the day's rows." in page


def test_charts_are_drawn_to_scale():
    bars = [Bar("C", 1.0, "1 s", "unit"), Bar("ours", 2.5, "2.5 s", "ours")]
    drawn = ET.fromstring(draw_bars(bars, title="t", subtitle="s", notes=()))  # noqa: S314
    widths = [
        float(one.get("width"))
        for one in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if one.get("class") != "paper"
    ]
    assert widths[1] / widths[0] == pytest.approx(2.5, rel=0.01)
    points = [(1_000_000, 4.0), (10_000_000, 3.0), (100_000_000, 3.0)]
    drawn = ET.fromstring(  # noqa: S314
        draw_growth([Line("l", points, "ours")], title="t", subtitle="s", notes=())
    )
    circles = [
        (float(one.get("cx")), float(one.get("cy")))
        for one in drawn.iter("{http://www.w3.org/2000/svg}circle")
    ]
    (x1, y1), (x2, y2), (x3, y3) = circles
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y2 == y3 > y1


def test_labels_of_lines_that_end_together_do_not_lie_on_each_other():
    lines = [
        Line(name, [(1e6, 9.0), (1e7, value)], "ours")
        for name, value in {"a": 7.1, "b": 7.0, "c": 7.05, "d": 1.0}.items()
    ]
    drawn = ET.fromstring(  # noqa: S314
        draw_growth(lines, title="t", subtitle="s", notes=())
    )
    heights = {
        one.text: float(one.get("y"))
        for one in drawn.iter("{http://www.w3.org/2000/svg}text")
    }
    ordered = [heights[told] for told in ("d, 1.0", "b, 7.0", "c, 7.0", "a, 7.1")]
    assert all(low - high >= 18 for low, high in pairwise(ordered))


def test_tables_that_differ_or_are_missing_are_named():
    ours = {"orders": [1, 5], "events": [2, 7]}
    assert differences(ours, {"orders": [1, 6], "customers": [1, 1]}) == [
        "customers",
        "events",
        "orders",
    ]
    assert differences(ours, dict(ours)) == []


@pytest.mark.parametrize(("orders", "status"), [(5, "ok"), (6, "differs")])
def test_one_more_day_is_held_against_one_refresh(tmp_path, orders, status):
    settings = Settings(size=Size.of("20m"), results=tmp_path)
    results = Results.of(settings)
    results.add(figure("day", 9.0, details={"checksums": {"orders": [1, 5]}}))
    steps = Steps(settings, results, say=print)
    steps.compare_days(settings.size)
    assert results.figures[0].note == ""
    results.add(figure("whole", 90.0, details={"checksums": {"orders": [1, orders]}}))
    steps.compare_days(settings.size)
    kept = Results.read(results.path).figures[0]
    assert kept.status == status
    assert kept.note.endswith("in 1 marts" if status == "ok" else ": orders")


def test_scans_are_told_by_table_and_node():
    profile = {
        "children": [
            {
                "operator_rows_scanned": 9,
                "extra_info": {"Table": "habitue.marts.orders"},
                "children": [{"operator_rows_scanned": 0}],
            },
            {"operator_rows_scanned": 4, "extra_info": {"Function": "READ_PARQUET "}},
        ]
    }
    assert list(scans(profile)) == [("orders", 9), ("READ_PARQUET", 4)]
    assert node_of('/* {"node_id": "model.habitue.orders"} */ select 1') == (
        "model.habitue.orders"
    )
    assert node_of("select 1") is None


def test_the_profile_of_the_project_reads_its_limits_from_the_environment():
    profile = (PROJECT / "profiles.yml").read_text()
    for name in ("HABITUE_MEMORY_LIMIT", "HABITUE_THREADS"):
        assert f"env_var('{name}'" in profile
        assert name in (PROJECT / "README.md").read_text()
