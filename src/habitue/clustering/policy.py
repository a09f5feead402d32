"""When a new model is looked for, and whether it replaces the one there is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from habitue.clustering.drift import Baseline, drift_of
from habitue.clustering.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

AUTO, ALWAYS, NEVER = "auto", "always", "never"
POLICIES = (AUTO, ALWAYS, NEVER)
# Of two models with as many segments the silhouettes may differ by so much by chance.
SILHOUETTE_TOLERANCE = 0.01


class Policy(NamedTuple):
    """When to look for a new model.

    Attributes:
        recluster: One of POLICIES.
        days: Age from which on a model is looked at again (auto).
        drift: Population stability index of a feature from which on it is (auto).
    """

    recluster: str = AUTO
    days: int = 30
    drift: float = 0.2

    def checked(self) -> Policy:
        """Itself.

        Raises:
            PolicyError: If a value means nothing.
        """
        if self.recluster not in POLICIES:
            raise PolicyError(
                f"recluster is {self.recluster}; it must be one of {POLICIES}"
            )
        if self.days < 1 or self.drift <= 0:
            raise PolicyError(
                "recluster_days must be 1 or more, recluster_drift above 0"
            )
        return self


class Champion(NamedTuple):
    """What the policy wants to know of the adopted model.

    Attributes:
        model_version: Its number.
        as_of_date: The date of the features it was fitted to.
        features: Their names and transforms.
        baselines: Their distribution then, natural units, by name.
        parameters_hash: What it was told, in short.
        segment_count: Its segments.
        jaccard_min: Bootstrap stability of its weakest segment when it was fitted.
    """

    model_version: int
    as_of_date: date
    features: Mapping[str, str]
    baselines: Mapping[str, Baseline]
    parameters_hash: str
    segment_count: int
    jaccard_min: float


class Check(NamedTuple):
    """Whether a new model is looked for.

    Attributes:
        is_due: Whether it is.
        reason: Why, or why not.
        age_days: Days since the champion's date; NaN without one.
        largest_drift: Largest population stability index of a feature; NaN without
            champion or customers.
        drifted_feature: The feature it is of, None likewise.
    """

    is_due: bool
    reason: str
    age_days: float = math.nan
    largest_drift: float = math.nan
    drifted_feature: str | None = None


def check_champion(
    champion: Champion | None,
    values: NDArray[np.float64],
    *,
    features: Mapping[str, str],
    as_of_date: date,
    parameters_hash: str,
    policy: Policy,
) -> Check:
    """Decide whether to look for a new model.

    Args:
        champion: The adopted model, None if there is none.
        values: Today's customers, natural units, NaN for no value,
            (n_customers, n_features).
        features: Names of the columns and what they are transformed by, in order.
        as_of_date: The date of `values`.
        parameters_hash: What a new model would be told, in short.
        policy: `never` keeps a model for good; `always` looks for one whenever data
            or settings changed; `auto` when it is old or its customers have changed.

    Raises:
        PolicyError: If the policy means nothing, or keeps a model of other features
            than there are, with which nobody could be scored.
    """
    policy.checked()
    if champion is None:
        return Check(is_due=True, reason="there is no model yet")
    age = (as_of_date - champion.as_of_date).days
    drift, feature = _largest_drift(champion, values, features)
    version = f"version {champion.model_version}"
    if policy.recluster == NEVER:
        if len(values) and dict(champion.features) != dict(features):
            raise PolicyError(
                f"{version} is made of {_told(champion.features)}, segment_features "
                f"names {_told(features)}, and recluster: never keeps the model: take "
                "the features back, or set recluster to auto"
            )
        due, reason = False, f"{version} stays: recluster is never"
    elif champion.parameters_hash != parameters_hash:
        due, reason = True, f"other settings than those of {version}"
    elif policy.recluster == ALWAYS:
        due, reason = True, "recluster is always"
    elif age >= policy.days:
        due, reason = True, f"{version} is {age} days old"
    elif drift >= policy.drift:
        due, reason = True, f"{feature} has drifted: stability index {drift:.2f}"
    else:
        due = False
        reason = (
            f"{version} stays: {age} days old, largest drift {drift:.2f} ({feature})"
        )
    return Check(due, reason, age, drift, feature)


class Verdict(NamedTuple):
    """Whether a challenger replaces the champion, and why."""

    is_adopted: bool
    reason: str


def judge(
    champion: Champion | None,
    *,
    parameters_hash: str,
    segment_count: int,
    jaccard_min: float,
    silhouette: float,
    champion_silhouette: float,
    minimum_jaccard: float,
) -> Verdict:
    """A challenger is adopted unless its evidence is worse.

    Args:
        champion: The adopted model, None if there is none.
        parameters_hash: What the challenger was told, in short.
        segment_count: The challenger's segments.
        jaccard_min: Bootstrap stability of its weakest segment.
        silhouette: Of its segments on today's customers, NaN for one segment.
        champion_silhouette: Of the champion's segments on the same customers.
        minimum_jaccard: From which on a segment is stable.

    Returns:
        Worse is: not stable, where the champion was; or as many segments that lie less
        apart. Another number of segments is what today's evidence asks for.
    """
    if champion is None:
        return Verdict(is_adopted=True, reason="the first model")
    version = f"version {champion.model_version}"
    if champion.parameters_hash != parameters_hash:
        return Verdict(
            is_adopted=True, reason=f"other settings than those of {version}"
        )
    if jaccard_min < minimum_jaccard <= champion.jaccard_min:
        return Verdict(
            is_adopted=False,
            reason=f"not stable (weakest Jaccard {jaccard_min:.2f}), as {version} was "
            f"({champion.jaccard_min:.2f})",
        )
    if segment_count != champion.segment_count:
        return Verdict(
            is_adopted=True,
            reason=f"the evidence is for {segment_count} segments, "
            f"{version} has {champion.segment_count}",
        )
    told = f"silhouette {silhouette:.3f}, {champion_silhouette:.3f} by {version}"
    if silhouette < champion_silhouette - SILHOUETTE_TOLERANCE:
        return Verdict(is_adopted=False, reason=f"segments lie less apart: {told}")
    return Verdict(is_adopted=True, reason=f"not worse: {told}")


def _told(features: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({features[name]})" for name in sorted(features))


def _largest_drift(
    champion: Champion, values: NDArray[np.float64], features: Iterable[str]
) -> tuple[float, str | None]:
    drifts = {
        name: drift_of(values[:, column], champion.baselines[name])
        for column, name in enumerate(features)
        if name in champion.baselines and len(values)
    }
    if not drifts:
        return math.nan, None
    feature = max(drifts, key=lambda name: (round(drifts[name], 9), name))
    return drifts[feature], feature
