"""What the marts say about journeys: how states follow one another, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from habitue.database import opened

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

EVERYBODY = "All customers"


class JourneysError(ValueError):
    """There are no journeys of the kind that was asked for."""


class Audience(NamedTuple):
    """Whose journeys are told.

    Attributes:
        level: step, what was done; or channel, how visits came.
        segment: The name of a segment, its id, or None for all customers.
        month: The month in which journeys began, as in 2026-03; None for all. Only
            transitions are told by month.
    """

    level: str
    segment: str | None = None
    month: str | None = None

    @property
    def words(self) -> str:
        """For a title: the segment, and the month if there is one."""
        told = self.segment or EVERYBODY
        return f"{told}, {self.month}" if self.month else told


class Transition(NamedTuple):
    """One state followed by another.

    Attributes:
        state: The state, `(start)` before the first.
        next_state: What followed, `(conversion)` or `(dropped)` at the end.
        transition_count: How often.
        visit_count: How often somebody was in the state.
        customer_count: Customers who went this way.
        probability: The share of `visit_count`.
    """

    state: str
    next_state: str
    transition_count: int
    visit_count: int
    customer_count: int
    probability: float


class Flow(NamedTuple):
    """Journeys from a state at one step to a state at the next.

    Attributes:
        step_number: The step that they leave, 0 before the first.
        state: The state at this step.
        next_state: The state at the next, or the end of the journey.
        journey_count: Journeys.
    """

    step_number: int
    state: str
    next_state: str
    journey_count: int


def read_transitions(
    database: Path, audience: Audience
) -> tuple[Audience, list[Transition]]:
    """Read which state followed which, of the first order.

    Returns:
        Whose they are, the segment by its name, and the transitions by state.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        JourneysError: If there are no such journeys; it says which there are.
    """
    with opened(database) as connection:
        audience = _known(connection, "journey_transitions", audience)
        rows = connection.execute(
            """
            select
                state, next_state, transition_count, visit_count, customer_count,
                cast(probability as double)
            from marts.journey_transitions
            where
                chain_order = 1 and level = $level and segment_name = $segment
                and strftime(period_start, '%Y-%m') is not distinct from $month
            order by state, next_state
            """,
            _parameters(audience),
        ).fetchall()
        if not rows:
            months = connection.execute(
                "select distinct strftime(period_start, '%Y-%m') as month "
                "from marts.journey_transitions where period_start is not null "
                "and level = ? order by month",
                [audience.level],
            ).fetchall()
            raise JourneysError(
                f"no journeys of {audience.words} at level {audience.level}; there are "
                f"the months {_listed(months)}"
            )
    return audience, [Transition._make(row) for row in rows]


def read_flows(database: Path, audience: Audience) -> tuple[Audience, list[Flow]]:
    """Read how journeys went on from step to step.

    Returns:
        Whose they are, the segment by its name, and the flows by step.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        JourneysError: If there are no such journeys; it says which there are.
    """
    with opened(database) as connection:
        audience = _known(connection, "journey_flows", audience)
        rows = connection.execute(
            """
            select step_number, state, next_state, journey_count
            from marts.journey_flows
            where level = $level and segment_name = $segment
            order by step_number, state, next_state
            """,
            {name: _parameters(audience)[name] for name in ("level", "segment")},
        ).fetchall()
    return audience, [Flow._make(row) for row in rows]


def _parameters(audience: Audience) -> dict[str, str | None]:
    return audience._asdict()


def _known(
    connection: duckdb.DuckDBPyConnection, mart: str, audience: Audience
) -> Audience:
    """The same audience, its segment by name; refused if the mart has none such."""
    levels = connection.execute(
        f"select distinct level from marts.{mart} order by level"  # noqa: S608
    ).fetchall()
    if not levels:
        raise JourneysError("there are no journeys: no events that can be steps")
    if (audience.level,) not in levels:
        raise JourneysError(
            f"no journeys at level {audience.level}; there are {_listed(levels)}"
        )
    segments = connection.execute(
        f"select distinct segment_id, segment_name from marts.{mart} "  # noqa: S608
        "where level = ? order by segment_id nulls last",
        [audience.level],
    ).fetchall()
    wanted = audience.segment or EVERYBODY
    for segment_id, name in segments:
        if wanted in {name, str(segment_id)}:
            return audience._replace(segment=name)
    raise JourneysError(
        f"no journeys of a segment {wanted}; there are "
        + ", ".join(
            name if segment_id is None else f"{name} ({segment_id})"
            for segment_id, name in segments
        )
    )


def _listed(rows: list[tuple[str]]) -> str:
    return ", ".join(value for (value,) in rows)
