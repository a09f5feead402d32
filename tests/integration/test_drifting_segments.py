"""Thirty fits to customers who change slowly: ids stay with the people.

No dbt is run. It is here as thirty rounds of evidence take too long for a unit test.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from habitue.clustering import (
    SegmentationSettings,
    evaluate_candidates,
    fit_segments,
    predict_segments,
    read_customers,
)
from habitue.clustering.lineage import BORN, CONTINUED, DIED, SPLIT, lineage_events

ROUNDS, CUSTOMERS, FEATURES = 30, 3000, 8
FIRST_PERSONAS = 6
NEWCOMER, HALF = 6, 7
BIRTH, DEATH, DIVISION = 8, 15, 22
DYING, DIVIDED = 4, 0
APART = 8.0
SPEED = 0.12
MOVERS = 0.01
SETTINGS = SegmentationSettings(
    bootstraps=5,
    references=5,
    sample=800,
    silhouette_sample=800,
    n_init=5,
    compared=("k-means",),
)


class Round(NamedTuple):
    """What one fit came to, beside the truth."""

    personas: np.ndarray
    labels: np.ndarray
    events: pd.DataFrame
    is_chosen_by_evidence: bool


def worlds(rng):
    """Personas and values of every customer, round by round.

    Six personas on axes of their own drift in directions of their own, by five times
    the spread of a persona in all. The newcomer stands in the middle, as far from one
    as from any other, and takes customers of all: next to one persona it would be told
    as split from that, as the earlier model would put its customers there. The dying
    one's customers go everywhere; a third of one persona goes elsewhere along the
    seventh axis. Everybody else stays who they are, but for true moves.
    """
    centres = np.zeros((FIRST_PERSONAS + 2, FEATURES))
    centres[range(FIRST_PERSONAS), range(FIRST_PERSONAS)] = APART
    velocity = rng.normal(size=centres.shape)
    velocity *= SPEED / np.linalg.norm(velocity, axis=1, keepdims=True)
    living = list(range(FIRST_PERSONAS))
    personas = rng.choice(FIRST_PERSONAS, CUSTOMERS, p=[0.3, 0.2, 0.15, 0.15, 0.1, 0.1])
    habits = rng.normal(0, 0.6, (CUSTOMERS, FEATURES))
    for number in range(ROUNDS):
        if number == BIRTH:
            living.append(NEWCOMER)
            centres[NEWCOMER] = middle_of(centres[:FIRST_PERSONAS])
            joining = rng.random(CUSTOMERS) < 0.12
            personas = np.where(joining, NEWCOMER, personas)
        if number == DEATH:
            living.remove(DYING)
            elsewhere = rng.choice(living, CUSTOMERS)
            personas = np.where(personas == DYING, elsewhere, personas)
        if number == DIVISION:
            living.append(HALF)
            centres[HALF] = centres[DIVIDED]
            centres[HALF, 6] += 0.75 * APART
            leaving = (personas == DIVIDED) & (rng.random(CUSTOMERS) < 0.35)
            personas = np.where(leaving, HALF, personas)
        moving = rng.random(CUSTOMERS) < MOVERS
        personas = np.where(moving, rng.choice(living, CUSTOMERS), personas)
        centres += velocity
        today = rng.normal(0, 0.3, habits.shape)
        yield personas, centres[personas] + habits + today


def middle_of(points):
    """A point as far from one of the points as from any other."""
    return np.linalg.lstsq(
        2 * (points[1:] - points[0]),
        (points[1:] ** 2).sum(axis=1) - (points[0] ** 2).sum(),
        rcond=None,
    )[0]


def customers_of(values):
    names = [f"feature_{number}" for number in range(FEATURES)]
    features = pd.DataFrame(values, columns=names)
    features.insert(0, "customer_id", [f"c{row:05d}" for row in range(len(values))])
    scalers = pd.DataFrame(
        {
            "feature": names,
            "transform": "none",
            "fill": np.nan,
            "lower": -np.inf,
            "upper": np.inf,
            "centre": values.mean(axis=0),
            "scale": values.std(),
        }
    )
    return read_customers(features, scalers)


@pytest.fixture(scope="module")
def rounds():
    """Every fit is matched with all before it, as a warehouse would."""
    history, found = None, []
    for personas, values in worlds(np.random.default_rng(12)):
        customers = customers_of(values)
        evidence = evaluate_candidates(customers.scaled, settings=SETTINGS)
        fit = fit_segments(customers, evidence, history=history, settings=SETTINGS)
        scored = predict_segments(customers.natural, fit.centroids)
        history = pd.concat([history, fit.centroids], ignore_index=True)
        found.append(
            Round(
                personas,
                scored.labels,
                lineage_events(fit.overlap, np.array(fit.segment_ids)),
                "largest stable k"
                in evidence.loc[evidence["is_chosen"], "reason"].iloc[0],
            )
        )
    return found


def id_of(one, persona):
    """The id that most customers of a persona have; None while there is none."""
    labels = one.labels[one.personas == persona]
    return int(np.bincount(labels).argmax()) if len(labels) else None


def test_a_persona_keeps_its_id_as_long_as_it_lives(rounds):
    for persona in range(FIRST_PERSONAS + 2):
        ids = {id_of(one, persona) for one in rounds} - {None}
        assert len(ids) == 1, f"persona {persona} had the ids {sorted(ids)}"


def test_no_two_personas_ever_share_an_id(rounds):
    """Neither at once, nor one after another has died."""
    ids = [
        next(number for one in rounds if (number := id_of(one, persona)) is not None)
        for persona in range(FIRST_PERSONAS + 2)
    ]
    assert len(set(ids)) == FIRST_PERSONAS + 2
    everywhere = {int(number) for one in rounds for number in one.labels}
    assert everywhere == set(ids)


def test_nobody_changes_segment_who_did_not_move(rounds):
    flips = stays = moves = followed = 0
    for before, after in pairwise(rounds):
        stayed = before.personas == after.personas
        changed = before.labels != after.labels
        stays += stayed.sum()
        flips += (stayed & changed).sum()
        moves += (~stayed).sum()
        followed += (~stayed & changed).sum()
    assert stays > 80_000
    assert moves > 1_000
    assert flips == 0
    assert followed == moves


def test_the_lineage_tells_what_was_planted_and_nothing_else(rounds):
    told = [
        (number, row.event, row.previous_segment_id, row.segment_id)
        for number, one in enumerate(rounds)
        for row in one.events.itertuples()
        if row.event != CONTINUED and number
    ]
    dying, divided = id_of(rounds[0], DYING), id_of(rounds[0], DIVIDED)
    newcomer, half = id_of(rounds[BIRTH], NEWCOMER), id_of(rounds[DIVISION], HALF)
    assert told == [
        (BIRTH, BORN, pd.NA, newcomer),
        (DEATH, DIED, dying, pd.NA),
        (DIVISION, SPLIT, divided, half),
    ]
    assert set(rounds[0].events["event"]) == {BORN}
    # What is new comes after all that was ever used.
    assert (newcomer, half) == (FIRST_PERSONAS + 1, FIRST_PERSONAS + 2)


def test_the_number_of_segments_was_found_by_evidence_every_time(rounds):
    assert all(one.is_chosen_by_evidence for one in rounds)
