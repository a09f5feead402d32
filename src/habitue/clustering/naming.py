"""Names for segments, from editable rules, with what tells them apart."""

from __future__ import annotations

from itertools import count, groupby
from typing import TYPE_CHECKING

import pandas as pd

from habitue.clustering.centroids import Centroids, read_centroids
from habitue.clustering.errors import CentroidError
from habitue.clustering.rules import Rule, read_rules, rule_margin
from habitue.clustering.telling import TellingFeature, telling_features

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAME_COLUMNS = {
    "model_version": "int64",
    "segment_id": "int64",
    "segment_name": "str",
    "first_feature": "str",
    "second_feature": "str",
    "third_feature": "str",
    "telling_features": "str",
}
EVERYONE = "Everyone"
AVERAGE = "Average customers"
NOTHING_TELLING = "no feature stands out"
TELLING_COUNT = 3


def name_segments(
    centroids: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    labels: Mapping[str, str] | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Name every segment of every version given.

    Args:
        centroids: One row per model version, segment and feature, as `fit_segments`
            writes them.
        rules: One row per condition: priority, segment_name, feature, minimum, maximum,
            unit ('sd': scaled units from the mean of all customers; 'natural').
        labels: Readable name per feature, as a mapping or a table of feature and label.

    Returns:
        One row per version and segment: segment_name (unique within the version), the
        three most telling features as phrases (null where fewer stand out) and the
        three joined. A single segment is "Everyone"; a segment no rule names is called
        after its strongest feature, such as "High product views".

    Raises:
        CentroidError: If a version is incomplete.
        RuleError: If a rule cannot be read.

    Assumptions:
        A rule matches if all its conditions hold; a feature the model lacks fails them.
        Within a priority, the clearest match is named first, and each name is given
        once per version.
    """
    if "model_version" not in centroids.columns:
        raise CentroidError("centroids lack the columns ['model_version']")
    ordered = read_rules(rules)
    lookup = _read_labels(labels)
    rows: list[dict[str, object]] = []
    for number, version in centroids.groupby("model_version", sort=True):
        model = read_centroids(version)
        told = [
            telling_features(model, position=position, labels=lookup)
            for position in range(len(model.segment_ids))
        ]
        names = _assign(model, ordered)
        _fill_in(names, told)
        for position, segment_id in enumerate(model.segment_ids):
            phrases = [feature.phrase for feature in told[position][:TELLING_COUNT]]
            rows.append(
                {
                    "model_version": number,
                    "segment_id": segment_id,
                    "segment_name": names[position],
                    **_columns(phrases),
                    "telling_features": "; ".join(phrases) or NOTHING_TELLING,
                }
            )
    return pd.DataFrame(rows, columns=list(NAME_COLUMNS)).astype(NAME_COLUMNS)


def _read_labels(labels: Mapping[str, str] | pd.DataFrame | None) -> dict[str, str]:
    if labels is None:
        return {}
    if isinstance(labels, pd.DataFrame):
        return dict(
            zip(labels["feature"].astype(str), labels["label"].astype(str), strict=True)
        )
    return dict(labels)


def _assign(model: Centroids, rules: Sequence[Rule]) -> dict[int, str]:
    """Give each rule's name to its clearest match: position → name."""
    if len(model.segment_ids) == 1:
        return {0: EVERYONE}
    names: dict[int, str] = {}
    for _, group in groupby(rules, key=lambda rule: rule.priority):
        # Clearest first; then by name, larger share and lower id, to be definite.
        matches = sorted(
            (-round(margin, 9), rule.segment_name, -model.shares[position], position)
            for rule in group
            for position in range(len(model.segment_ids))
            if (margin := rule_margin(rule, model, position=position)) is not None
        )
        for _, name, _, position in matches:
            if position not in names and name not in names.values():
                names[position] = name
    return names


def _fill_in(names: dict[int, str], told: Sequence[Sequence[TellingFeature]]) -> None:
    """Name the segments left over, the most distinct first."""
    left = [position for position in range(len(told)) if position not in names]
    left.sort(key=lambda position: (-_strength(told[position]), position))
    for position in left:
        taken = set(names.values())
        names[position] = next(
            name for name in _descriptions(told[position]) if name not in taken
        )


def _strength(told: Sequence[TellingFeature]) -> float:
    return round(abs(told[0].deviation), 9) if told else 0.0


def _descriptions(told: Sequence[TellingFeature]) -> Iterator[str]:
    """Ever longer descriptions, then numbered ones: there is always another."""
    parts = [f"{feature.direction} {feature.label}" for feature in told[:TELLING_COUNT]]
    longer = [", ".join(parts[:end]) for end in range(1, len(parts) + 1)]
    names = [name[:1].upper() + name[1:] for name in longer] or [AVERAGE]
    yield from names
    yield from (f"{names[0]} {number}" for number in count(2))


def _columns(phrases: Sequence[str]) -> dict[str, str | None]:
    padded = [*phrases, None, None, None]
    return {
        "first_feature": padded[0],
        "second_feature": padded[1],
        "third_feature": padded[2],
    }
