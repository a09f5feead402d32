"""Names for segments: people's own, else from editable rules, else what tells most."""

from __future__ import annotations

import re
from itertools import chain, count, groupby, permutations
from typing import TYPE_CHECKING

import pandas as pd

from habitue.clustering.own_names import alike, read_own_names
from habitue.clustering.rules import Rule, read_rules, rule_margin
from habitue.clustering.telling import (
    TellingFeature,
    read_labels,
    read_versions,
    telling_features,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from habitue.clustering.centroids import Centroids

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
    own_names: pd.DataFrame | None = None,
    labels: Mapping[str, str] | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Name every segment of every version given.

    Args:
        centroids: One row per model version, segment and feature, as `fit_segments`
            writes them; is_adopted says of a version whether it was taken, without it
            all were.
        rules: One row per condition: priority, segment_name, feature, minimum, maximum,
            unit ('sd': scaled units from the mean of all customers; 'natural').
        own_names: One row per segment that was named by hand: segment_id, segment_name.
        labels: Readable name per feature, as a mapping or a table of feature and label.

    Returns:
        One row per version and segment: segment_name (unique within the version, also
        but for case), the three most telling features as phrases (null where fewer
        stand out) and the three joined. A segment's own name beats all others, in every
        version, and nobody else is called so. A single segment is "Everyone"; a segment
        no rule names is called after its strongest feature, such as "High product
        views".

    Raises:
        CentroidError: If a version is incomplete.
        RuleError: If a rule cannot be read.
        OwnNameError: If an own name is empty, given twice, or of an unknown segment.

    Assumptions:
        A rule matches if all its conditions hold; a feature the model lacks fails them.
        A segment of the adopted version before keeps its name while a rule of that name
        still matches it, or a description still holds and no rule names it. Then,
        within a priority, the clearest match is named first, and each name is given
        once per version.
    """
    versions = read_versions(centroids)
    ordered = read_rules(rules)
    known = {int(one) for model in versions.values() for one in model.segment_ids}
    own = read_own_names(own_names, known_ids=known)
    lookup = read_labels(labels)
    before: dict[int, str] = {}
    rows: list[dict[str, object]] = []
    for number, model in versions.items():
        told = [
            telling_features(model, position=position, labels=lookup)
            for position in range(len(model.segment_ids))
        ]
        names = _names_of(model, ordered, told, own=own, before=before)
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
        if _is_adopted(centroids, number):
            before = {
                int(segment_id): names[position]
                for position, segment_id in enumerate(model.segment_ids)
            }
    return pd.DataFrame(rows, columns=list(NAME_COLUMNS)).astype(NAME_COLUMNS)


class _Names:
    """Names given so far in a version: one each, no two alike."""

    def __init__(self, own: Mapping[int, str], segment_ids: NDArray[np.int64]) -> None:
        self.by_position = {
            position: own[int(segment_id)]
            for position, segment_id in enumerate(segment_ids)
            if int(segment_id) in own
        }
        # Names of other versions' segments too: a name that people gave means one.
        self.taken = {alike(name) for name in own.values()}

    def give(self, position: int, names: Iterable[str]) -> None:
        """Give the first of the names that is free, if there is need and one."""
        if position in self.by_position:
            return
        for name in names:
            if alike(name) not in self.taken:
                self.by_position[position] = name
                self.taken.add(alike(name))
                return


def _names_of(
    model: Centroids,
    rules: Sequence[Rule],
    told: Sequence[Sequence[TellingFeature]],
    *,
    own: Mapping[int, str],
    before: Mapping[int, str],
) -> dict[int, str]:
    """Position → name."""
    names = _Names(own, model.segment_ids)
    if len(told) == 1:
        names.give(0, _numbered(EVERYONE))
        return names.by_position
    kept = {
        position: before[int(segment_id)]
        for position, segment_id in enumerate(model.segment_ids)
        if int(segment_id) in before
    }
    for position, name in kept.items():
        same = (rule for rule in rules if alike(rule.segment_name) == alike(name))
        if any(rule_margin(one, model, position=position) is not None for one in same):
            names.give(position, [name])
    _give_by_rules(names, model, rules)
    for position, name in kept.items():
        if _still_describes(name, told[position]):
            names.give(position, [name])
    # The most distinct first.
    strengths = [round(one[0].strength, 9) if one else 0.0 for one in told]
    for position in sorted(range(len(told)), key=lambda one: (-strengths[one], one)):
        names.give(position, _descriptions(told[position]))
    return names.by_position


def _give_by_rules(names: _Names, model: Centroids, rules: Sequence[Rule]) -> None:
    """Give each rule's name to its clearest match."""
    for _, group in groupby(rules, key=lambda rule: rule.priority):
        # Clearest first; then by name, larger share and lower id, to be definite.
        matches = sorted(
            (-round(margin, 9), rule.segment_name, -model.shares[position], position)
            for rule in group
            for position in range(len(model.segment_ids))
            if (margin := rule_margin(rule, model, position=position)) is not None
        )
        for _, name, _, position in matches:
            names.give(position, [name])


def _descriptions(told: Sequence[TellingFeature]) -> Iterator[str]:
    """Ever longer descriptions, then numbered ones: there is always another."""
    parts = _parts(told)
    if not parts:
        return _numbered(AVERAGE)
    longer = [_capital(", ".join(parts[:end])) for end in range(1, len(parts) + 1)]
    return chain(longer, (f"{longer[0]} {number}" for number in count(2)))


def _still_describes(name: str, told: Sequence[TellingFeature]) -> bool:
    """Whether all that a description says is still among what is most telling."""
    parts = _parts(told)
    true = {
        _capital(", ".join(some))
        for length in range(1, len(parts) + 1)
        for some in permutations(parts, length)
    } or {AVERAGE}
    return name in true or re.sub(r" \d+$", "", name) in true


def _parts(told: Sequence[TellingFeature]) -> list[str]:
    return [f"{feature.direction} {feature.label}" for feature in told[:TELLING_COUNT]]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _numbered(name: str) -> Iterator[str]:
    return chain([name], (f"{name} {number}" for number in count(2)))


def _is_adopted(centroids: pd.DataFrame, version: int) -> bool:
    if "is_adopted" not in centroids.columns:
        return True
    told = centroids.loc[centroids["model_version"] == version, "is_adopted"].iloc[0]
    return bool(pd.isna(told) or told)


def _columns(phrases: Sequence[str]) -> dict[str, str | None]:
    padded = [*phrases, None, None, None]
    return {
        "first_feature": padded[0],
        "second_feature": padded[1],
        "third_feature": padded[2],
    }
