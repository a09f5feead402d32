"""How many customers it takes, as the command says it."""

import json

import pytest
from statsmodels.stats.power import NormalIndPower
from typer.testing import CliRunner

from habitue.cli import app


def said(*options):
    return CliRunner().invoke(app, ["experiment", "size", *options])


def counts_of(*options):
    answer = said(*options, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_rates_take_what_statsmodels_says():  # ab-16: 3,834.6
    assert counts_of("--rate", "0.1", "--effect", "0.2") == {
        "control": 3835,
        "treatment": 3835,
        "together": 7670,
    }


def test_means_take_what_statsmodels_says_also_in_unequal_arms():
    found = counts_of(
        *("--mean", "20", "--deviation", "50", "--effect", "0.1"),
        *("--share", "0.2", "--power", "0.9"),
    )
    expected = NormalIndPower().solve_power(2 / 50, alpha=0.05, power=0.9, ratio=0.25)
    assert found["control"] == pytest.approx(expected, abs=1)
    assert found["treatment"] == pytest.approx(expected / 4, abs=1)


def test_what_the_past_explains_is_saved():
    options = ("--rate", "0.1", "--effect", "0.2")
    assert counts_of(*options, "--explained", "0.5")["control"] == 1918


def test_people_are_told_in_a_sentence():
    answer = said("--rate", "0.1", "--effect", "0.2")
    assert "7,670 customers: 3,835 in the control" in answer.output


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--effect", "0.2"], "either --rate"),
        (["--effect", "0.2", "--rate", "0.1", "--mean", "3"], "either --rate"),
        (["--effect", "0.2", "--mean", "3"], "either --rate"),
        (["--effect", "0.2", "--rate", "0.9"], "between 0 and 1"),
        (["--effect", "0", "--rate", "0.5"], "differ"),
        (["--effect", "0", "--mean", "3", "--deviation", "1"], "not 0"),
        (["--effect", "0.1", "--rate", "0.5", "--share", "1"], "--share"),
        (["--effect", "0.1", "--rate", "0.5", "--power", "0"], "--power"),
        (["--effect", "0.1", "--rate", "0.5", "--explained", "1"], "--explained"),
        (["--effect", "0.1", "--rate", "0.5", "--power", "0.01"], "power"),
    ],
)
def test_what_is_no_experiment_is_refused(options, why):
    answer = said(*options)
    assert answer.exit_code == 2
    assert why in answer.output
