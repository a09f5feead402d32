"""The benchmark at size, once, with next to nothing in it."""

import json
import subprocess
import sys

from warehouse import PROJECT


def test_a_tiny_run_leaves_equal_tables_figures_and_a_report(tmp_path):
    ran = subprocess.run(
        [
            *(sys.executable, str(PROJECT / "benchmarks/at_size")),
            *("--size", "10k", "--only", "copy", "equal", "--memory-limit", "1GB"),
            *("--out", str(tmp_path / "out"), "--results", str(tmp_path / "results")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    [path] = (tmp_path / "results").glob("*-10k-1GB.json")
    told = json.loads(path.read_text())
    figures = {one["key"]: one for one in told["figures"]}
    by_hand, ours = figures["duckdb_by_hand"], figures["equal"]
    assert by_hand["status"] == ours["status"] == "ok"
    assert by_hand["note"].count("the same") == 2
    for one in (by_hand, ours, figures["copy"]):
        assert one["wall_seconds"] > 0
        assert one["events"] == told["data"]["10k"]["events"]["rows"] > 5_000
        assert 5e7 < one["peak_memory_bytes"] < 2e9
    models = ours["details"]["models"]
    assert models["int_events__delivered"]["rows"] == ours["events"]
    assert "test" not in ours["details"]["kinds"]
    page = path.with_suffix(".md").read_text()
    assert "| DuckDB SQL by hand |" in page
    assert path.with_name(f"{path.stem}-contenders.svg").exists()
    left = [one.name for one in (tmp_path / "out/builds/10k").iterdir()]
    assert "equal" not in left
