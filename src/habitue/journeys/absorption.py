"""Where a Markov chain ends, exactly: by linear equations, not by simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph, linalg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

# Below so many states a dense solution is faster.
FEW_STATES = 400


class Absorption(NamedTuple):
    """What becomes of whoever is in a state.

    Attributes:
        conversion: Probability of ending in a conversion, shape (n,), in [0, 1].
        expected_steps: Expected number of transitions until the end, shape (n,);
            infinity where some never end.
        can_end: Whether the end can be reached at all, shape (n,).
    """

    conversion: Vector
    expected_steps: Vector
    can_end: NDArray[np.bool_]


class Chain(NamedTuple):
    """Counts of what followed on what.

    Attributes:
        moves: Transitions among n states, shape (n, n), counts or probabilities.
        conversions: Transitions into the conversion, shape (n,).
        drops: Transitions into the end without one, shape (n,).
    """

    moves: sparse.csr_array
    conversions: Vector
    drops: Vector

    @property
    def visits(self) -> Vector:
        """How often somebody left each state, shape (n,)."""
        return (
            np.asarray(self.moves.sum(axis=1)).ravel() + self.conversions + self.drops
        )


def absorb(chain: Chain) -> Absorption:
    """Probability of conversion and expected steps from every state.

    Args:
        chain: n states; rows need not sum to one, they are brought to it.

    Returns:
        A state that cannot reach an end, alone, in a closed class or without any way
        out, converts with probability 0 and takes infinitely many steps; one that may
        come into such a state takes infinitely many on average, too.

    Raises:
        ValueError: For a count that is negative, infinite or not a number.

    Assumptions:
        What follows depends on the state alone.

    References:
        Kemeny and Snell (1960), Finite Markov Chains, ch. 3: (I - Q) b = r.
    """
    _require_counts(chain)
    visits = chain.visits
    scale = np.divide(1.0, visits, out=np.zeros_like(visits), where=visits > 0)
    moves = sparse.csr_array(sparse.diags_array(scale) @ chain.moves)
    can_end = reaches(moves, (chain.conversions + chain.drops) > 0)
    conversion = np.zeros(len(visits))
    steps = np.full(len(visits), np.inf)
    kept = np.flatnonzero(can_end)
    if len(kept):
        system = (
            sparse.eye_array(len(kept), format="csc") - moves[kept][:, kept].tocsc()
        )
        into = np.stack([(chain.conversions * scale)[kept], np.ones(len(kept))], axis=1)
        solution = _solve(system, into)
        conversion[kept] = np.clip(solution[:, 0], 0.0, 1.0)
        steps[kept] = solution[:, 1]
    steps[reaches(moves, ~can_end)] = np.inf
    return Absorption(conversion, steps, can_end)


def removal_effects(chain: Chain, start: int) -> Vector:
    """What share of the conversions is lost when a state's incoming steps are dropped.

    Args:
        chain: n states.
        start: The state in which all journeys begin.

    Returns:
        Shape (n,): 1 - P(after) / P(before), 1 for the start itself; NaN without any
        conversion from the start. One inverse serves all states: without state s the
        probability is P(start) less the probability of ever coming to s times P(s).

    References:
        Anderl, Becker, von Wangenheim and Schumann (2016), Mapping the customer
        journey, International Journal of Research in Marketing 33.
    """
    found = absorb(chain)
    n_states = len(found.conversion)
    effects = np.full(n_states, np.nan)
    before = found.conversion[start]
    if not before > 0:
        return effects
    visits = chain.visits
    scale = np.divide(1.0, visits, out=np.zeros_like(visits), where=visits > 0)
    moves = sparse.csr_array(sparse.diags_array(scale) @ chain.moves)
    kept = np.flatnonzero(found.can_end)
    inside = moves[kept][:, kept].toarray()
    inverse = np.linalg.inv(np.eye(len(kept)) - inside)
    row = inverse[int(np.searchsorted(kept, start))]
    effects[:] = 0.0
    comes = row / np.diag(inverse)
    effects[kept] = np.clip(comes * found.conversion[kept] / before, 0.0, 1.0)
    return effects


def reaches(moves: sparse.csr_array, goal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """From which states some goal can be reached, the goals themselves included.

    Args:
        moves: Transitions, shape (n, n); what is not 0 is a way.
        goal: Shape (n,).
    """
    if not goal.any():
        return np.zeros(len(goal), dtype=bool)
    # One more node leads to all goals; edges are followed backwards from it.
    n_states = len(goal)
    ways = sparse.coo_array(moves)
    used = ways.data > 0
    goals = np.flatnonzero(goal)
    origin = np.concatenate([ways.col[used], np.full(len(goals), n_states)])
    target = np.concatenate([ways.row[used], goals])
    graph = sparse.csr_array(
        (np.ones(len(origin)), (origin, target)), shape=(n_states + 1, n_states + 1)
    )
    found = csgraph.breadth_first_order(
        graph, n_states, directed=True, return_predecessors=False
    )
    reached = np.zeros(n_states + 1, dtype=bool)
    reached[found] = True
    return reached[:n_states]


def _solve(system: sparse.csc_array, into: Vector) -> Vector:
    if system.shape[0] <= FEW_STATES:
        return np.asarray(np.linalg.solve(system.toarray(), into))
    return np.asarray(linalg.splu(sparse.csc_matrix(system)).solve(into))


def _require_counts(chain: Chain) -> None:
    for values in (chain.moves.data, chain.conversions, chain.drops):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError("counts of transitions must be finite and not negative")
