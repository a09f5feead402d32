"""What the marts say about one experiment, or about all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.database import opened

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import duckdb

ALL_CUSTOMERS = "all customers"
TOLD = "told"
_TO_DO = "name some in the var `experiments` and run `dbt build`"


class ExperimentError(ValueError):
    """There is no such experiment."""


class Experiment(NamedTuple):
    """One experiment, as the mart experiments has it.

    Attributes:
        experiment_id: Its name.
        status: planned, running, ended or no customers.
        verdict: What came of it, in words.
        unit: Who gets an arm.
        assigned_by: habitue or events.
        layer: None where it is in none.
        audience: Whom it is for.
        arms: Names of the arms, the control first.
        control_arm: What the others are compared with.
        primary_metric: The metric that decides.
        customer_count: Everybody with an arm.
        analysed_customer_count: Who is compared.
        minimum_effect: The smallest relative effect that would matter, None without.
        required_customer_count: Customers to see that, None if not known.
        is_holdout: Whether its control is kept out of other experiments.
        is_blocked: Whether no effect is to be read.
        start_date: First day.
        end_date: The first day after it.
    """

    experiment_id: str
    status: str
    verdict: str | None
    unit: str
    assigned_by: str
    layer: str | None
    audience: str
    arms: str
    control_arm: str
    primary_metric: str
    customer_count: int | None
    analysed_customer_count: int | None
    minimum_effect: float | None
    required_customer_count: float | None
    is_holdout: bool
    is_blocked: bool
    start_date: date
    end_date: date


class HealthCheck(NamedTuple):
    """One row of experiment_health.

    Attributes:
        check_name: What was looked at.
        status: ok, warning, blocked or unknown.
        message: What was seen, and what to do.
        statistic: What was measured, None where nothing was.
        p_value: Of the test, None where there is none.
        customer_count: Customers it is about.
    """

    check_name: str
    status: str
    message: str
    statistic: float | None
    p_value: float | None
    customer_count: int


class Result(NamedTuple):
    """One row of experiment_results; what is not known is None.

    Attributes:
        metric: What is compared.
        metric_kind: proportion, mean, ratio or quantile.
        role: metric or guardrail.
        arm: Compared with the control.
        segment_name: None for all customers.
        method: unadjusted, cuped, sequential, bayesian or bootstrap.
        status: told, or why not.
        customer_count: Of the arm.
        control_customer_count: Of the control.
        value: Of the arm.
        control_value: Of the control.
        difference: Absolute.
        difference_low: Its lower limit.
        difference_high: Its upper limit.
        relative_difference: By the control's value.
        relative_low: Its lower limit.
        relative_high: Its upper limit.
        p_value: Not corrected.
        corrected_p_value: For all metrics and segments that are tested.
        probability_better: That the arm is better (bayesian).
        variance_reduction: What the past explains (cuped).
        power: To see the minimum effect.
        minimum_detectable_effect: Relative.
        interaction_p_value: That segments differ in the effect.
        is_decisive: Whether this is the method to read now.
        verdict: In words.
    """

    metric: str
    metric_kind: str
    role: str
    arm: str
    segment_name: str | None
    method: str
    status: str
    customer_count: int | None
    control_customer_count: int | None
    value: float | None
    control_value: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    relative_difference: float | None
    relative_low: float | None
    relative_high: float | None
    p_value: float | None
    corrected_p_value: float | None
    probability_better: float | None
    variance_reduction: float | None
    power: float | None
    minimum_detectable_effect: float | None
    interaction_p_value: float | None
    is_decisive: bool
    verdict: str


class LookTaken(NamedTuple):
    """One row of experiment_looks: the effect of all customers so far.

    Attributes:
        metric: The primary metric.
        arm: Compared with the control.
        look_number: From 1 on.
        look_at: What happened before this day counts.
        difference: The effect, absolute.
        difference_low: Lower limit of the fixed interval.
        difference_high: Upper limit.
        always_low: Lower limit of the always-valid interval.
        always_high: Upper limit.
    """

    metric: str
    arm: str
    look_number: int
    look_at: date
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    always_low: float | None
    always_high: float | None


class Report(NamedTuple):
    """All that is told of one experiment.

    Attributes:
        experiment: What it is and what came of it.
        checks: Its health, the worst first.
        results: Every comparison, primary metric and all customers first.
        looks: The primary metric over time, by arm.
    """

    experiment: Experiment
    checks: list[HealthCheck]
    results: list[Result]
    looks: list[LookTaken]

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics, the primary one first, guardrails last."""
        return list(dict.fromkeys(one.metric for one in self.results))

    @property
    def arms(self) -> list[str]:
        """The arms that are compared with the control."""
        return list(dict.fromkeys(one.arm for one in self.results))

    def decisive(self, metric: str, arm: str, *, by_segment: bool) -> list[Result]:
        """The rows to read of a metric and an arm: of all customers, or per segment."""
        return [
            one
            for one in self.results
            if (one.metric, one.arm) == (metric, arm)
            and one.is_decisive
            and (one.segment_name is not None) == by_segment
        ]

    def interaction(self, metric: str, arm: str) -> float | None:
        """p-value of segments that differ in the effect, None where it is not known."""
        told = [
            one.interaction_p_value
            for one in self.results
            if (one.metric, one.arm) == (metric, arm)
            and one.interaction_p_value is not None
        ]
        return told[0] if told else None


