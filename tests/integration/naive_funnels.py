"""Funnels by trying every attempt there is, for short journeys."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Step(NamedTuple):
    """One event, in the order of the list that it stands in."""

    customer: int
    journey: int
    event_type: str
    state: str
    second: int


class Funnel(NamedTuple):
    """What one funnel asks for."""

    steps: tuple[str, ...]
    step_order: str
    counted: str
    window_seconds: int | None


class Reached(NamedTuple):
    """When a step was first reached, and what the shortest attempt there took."""

    step_number: int
    from_start: int
    from_previous: int | None


def reached_in(path: list[Step], funnel: Funnel) -> list[Reached]:
    """The steps that one customer or journey reached.

    Args:
        path: All that the customer did, or the journey, in order.
        funnel: What is asked for.
    """
    found = []
    for number in range(1, len(funnel.steps) + 1):
        attempts = [
            places
            for places in _attempts(path, funnel, funnel.steps[:number])
            if funnel.window_seconds is None
            or path[places[-1]].second - path[places[0]].second <= funnel.window_seconds
        ]
        if not attempts:
            continue
        end = min(places[-1] for places in attempts)
        shortest = max(
            tuple(path[place].second for place in places)
            for places in attempts
            if places[-1] == end
        )
        is_ordered = funnel.step_order != "any" and number > 1
        found.append(
            Reached(
                number,
                shortest[-1] - shortest[0],
                shortest[-1] - shortest[-2] if is_ordered else None,
            )
        )
    return found


def _attempts(
    path: list[Step], funnel: Funnel, asked: tuple[str, ...]
) -> Iterator[tuple[int, ...]]:
    """Places in the path, in their order, that could be these steps."""
    for places in combinations(range(len(path)), len(asked)):
        if funnel.step_order == "strict" and places[-1] - places[0] >= len(asked):
            continue
        orders = permutations(asked) if funnel.step_order == "any" else [asked]
        if any(
            all(
                step in {path[place].event_type, path[place].state}
                for place, step in zip(places, order, strict=True)
            )
            for order in orders
        ):
            yield places
