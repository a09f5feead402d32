"""`habitue experiment`: what is told of experiments, and what is refused."""

import json
import re
from html.parser import HTMLParser

import duckdb
import pytest
from typer.testing import CliRunner

from habitue.cli import app

RUN = CliRunner()
RESULTS = """
    select
        '<b>utton' as experiment_id, metric, 'mean' as metric_kind, role,
        'treatment' as arm, segment_name, segment_id, method, 'told' as status,
        900 as customer_count, 1000 as control_customer_count,
        1.2e0 as value, 1.0e0 as control_value,
        0.2e0 as difference, 0.1e0 as difference_low, 0.3e0 as difference_high,
        0.2e0 as relative_difference, 0.1e0 as relative_low, 0.31e0 as relative_high,
        0.001e0 as p_value, 'nan'::double as corrected_p_value,
        cast(null as double) as probability_better, 0.4e0 as variance_reduction,
        0.8e0 as power, 0.09e0 as minimum_detectable_effect,
        0.04e0 as interaction_p_value, method = 'cuped' as is_decisive,
        'better: +20.0% (+10.0% to +31.0%)' as verdict
    from (values ('spend', 'metric'), ('retention', 'guardrail')) as metrics
            (metric, role),
        (values (null, null), ('Loyal', 1), ('New', 2)) as segments
            (segment_name, segment_id),
        (values ('cuped'), ('unadjusted'), ('bayesian')) as methods (method)
"""
EXPERIMENT = """
    select
        '<b>utton' as experiment_id, 'ended' as status,
        'treatment better: +20.0% (+10.0% to +31.0%).' as verdict,
        'customer' as unit, 'habitue' as assigned_by, cast(null as varchar) as layer,
        'all customers' as audience, 'control, treatment' as arms,
        'control' as control_arm, 'spend' as primary_metric,
        2000 as customer_count, 1900 as analysed_customer_count,
        0.1e0 as minimum_effect, 1500.0e0 as required_customer_count,
        false as is_holdout, false as is_blocked,
        date '2025-01-24' as start_date, date '2025-02-14' as end_date
"""
HEALTH = """
    select
        '<b>utton' as experiment_id, check_name, status, 'Said of ' || check_name || '.'
            as message,
        0.5e0 as statistic, 0.2e0 as p_value, 1900 as customer_count
    from (values ('sample_ratio', 'ok'), ('two_arms', 'warning'),
        ('novelty', 'unknown')) as checks (check_name, status)
"""
LOOKS = """
    select
        '<b>utton' as experiment_id, 'spend' as metric, 'treatment' as arm,
        i as look_number, date '2025-01-24' + cast(2 * i as integer) as look_at,
        0.2e0 as difference, 0.2e0 - 0.5 / i as difference_low,
        0.2e0 + 0.5 / i as difference_high, 0.2e0 - 0.9 / i as always_low,
        0.2e0 + 0.9 / i as always_high, i > 0 as is_cumulated
    from range(1, 11) as looks (i)
"""
MARTS = {
    "experiments": EXPERIMENT,
    "experiment_health": HEALTH,
    "experiment_results": RESULTS,
    "experiment_looks": LOOKS,
}


@pytest.fixture
def database(tmp_path):
    """An experiment that ended well, but for people in two arms."""
    path = tmp_path / "habitue.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for name, query in MARTS.items():
            connection.execute(f"create table marts.{name} as {query}")
    return path


def run(database, *arguments):
    return RUN.invoke(app, ["experiment", *arguments, "--database", str(database)])


def test_the_list_names_every_experiment(database):
    told = run(database, "list", "--json")
    assert told.exit_code == 0
    [one] = json.loads(told.stdout)
    assert one["experiment_id"] == "<b>utton"
    assert one["start_date"] == "2025-01-24"
    assert "<b>utton" in run(database, "list").stdout


