"""What an anomaly may be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anomaly_tables import features_of

from habitue.anomalies.errors import AnomalyError
from habitue.anomalies.features import measure_scaling
from habitue.anomalies.kinds import likely_kinds, read_kinds

COLUMNS = ("subject", "priority", "kind", "feature", "minimum", "maximum", "unit")


def kinds_of(rows, natural, *, rules):
    values = np.asarray(rows, dtype=float)
    scaling = measure_scaling(values, features_of(values.shape[1]))
    wanted = np.asarray(natural, dtype=float)
    table = pd.DataFrame(rules, columns=list(COLUMNS))
    return likely_kinds(
        read_kinds(table, subject="customer"),
        scaling,
        natural=wanted,
        scaled=scaling.scaled(wanted),
    )


@pytest.fixture
def rows():
    return np.random.default_rng(1).normal(size=(500, 2))


def test_all_conditions_of_the_first_rule_that_fits_must_hold(rows):
    rules = [
        ("customer", 20, "late", "f0", 1, None, "natural"),
        ("customer", 10, "both", "f0", 1, None, "natural"),
        ("customer", 10, "both", "f1", None, -1, "natural"),
        ("session", 1, "never", "f0", -9, None, "natural"),
    ]
    found = kinds_of(rows, [[2, -2], [2, 2], [1, -1], [0, -2]], rules=rules)
    assert found == ["both", "late", "both", "unusual"]


def test_deviations_are_from_the_median(rows):
    rules = [("customer", 1, "wild", "f0", 3, None, "deviations")]
    assert kinds_of(rows, [[4, 0], [2, 0]], rules=rules) == ["wild", "unusual"]


def test_a_rule_about_what_is_not_known_or_does_not_vary_fits_nobody(rows):
    rows[:, 1] = 5
    rules = [
        ("customer", 1, "unknown", "f9", 0, None, "natural"),
        ("customer", 2, "constant", "f1", None, 0, "deviations"),
        ("customer", 3, "natural", "f1", 5, 5, "natural"),
    ]
    assert kinds_of(rows, [[0, 5]], rules=rules) == ["natural"]


def test_without_rules_everything_is_unusual(rows):
    assert kinds_of(rows, rows[:3], rules=[]) == ["unusual"] * 3


def test_rules_that_cannot_be_read_are_refused():
    with pytest.raises(AnomalyError, match="lack the columns"):
        read_kinds(pd.DataFrame({"subject": []}), subject="customer")
    rule = pd.DataFrame(
        [("customer", 1, "a", "f", 1, None, "sd")], columns=list(COLUMNS)
    )
    with pytest.raises(AnomalyError, match="unit 'sd'"):
        read_kinds(rule, subject="customer")
