"""Absorption against closed forms, powers of the matrix and chains that never end."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from habitue.journeys import Chain, absorb, removal_effects


def chain(moves: object, conversions: object, drops: object) -> Chain:
    return Chain(
        sparse.csr_array(np.asarray(moves, dtype=np.float64)),
        np.asarray(conversions, dtype=np.float64),
        np.asarray(drops, dtype=np.float64),
    )


def random_chain(seed: int, *, states: int, density: float = 0.5) -> Chain:
    rng = np.random.default_rng(seed)
    moves = rng.integers(1, 20, (states, states)) * (
        rng.random((states, states)) < density
    )
    ends = rng.integers(0, 4, (2, states))
    ends[1, 0] += 1
    return chain(moves, *ends)


def by_powers(given_chain: Chain) -> tuple[np.ndarray, np.ndarray]:
    """Conversion and being absorbed at all, step after step."""
    visits = given_chain.visits
    scale = np.divide(1, visits, out=np.zeros_like(visits), where=visits > 0)
    moves = given_chain.moves.toarray() * scale[:, None]
    ends = np.stack([given_chain.conversions, given_chain.drops], axis=1)
    ends *= scale[:, None]
    found = np.zeros_like(ends)
    for _ in range(5_000):
        found = ends + moves @ found
    return found[:, 0], found.sum(axis=1)


def test_gamblers_ruin() -> None:
    # A fair walk from i on 0..10: wins with i / 10 after i (10 - i) steps on average.
    size = 9
    moves = np.eye(size, k=1) + np.eye(size, k=-1)
    found = absorb(chain(moves, np.eye(size)[-1], np.eye(size)[0]))
    places = np.arange(1, size + 1)
    assert found.conversion == pytest.approx(places / 10, abs=1e-12)
    assert found.expected_steps == pytest.approx(places * (10 - places), abs=1e-10)


def test_bryls_example() -> None:
    # Start, C1, C2, C3.
    moves = [[0, 2, 1, 0], [0, 0, 1, 0], [0, 0, 0, 2], [0, 0, 0, 0]]
    given_chain = chain(moves, [0, 0, 0, 1], [0, 1, 0, 1])
    assert absorb(given_chain).conversion[0] == pytest.approx(1 / 3, abs=1e-12)
    effects = removal_effects(given_chain, 0)[1:]
    assert effects == pytest.approx([0.5, 1, 1], abs=1e-12)
    assert effects / effects.sum() == pytest.approx([0.2, 0.4, 0.4], abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), states=st.integers(1, 12))
def test_probabilities_are_those_of_powers(seed: int, states: int) -> None:
    given_chain = random_chain(seed, states=states, density=0.3)
    found = absorb(given_chain)
    conversion, ending = by_powers(given_chain)
    assert found.conversion == pytest.approx(conversion, abs=1e-9)
    assert ((found.conversion >= 0) & (found.conversion <= 1)).all()
    swapped = Chain(given_chain.moves, given_chain.drops, given_chain.conversions)
    dropped = absorb(swapped).conversion
    assert found.conversion + dropped == pytest.approx(ending, abs=1e-9)
    assert (found.can_end == (ending > 1e-12)).all()
    assert (np.isfinite(found.expected_steps) == (ending > 1 - 1e-9)).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), states=st.integers(2, 10))
def test_a_removal_is_the_chain_without_the_state(seed: int, states: int) -> None:
    given_chain = random_chain(seed, states=states)
    before = absorb(given_chain).conversion[0]
    effects = removal_effects(given_chain, 0)
    for state in range(1, states):
        moves = given_chain.moves.toarray()
        drops = given_chain.drops + moves[:, state]
        moves[:, state] = 0
        after = absorb(chain(moves, given_chain.conversions, drops)).conversion[0]
        if before > 0:
            assert effects[state] == pytest.approx(1 - after / before, abs=1e-10)
        else:
            assert np.isnan(effects[state])


def test_states_that_never_end() -> None:
    # 0 may end or go to 1; 1 and 2 lead to each other; 3 has no way out; 4 ends.
    moves = np.zeros((5, 5))
    moves[0, 1] = moves[1, 2] = moves[2, 1] = 1
    found = absorb(chain(moves, [3, 0, 0, 0, 1], [0, 0, 0, 0, 1]))
    assert found.can_end.tolist() == [True, False, False, False, True]
    assert found.conversion == pytest.approx([0.75, 0, 0, 0, 0.5], abs=1e-12)
    assert found.expected_steps.tolist() == [np.inf, np.inf, np.inf, np.inf, 1]


def test_a_chain_that_nowhere_ends_and_one_without_states() -> None:
    found = absorb(chain([[1]], [0], [0]))
    assert found.conversion.tolist() == [0]
    assert found.expected_steps.tolist() == [np.inf]
    assert len(absorb(chain(np.zeros((0, 0)), [], [])).conversion) == 0


def test_sparse_and_dense_solutions_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    given_chain = random_chain(3, states=60, density=0.1)
    dense = absorb(given_chain)
    monkeypatch.setattr("habitue.journeys.absorption.FEW_STATES", 0)
    found = absorb(given_chain)
    assert found.conversion == pytest.approx(dense.conversion, abs=1e-12)
    assert found.expected_steps == pytest.approx(dense.expected_steps, rel=1e-12)


def test_five_hundred_states_take_less_than_a_second() -> None:
    given_chain = random_chain(5, states=500, density=0.3)
    started = time.perf_counter()
    found = absorb(given_chain)
    assert time.perf_counter() - started < 1
    assert found.can_end.all()


@pytest.mark.parametrize("count", [-1, np.inf, np.nan])
def test_what_is_no_count_is_refused(count: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        absorb(chain([[0]], [count], [1]))