def test_a_report_tells_health_effects_and_segments(database):
    told = run(database, "report", "<b>utton").stdout
    assert "treatment better: +20.0% (+10.0% to +31.0%)." in told
    assert re.search(r"! two arms\W+Said of two_arms", told)
    assert "retention (guardrail)" in told
    assert "├" in told
    assert "●" in told
    assert "Loyal" in told
    assert "p = 0.04" in told


def test_a_report_for_machines_has_no_nan(database):
    told = json.loads(run(database, "report", "<b>utton", "--json").stdout)
    assert set(told) == {"experiment", "checks", "results", "looks"}
    assert [one["status"] for one in told["checks"]] == ["warning", "ok", "unknown"]
    assert told["results"][0]["metric"] == "spend"
    assert told["results"][0]["corrected_p_value"] is None
    assert len(told["results"]) == 18
    assert len(told["looks"]) == 10


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_beside_it(database, tmp_path):
    path = tmp_path / "page.html"
    told = run(database, "report", "<b>utton", "--html", str(path))
    assert told.exit_code == 0
    assert "treatment better" in told.stdout
    text = path.read_text()
    page = Page(text)
    assert page.open == []
    assert page.links == []
    assert "url(" not in text
    assert "<b>utton" not in text
    assert "&lt;b&gt;utton" in text
    assert "prefers-color-scheme: dark" in text
    # Two metrics by two methods, their segments twice with everybody; axes; looks.
    assert page.tags.count("svg") == (4 + 1) + 2 * (3 + 1) + 1
    assert text.count("<title>") >= 4 + 6 + 10
    assert "always-valid interval" in text
    assert "segments differ in the effect (p = 0.04)" in text


def test_a_blocked_experiment_says_so_before_its_effects(database, tmp_path):
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update marts.experiments set is_blocked = true, verdict = 'blocked: ratio'"
        )
    path = tmp_path / "page.html"
    run(database, "report", "<b>utton", "--html", str(path))
    text = path.read_text()
    assert '<p class="verdict blocked" role="status">blocked: ratio</p>' in text
    assert text.index("Not to be read") < text.index('<ul class="intervals">')
    assert "blocked, as" in run(database, "list").stdout


def test_what_is_better_says_so_in_words_while_it_runs_too(database, tmp_path):
    path = tmp_path / "page.html"
    for verdict in ("better: +20.0%", "running: better: +20.0%"):
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "update marts.experiment_results set verdict = $verdict",
                {"verdict": verdict},
            )
        run(database, "report", "<b>utton", "--html", str(path))
        assert '<li class="better">' in path.read_text()
        assert "(+10.0 to +31.0), better" in path.read_text()


def test_a_wrong_name_lists_the_known_ones(database):
    told = run(database, "report", "red_button")
    assert told.exit_code == 2
    assert "there is no experiment 'red_button'; there are: <b>utton" in told.stderr


@pytest.mark.parametrize("command", [("list",), ("report", "x")])
def test_without_experiments_the_var_is_named(database, command):
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.experiments")
    told = run(database, *command)
    assert told.exit_code == 2
    assert "var `experiments`" in told.stderr


@pytest.mark.parametrize("command", [("list",), ("report", "x")])
def test_without_a_build_there_is_nothing_to_tell(tmp_path, command):
    told = run(tmp_path / "none.duckdb", *command)
    assert told.exit_code == 2
    assert "dbt build" in told.stderr
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    assert run(empty, *command).exit_code == 2


def test_a_planned_experiment_has_a_page_too(database, tmp_path):
    with duckdb.connect(str(database)) as connection:
        for name in ("experiment_results", "experiment_looks"):
            connection.execute(f"delete from marts.{name}")
        connection.execute(
            "update marts.experiments set status = 'planned', verdict = 'planned', "
            "customer_count = 0, analysed_customer_count = 0"
        )
    path = tmp_path / "page.html"
    assert run(database, "report", "<b>utton", "--html", str(path)).exit_code == 0
    assert "There is nothing to compare yet." in path.read_text()
    assert "nothing to compare yet" in run(database, "report", "<b>utton").stdout
