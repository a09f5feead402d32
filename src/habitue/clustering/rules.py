"""Naming rules: which segment may carry which name, and by what margin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.errors import RuleError

if TYPE_CHECKING:
    import pandas as pd

    from habitue.clustering.centroids import Centroids

UNITS = ("sd", "natural")
RULE_COLUMNS = ("priority", "segment_name", "feature", "minimum", "maximum", "unit")


class Condition(NamedTuple):
    """One bound on one feature of a centroid, limits included.

    Attributes:
        feature: Name of the feature.
        minimum: Lower limit, -inf for none.
        maximum: Upper limit, inf for none.
        unit: 'sd' (scaled units from the mean of all customers) or 'natural'.
    """

    feature: str
    minimum: float
    maximum: float
    unit: str


class Rule(NamedTuple):
    """A name and the conditions that must all hold.

    Attributes:
        priority: Lower numbers name first.
        segment_name: The name given.
        conditions: At least one.
    """

    priority: int
    segment_name: str
    conditions: tuple[Condition, ...]


def read_rules(rules: pd.DataFrame) -> list[Rule]:
    """Read the rule table, in the order of priority and name.

    Args:
        rules: One row per condition: priority, segment_name, feature, minimum, maximum
            (either may be empty), unit. Rows of one priority and name are one rule.

    Raises:
        RuleError: If a column, name, unit or both limits are missing or contradict.
    """
    missing = [name for name in RULE_COLUMNS if name not in rules.columns]
    if missing:
        raise RuleError(f"rules lack the columns {missing}")
    grouped: dict[tuple[int, str], list[Condition]] = {}
    for row in rules[list(RULE_COLUMNS)].to_dict("records"):
        name = row["segment_name"]
        if not isinstance(name, str) or not name.strip():
            raise RuleError(f"a rule has no segment_name: {row}")
        condition = Condition(
            feature=str(row["feature"]),
            minimum=_limit(row["minimum"], otherwise=-math.inf),
            maximum=_limit(row["maximum"], otherwise=math.inf),
            unit=str(row["unit"]),
        )
        if condition.unit not in UNITS:
            raise RuleError(f"{name}: unit {condition.unit!r} is not one of {UNITS}")
        if math.isinf(condition.minimum) and math.isinf(condition.maximum):
            raise RuleError(f"{name}: {condition.feature} has no limit: set one")
        if condition.minimum > condition.maximum:
            raise RuleError(f"{name}: {condition.feature} minimum exceeds maximum")
        key = (int(row["priority"]), name.strip())
        grouped.setdefault(key, []).append(condition)
    return [
        Rule(priority, name, tuple(conditions))
        for (priority, name), conditions in sorted(grouped.items())
    ]


def rule_margin(rule: Rule, centroids: Centroids, *, position: int) -> float | None:
    """How clearly a segment meets a rule.

    Args:
        rule: The rule.
        centroids: All segments of the version.
        position: Which of them.

    Returns:
        Distance of the closest limit (scaled units, so that natural and scaled limits
        compare), 0 or more; None if a condition fails or its feature is absent.
    """
    slacks: list[float] = []
    for condition in rule.conditions:
        if condition.feature not in centroids.scaler.features:
            return None
        column = centroids.scaler.features.index(condition.feature)
        value = float(centroids.scaled[position, column])
        low, high = condition.minimum, condition.maximum
        if condition.unit == "natural":
            natural = float(centroids.natural[position, column])
            if not low <= natural <= high:
                return None
            low = _scaled_limit(low, centroids, column=column)
            high = _scaled_limit(high, centroids, column=column)
        else:
            value -= float(centroids.overall[column])
            if not low <= value <= high:
                return None
        slacks.append(max(0.0, min(value - low, high - value)))
    return min(slacks)


def _limit(value: object, *, otherwise: float) -> float:
    if value is None or value == "":
        return otherwise
    try:
        number = float(str(value))
    except ValueError as error:
        if str(value) in {"<NA>", "NaT"}:
            return otherwise
        raise RuleError(f"a limit is not a number: {value!r}") from error
    return otherwise if math.isnan(number) else number


def _scaled_limit(limit: float, centroids: Centroids, *, column: int) -> float:
    if math.isinf(limit):
        return limit
    limits = np.full(len(centroids.scaler.features), limit)
    return float(centroids.scaler.to_scaled(limits, winsorise=False)[column])
