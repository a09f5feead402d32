"""What a fit gives: parameters with their errors, or the reason why there are none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from habitue.lifetime_value.errors import LifetimeValueError
from habitue.lifetime_value.maximum_likelihood import maximise

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from habitue.lifetime_value.counts import RepeatCounts
    from habitue.lifetime_value.maximum_likelihood import LogLikelihood, Optimum

OrderModel = Literal["bg_nbd", "pareto_nbd"]
Model = Literal["bg_nbd", "pareto_nbd", "gamma_gamma"]
Status = Literal[
    "converged",
    "too_few_customers",
    "no_repeat_orders",
    "no_spend",
    "did_not_converge",
]

NO_REPEAT_ORDERS = "no customer has a repeat order: observe longer"
_RATES, _LEAVING, _VALUES = "order rates", "chances of leaving", "order values"
# The parameters of each model in their order, and what they describe.
PARAMETERS: dict[str, dict[str, str]] = {
    "bg_nbd": {"r": _RATES, "alpha": _RATES, "a": _LEAVING, "b": _LEAVING},
    "pareto_nbd": {"r": _RATES, "alpha": _RATES, "s": _LEAVING, "beta": _LEAVING},
    "gamma_gamma": {"p": _VALUES, "q": _VALUES, "v": _VALUES},
}


class FittedModel(NamedTuple):
    """A model fitted by maximum likelihood, or why it could not be.

    Attributes:
        model: Which model.
        status: `converged`, or what was in the way. Only `converged` has parameters.
        reason: The status in words, and what to do about it.
        parameters: Estimates by name; empty unless converged. alpha and beta are in
            the unit of time that was given, v in the unit of the order value.
        standard_errors: Standard error of each estimate, by name, in its unit.
        log_likelihood: Of all customers together; nan unless converged.
        customer_count: Customers that were used.
        iteration_count: Steps of the optimiser, over all starts.
        left_out_count: Customers that say nothing about the model and were left out.
    """

    model: Model
    status: Status
    reason: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    customer_count: int
    iteration_count: int
    left_out_count: int = 0


def without_parameters(
    model: Model,
    status: Status,
    reason: str,
    *,
    customer_count: int,
    left_out_count: int = 0,
    iteration_count: int = 0,
) -> FittedModel:
    """The answer where there is none."""
    return FittedModel(
        model=model,
        status=status,
        reason=reason,
        parameters={},
        standard_errors={},
        log_likelihood=math.nan,
        customer_count=customer_count,
        left_out_count=left_out_count,
        iteration_count=iteration_count,
    )


def fit_order_model(
    model: OrderModel,
    counts: RepeatCounts,
    *,
    prepare: Callable[[RepeatCounts, float], LogLikelihood],
    starts: Sequence[tuple[float, float, float, float]],
    times: Collection[str],
    minimum_customers: int,
) -> FittedModel:
    """Fit a model of repeat orders, or say why it cannot be.

    Args:
        model: Which model.
        counts: Grouped customers.
        prepare: Counts and a unit of time → the log-likelihood in that unit.
        starts: Parameters to start from; the second of each is for one order in the
            longest observation, and divided by the mean number of orders.
        times: Names of the parameters that are times.
        minimum_customers: Below so many customers nothing is fitted.
    """
    refusal = _refuse_counts(model, counts, minimum_customers)
    if refusal:
        return refusal
    unit = float(counts.observed.max())
    orders = float((counts.customer_count * counts.repeat_count).sum())
    rate = orders / float((counts.customer_count * counts.observed).sum()) * unit
    optimum = maximise(
        prepare(counts, unit),
        describes=PARAMETERS[model],
        starts=[(r, alpha / rate, *leaving) for r, alpha, *leaving in starts],
        customer_count=counts.total,
    )
    return from_optimum(
        model,
        optimum,
        units=dict.fromkeys(times, unit),
        log_likelihood_shift=-orders * float(np.log(unit)),
        customer_count=counts.total,
    )


def _refuse_counts(
    model: OrderModel, counts: RepeatCounts, minimum_customers: int
) -> FittedModel | None:
    """Why an order model cannot be fitted at all, if it cannot."""
    if counts.total < minimum_customers:
        return without_parameters(
            model,
            "too_few_customers",
            f"{counts.total:,} customers are fewer than {minimum_customers:,}: wait "
            "for more, or lower minimum_customers and mind the standard errors",
            customer_count=counts.total,
        )
    if not counts.repeat_count.any():
        return without_parameters(
            model,
            "no_repeat_orders",
            NO_REPEAT_ORDERS,
            customer_count=counts.total,
        )
    return None


def from_optimum(
    model: Model,
    optimum: Optimum,
    *,
    units: Mapping[str, float],
    log_likelihood_shift: float,
    customer_count: int,
    left_out_count: int = 0,
    reason: str = "",
) -> FittedModel:
    """Parameters in the caller's unit, if the optimum is one.

    Args:
        model: Which model.
        optimum: What the optimiser found, in rescaled units.
        units: Size of the rescaled unit per parameter that has one.
        log_likelihood_shift: What rescaling did to the log-likelihood.
        customer_count: Customers that were used.
        left_out_count: Customers that were not.
        reason: What to say if all is well.
    """
    names = PARAMETERS[model]
    scale = np.array([units.get(name, 1.0) for name in names])
    parameters = (optimum.parameters * scale).tolist()
    errors = (optimum.standard_errors * scale).tolist()
    if optimum.problem:
        stopped = ", ".join(
            f"{name} {value:.3g}" for name, value in zip(names, parameters, strict=True)
        )
        return without_parameters(
            model,
            "did_not_converge",
            f"{optimum.problem} (stopped at {stopped})",
            customer_count=customer_count,
            left_out_count=left_out_count,
            iteration_count=optimum.iteration_count,
        )
    return FittedModel(
        model=model,
        status="converged",
        reason=reason or f"fitted on {customer_count:,} customers",
        parameters=dict(zip(names, parameters, strict=True)),
        standard_errors=dict(zip(names, errors, strict=True)),
        log_likelihood=optimum.log_likelihood + log_likelihood_shift,
        customer_count=customer_count,
        left_out_count=left_out_count,
        iteration_count=optimum.iteration_count,
    )


def read_parameters(model: str, parameters: Mapping[str, float]) -> tuple[float, ...]:
    """The parameters of a model in their order, each above 0.

    Raises:
        LifetimeValueError: If the model is unknown, or a parameter is missing or no
            positive number.
    """
    if model not in PARAMETERS:
        raise LifetimeValueError(
            f"there is no model {model!r}: take one of {', '.join(PARAMETERS)}"
        )
    values = []
    for name in PARAMETERS[model]:
        value = parameters.get(name, math.nan)
        if not (math.isfinite(value) and value > 0):
            raise LifetimeValueError(
                f"parameter {name} of {model} must be a number above 0, got {value}: "
                "only a fit with the status converged has parameters"
            )
        values.append(float(value))
    return tuple(values)
