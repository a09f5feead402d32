"""What a build does about segments, and what it leaves alone."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from habitue.clustering import EvidenceError, PolicyError, SegmentationSettings
from habitue.clustering.policy import Policy
from habitue.code_version import code_version
from habitue.segmentation import (
    check_once,
    evaluate_once,
    fit_once,
    lineage_once,
    policy_from,
    settings_from,
)

NAMES = ["orders", "visits"]
QUICK = {"max_k": 4, "compared": (), "bootstraps": 5, "references": 5, "n_init": 2}
SETTINGS = SegmentationSettings(seed=1, **QUICK)
TWO = ((-2.0, -2.0), (2.0, 2.0))
THREE = (*TWO, (2.0, -2.0))
MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)


def customers(*centres, size=40):
    rng = np.random.default_rng(0)
    places = np.repeat(np.array(centres), size, axis=0)
    values = places + rng.normal(0, 0.3, places.shape)
    ids = [f"c{number:03}" for number in range(len(values))]
    return pd.DataFrame(values, columns=NAMES).assign(customer_id=ids)


@pytest.fixture
def scalers():
    limits = {"transform": "none", "fill": np.nan, "lower": -9.0, "upper": 9.0}
    return pd.DataFrame(
        [{"feature": name, "centre": 0.0, "scale": 1.0, **limits} for name in NAMES]
    )


def fingerprint(text, as_of=MARCH, parameters="p"):
    return pd.DataFrame(
        {
            "data_fingerprint": [text],
            "parameters_hash": [parameters],
            "as_of_date": [as_of],
        }
    )


class World:
    """Four tables as a warehouse keeps them, and builds that add to them."""

    def __init__(self, scalers):
        self.scalers = scalers
        self.checks = self.evidence = self.centroids = self.lineage = None
        self.added = {}

    def build(self, features, stamp, *, policy=Policy(), settings=SETTINGS):  # noqa: B008
        data = (features, self.scalers, stamp)
        history = pd.DataFrame() if self.centroids is None else self.centroids
        self.added = {}
        self._add(
            "checks",
            check_once(*data, history=history, previous=self.checks, policy=policy),
        )
        self._add(
            "evidence",
            evaluate_once(
                *data,
                self.checks,
                history=history,
                previous=self.evidence,
                settings=settings,
            ),
        )
        self._add(
            "centroids",
            fit_once(
                *data,
                self.checks,
                self.evidence,
                previous=self.centroids,
                settings=settings,
            ),
        )
        self._add(
            "lineage",
            lineage_once(features, self.scalers, self.centroids, previous=self.lineage),
        )
        return self

    def _add(self, table, rows):
        before = getattr(self, table)
        self.added[table] = len(rows)
        if before is None:
            setattr(self, table, rows)
        elif len(rows):
            assert list(rows.columns) == list(before.columns)
            setattr(self, table, pd.concat([before, rows], ignore_index=True))

    @property
    def versions(self):
        told = self.centroids.drop_duplicates("model_version")
        return dict(zip(told["model_version"], told["is_adopted"], strict=True))

    def ids(self, version):
        rows = self.centroids[self.centroids["model_version"] == version]
        return sorted(int(number) for number in rows["segment_id"].unique())


@pytest.fixture
def world(scalers):
    return World(scalers)


def test_the_first_build_finds_and_adopts_a_model(world):
    world.build(customers(*TWO), fingerprint("a"))
    [check] = world.checks.to_dict("records")
    assert (check["is_due"], check["reason"]) == (True, "there is no model yet")
    chosen = world.evidence[world.evidence["is_chosen"]]
    assert chosen["k"].tolist() == [2]
    assert set(world.evidence["data_fingerprint"]) == {"a"}
    assert world.versions == {1: True}
    assert len(world.centroids) == 2 * len(NAMES)
    receipt = world.centroids.iloc[0]
    assert receipt["customer_count"] == 80
    assert receipt["feature_names"] == "orders,visits"
    assert receipt["parameters_hash"] == "p"
    assert receipt["as_of_date"] == pd.Timestamp(MARCH)
    assert receipt["code_version"] == code_version()
    assert "scikit-learn" in receipt["library_versions"]
    assert set(world.lineage["event"]) == {"born"}


def test_the_same_build_again_adds_nothing(world):
    world.build(customers(*TWO), fingerprint("a"))
    world.build(customers(*TWO), fingerprint("a"))
    # The model is new since: that it is not due again is decided, and told, once.
    assert world.added == {"checks": 1, "evidence": 0, "centroids": 0, "lineage": 0}
    assert not world.checks["is_due"].iloc[-1]
    world.build(customers(*TWO), fingerprint("a"))
    assert set(world.added.values()) == {0}


def test_a_young_model_whose_customers_stay_the_same_stays(world):
    world.build(customers(*TWO), fingerprint("a"))
    features = customers(*TWO)
    features["orders"] += 0.01
    world.build(features, fingerprint("b", date(2025, 3, 10)))
    assert world.added == {"checks": 1, "evidence": 0, "centroids": 0, "lineage": 0}
    assert "9 days old" in world.checks["reason"].iloc[-1]


def test_an_old_model_is_looked_at_again_and_keeps_its_ids(world):
    world.build(customers(*TWO), fingerprint("a"))
    world.build(customers(*TWO), fingerprint("b", APRIL))
    assert world.checks["reason"].iloc[-1] == "version 1 is 31 days old"
    assert world.versions == {1: True, 2: True}
    assert world.ids(1) == world.ids(2)
    told = world.lineage[world.lineage["model_version"] == 2]
    assert told["event"].tolist() == ["continued", "continued"]
    assert told["jaccard"].tolist() == [1.0, 1.0]
    assert told["previous_version"].tolist() == [1, 1]


def test_drift_is_found_before_a_model_is_old(world):
    world.build(customers(*TWO), fingerprint("a"))
    features = customers(*TWO)
    features["visits"] *= 3
    world.build(features, fingerprint("b", date(2025, 3, 2)))
    assert world.checks["reason"].iloc[-1].startswith("visits has drifted")
    assert len(world.versions) == 2


def test_a_worse_challenger_is_kept_but_not_adopted(world):
    world.build(customers(*TWO), fingerprint("a"))
    blurred = customers(*TWO)
    rng = np.random.default_rng(3)
    blurred[NAMES] = rng.uniform(-2.5, 2.5, (80, 2))
    world.build(
        blurred,
        fingerprint("b", APRIL),
        settings=SegmentationSettings(seed=2, fixed_k=2, **QUICK),
    )
    verdict = world.centroids["verdict"].iloc[-1]
    assert world.versions == {1: True, 2: False}, verdict
    assert "version 1" in verdict
    # Version 2 is the newest look, so nothing is due although version 1 is old.
    world.build(blurred, fingerprint("c", date(2025, 4, 10)))
    assert world.added["centroids"] == 0
    # Its successor is matched with the adopted version, and takes no id again.
    world.build(customers(*THREE), fingerprint("d", date(2025, 6, 1)))
    used = set(world.ids(1)) | set(world.ids(2))
    assert set(world.ids(1)) < set(world.ids(3))
    assert max(world.ids(3)) > max(used)
    assert world.centroids["champion_version"].iloc[-1] == 1


def test_never_keeps_the_model_and_always_looks_again(world):
    world.build(customers(*TWO), fingerprint("a"), policy=Policy("never"))
    assert world.versions == {1: True}
    world.build(customers(*THREE), fingerprint("b", APRIL), policy=Policy("never"))
    assert world.versions == {1: True}
    world.build(customers(*THREE), fingerprint("b", APRIL), policy=Policy("always"))
    assert world.versions == {1: True, 2: True}
    world.build(customers(*THREE), fingerprint("b", APRIL), policy=Policy("always"))
    assert world.added["centroids"] == 0


def test_a_policy_that_changes_its_mind_is_obeyed_at_once(world):
    world.build(customers(*TWO), fingerprint("a"))
    for mode, due in (("always", True), ("never", False), ("always", True)):
        world.build(customers(*TWO), fingerprint("a"), policy=Policy(mode))
        assert bool(world.checks["is_due"].iloc[-1]) is due


def test_other_settings_are_a_reason_to_look(world):
    world.build(customers(*TWO), fingerprint("a"))
    world.build(
        customers(*TWO),
        fingerprint("b", MARCH, parameters="q"),
        settings=SegmentationSettings(seed=1, fixed_k=3, **QUICK),
    )
    assert world.centroids["verdict"].iloc[-1] == (
        "other settings than those of version 1"
    )
    assert len(world.ids(2)) == 3


def test_what_was_interrupted_is_taken_up_again(world):
    """A kill after the check, and one after the evidence, lose nothing."""
    world.build(customers(*TWO), fingerprint("a"))
    checks, evidence = world.checks.iloc[:1], world.evidence
    world.checks, world.evidence, world.centroids, world.lineage = checks, *[None] * 3
    world.build(customers(*TWO), fingerprint("a"))
    assert world.added == {"checks": 0, "evidence": 4, "centroids": 4, "lineage": 2}
    world.evidence, world.centroids, world.lineage = evidence, None, None
    world.build(customers(*TWO), fingerprint("a"))
    assert (world.added["evidence"], world.added["centroids"]) == (0, 4)


def test_a_model_from_before_there_was_a_policy_keeps_its_ids(world, scalers):
    world.build(customers(*TWO), fingerprint("a"))
    old = world.centroids.drop(
        columns=[
            *("setting", "jaccard_min", "is_adopted", "verdict", "champion_version"),
            *("parameters_hash", "code_version", "effect_size", "baseline"),
        ]
    )
    later = fingerprint("b", APRIL)
    checks = check_once(
        customers(*TWO), scalers, later, history=old, previous=None, policy=Policy()
    )
    assert checks["is_due"].tolist() == [True]
    evidence = evaluate_once(
        customers(*TWO),
        scalers,
        later,
        checks,
        history=old,
        previous=None,
        settings=SETTINGS,
    )
    new = fit_once(
        customers(*TWO),
        scalers,
        later,
        checks,
        evidence,
        previous=old,
        settings=SETTINGS,
    )
    assert new["model_version"].unique().tolist() == [2]
    assert sorted(new["segment_id"].unique()) == sorted(old["segment_id"].unique())


def test_features_that_came_later_are_matched_by_what_both_know(world, scalers):
    world.build(customers(*TWO), fingerprint("a"))
    more = pd.concat([scalers, scalers.iloc[:1].assign(feature="minutes")])
    features = customers(*TWO)
    features["minutes"] = features["orders"] * 2
    world.scalers = more
    world.build(features, fingerprint("b", MARCH, parameters="q"))
    assert world.ids(1) == world.ids(2)


def test_never_refuses_features_that_the_model_does_not_know(world, scalers):
    world.build(customers(*TWO), fingerprint("a"))
    world.scalers = pd.concat([scalers, scalers.iloc[:1].assign(feature="minutes")])
    features = customers(*TWO).assign(minutes=1.0)
    with pytest.raises(PolicyError, match="segment_features names"):
        world.build(features, fingerprint("b"), policy=Policy("never"))


def test_without_customers_there_is_evidence_but_no_model(world):
    nobody = customers(*TWO).iloc[:0]
    world.build(nobody, fingerprint("none", as_of=None))
    assert world.evidence["reason"].tolist() == ["chosen: no customers"]
    assert world.centroids.empty
    assert world.lineage.empty
    assert {"fitted_at", "is_adopted", "setting"} <= set(world.centroids.columns)
    world.build(customers(*TWO), fingerprint("a"))
    assert world.versions == {1: True}


def test_the_last_customers_leave_the_model_as_it_is(world):
    world.build(customers(*TWO), fingerprint("a"))
    world.build(customers(*TWO).iloc[:0], fingerprint("none", as_of=None))
    assert world.versions == {1: True}


def test_evidence_of_other_data_is_refused(world, scalers):
    world.build(customers(*TWO), fingerprint("a"))
    later = fingerprint("b", APRIL)
    checks = world.checks.assign(data_fingerprint="b", is_due=True)
    with pytest.raises(EvidenceError, match="choose one candidate, got 0"):
        fit_once(
            customers(*TWO),
            scalers,
            later,
            checks,
            world.evidence,
            previous=None,
            settings=SETTINGS,
        )


def test_settings_and_policy_are_read_from_a_configuration():
    config = {
        "max_segments": 5,
        "fixed_segment_count": None,
        "minimum_segment_share": 0.1,
        "segment_seed": 7,
        "segment_algorithm": "Ward",
        "compared_algorithms": ["HDBSCAN"],
        "recluster": "always",
        "recluster_days": 10,
        "recluster_drift": 0.3,
    }
    settings = settings_from(config)
    assert (settings.max_k, settings.seed, settings.algorithm) == (5, 7, "Ward")
    assert settings.compared == ("HDBSCAN",)
    assert policy_from(config) == Policy("always", 10, 0.3)
    with pytest.raises(PolicyError, match="recluster is sometimes"):
        policy_from(config | {"recluster": "sometimes"})