_EXPERIMENTS = f"""
    select {", ".join(Experiment._fields)}
    from marts.experiments
    order by start_date desc, experiment_id
"""  # noqa: S608
_CHECKS = f"""
    select {", ".join(HealthCheck._fields)}
    from marts.experiment_health
    where experiment_id = $name
    order by
        case status when 'blocked' then 0 when 'warning' then 1 when 'ok' then 2
            else 3 end,
        check_name
"""  # noqa: S608
_RESULTS = f"""
    select {", ".join(Result._fields)}
    from marts.experiment_results
    where experiment_id = $name
    order by
        role = 'guardrail', metric != $primary, metric, arm, segment_id nulls first,
        method
"""  # noqa: S608
_LOOKS = f"""
    select {", ".join(LookTaken._fields)}
    from marts.experiment_looks
    where experiment_id = $name and is_cumulated
    order by arm, look_number
"""  # noqa: S608


def read_experiments(database: Path) -> list[Experiment]:
    """Read what there is, the newest first.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        ExperimentError: If none is defined.
    """
    with opened(database) as connection:
        found = _experiments(connection)
    if not found:
        raise ExperimentError(f"there is no experiment: {_TO_DO}")
    return found


def read_report(database: Path, name: str) -> Report:
    """Read all that is told of one experiment.

    Args:
        database: The DuckDB file that was built.
        name: As in the settings.

    Raises:
        DatabaseError: As above.
        ExperimentError: If there is no such experiment.
    """
    with opened(database) as connection:
        known = {one.experiment_id: one for one in _experiments(connection)}
        if name not in known:
            listed = ", ".join(known) or f"none: {_TO_DO}"
            raise ExperimentError(
                f"there is no experiment {name!r}; there are: {listed}"
            )
        found = known[name]
        key: dict[str, Any] = {"name": name}
        return Report(
            experiment=found,
            checks=[HealthCheck._make(row) for row in _rows(connection, _CHECKS, key)],
            results=[
                Result._make(row)
                for row in _rows(
                    connection, _RESULTS, key | {"primary": found.primary_metric}
                )
            ],
            looks=[LookTaken._make(row) for row in _rows(connection, _LOOKS, key)],
        )


def _experiments(connection: duckdb.DuckDBPyConnection) -> list[Experiment]:
    return [Experiment._make(row) for row in _rows(connection, _EXPERIMENTS, {})]


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, key: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """Rows with NaN told as None, which JSON knows."""
    return [
        tuple(
            None if isinstance(value, float) and not math.isfinite(value) else value
            for value in row
        )
        for row in connection.execute(query, key).fetchall()
    ]
