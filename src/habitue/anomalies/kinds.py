"""What an anomaly may be, by editable rules."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.anomalies.errors import AnomalyError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from habitue.anomalies.features import Scaling

RULE_COLUMNS = (
    "subject", "priority", "kind", "feature", "minimum", "maximum", "unit"
)  # fmt: skip
NATURAL, DEVIATIONS = UNITS = ("natural", "deviations")
UNUSUAL = "unusual"


class Condition(NamedTuple):
    """One bound on one feature, limits included.

    Attributes:
        feature: Name of the feature.
        minimum: Lower limit, -inf for none.
        maximum: Upper limit, inf for none.
        unit: 'natural', or 'deviations' from the median.
    """

    feature: str
    minimum: float
    maximum: float
    unit: str


class Kind(NamedTuple):
    """A kind of anomaly and the conditions that must all hold.

    Attributes:
        priority: Lower numbers come first.
        name: What the anomaly is called.
        conditions: At least one.
    """

    priority: int
    name: str
    conditions: tuple[Condition, ...]


def read_kinds(rules: pd.DataFrame, *, subject: str) -> list[Kind]:
    """The kinds of anomalies of customers, or of sessions, the first to try first.

    Args:
        rules: One row per condition, RULE_COLUMNS; either limit may be empty. Rows of
            one subject, priority and kind are one rule.
        subject: 'customer' or 'session'.

    Raises:
        AnomalyError: If a column is missing or a unit is unknown. Everything else that
            can be wrong stops the build before (require_sound_anomaly_rules).
    """
    missing = [name for name in RULE_COLUMNS if name not in rules.columns]
    if missing:
        raise AnomalyError(f"anomaly_kind_rules lack the columns {missing}")
    grouped: dict[tuple[int, str], list[Condition]] = {}
    for row in rules[rules["subject"] == subject].to_dict("records"):
        condition = Condition(
            feature=str(row["feature"]),
            minimum=_limit(row["minimum"], otherwise=-math.inf),
            maximum=_limit(row["maximum"], otherwise=math.inf),
            unit=str(row["unit"]),
        )
        if condition.unit not in UNITS:
            raise AnomalyError(
                f"{row['kind']}: unit {condition.unit!r} is not one of {UNITS}"
            )
        key = (int(row["priority"]), str(row["kind"]))
        grouped.setdefault(key, []).append(condition)
    return [
        Kind(priority, name, tuple(conditions))
        for (priority, name), conditions in sorted(grouped.items())
    ]


def likely_kinds(
    kinds: list[Kind],
    scaling: Scaling,
    *,
    natural: NDArray[np.float64],
    scaled: NDArray[np.float64],
) -> list[str]:
    """The first kind whose conditions all hold of each row, else 'unusual'.

    Args:
        kinds: In the order they are tried in.
        scaling: Names the features; a condition on another one never holds, nor does
            one in deviations on a feature that does not vary.
        natural: (n_rows, n_features), filled.
        scaled: (n_rows, n_features).
    """
    found = np.full(len(natural), UNUSUAL, dtype=object)
    for kind in reversed(kinds):
        holds = np.ones(len(natural), dtype=np.bool_)
        for condition in kind.conditions:
            if condition.feature not in scaling.names:
                holds[:] = False
                break
            place = scaling.names.index(condition.feature)
            if condition.unit == DEVIATIONS and not scaling.varies[place]:
                holds[:] = False
                break
            values = (natural if condition.unit == NATURAL else scaled)[:, place]
            holds &= (values >= condition.minimum) & (values <= condition.maximum)
        found[holds] = kind.name
    return [str(name) for name in found]


def _limit(value: object, *, otherwise: float) -> float:
    number = otherwise if value is None else float(str(value))
    return otherwise if math.isnan(number) else number
