"""Find the most likely positive parameters, and tell whether they are to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    LogLikelihood = Callable[[Vector], tuple[float, Vector]]

# Rescaled parameters outside of e^-12 … e^12 ran to zero or to infinity.
LARGEST_LOG = 12.0
# Where there is no peak, those outside of e^-6 … e^6 were on their way.
FAR_LOG = 6.0
# Step of the differences of gradients that make a Hessian, in log parameters.
DIFFERENCE = 1e-4
NEWTON_STEPS = 25
# The peak is reached when it is less than this many standard errors away.
NEAR = 1e-4
# A parameter that may be e^5 = 150 times as large or small is not known. On a true
# ridge the error is far larger; what is merely imprecise has its standard error.
LARGEST_LOG_ERROR = 5.0
ADVICE = "take more customers or a longer time, or do without this model"


class Optimum(NamedTuple):
    """The most likely parameters, in rescaled units.

    Attributes:
        parameters: Shape (n_parameters,), positive.
        standard_errors: Shape (n_parameters,), from the observed information.
        log_likelihood: At the optimum.
        iteration_count: Steps over all starts.
        problem: Why this is no optimum and what to do; empty if it is one.
    """

    parameters: Vector
    standard_errors: Vector
    log_likelihood: float
    iteration_count: int
    problem: str


class _Climb(NamedTuple):
    logs: Vector
    loss: float
    iteration_count: int


class _Curvature(NamedTuple):
    covariance: Vector | None
    step: Vector
    distance: float


def maximise(
    log_likelihood: LogLikelihood,
    *,
    describes: Mapping[str, str],
    starts: Sequence[Sequence[float]],
    customer_count: int,
) -> Optimum:
    """Climb from every start with L-BFGS-B, finish the best with Newton's method.

    Args:
        log_likelihood: Parameters, shape (n_parameters,), → log-likelihood and its
            gradient. Data are rescaled, so that parameters are neither tiny nor huge.
        describes: What each parameter describes, by name, in their order.
        starts: Parameters to start from, each of shape (n_parameters,).
        customer_count: Customers in the likelihood; the climb sees their mean.

    Assumptions:
        The search is over logarithms, so parameters stay positive. Standard errors
        are asymptotic: the inverse of the observed information in logarithms, carried
        over to the parameters by the delta method.
    """

    def mean_loss(logs: Vector) -> tuple[float, Vector]:
        parameters = np.exp(logs)
        value, gradient = log_likelihood(parameters)
        return -value / customer_count, -gradient * parameters / customer_count

    # Four numbers need no threads, and waiting for some is slow on a busy machine.
    with threadpool_limits(limits=1):
        climb = _climb(mean_loss, starts)
        climb, curvature = _finish(mean_loss, climb, customer_count)
    log_errors = np.full(len(describes), np.nan)
    if curvature.covariance is not None:
        log_errors = np.sqrt(np.diag(curvature.covariance))
    parameters = np.exp(climb.logs)
    return Optimum(
        parameters=parameters,
        standard_errors=parameters * log_errors,
        log_likelihood=-climb.loss * customer_count,
        iteration_count=climb.iteration_count,
        problem=_problem(describes, climb.logs, log_errors, curvature),
    )


def _climb(mean_loss: LogLikelihood, starts: Sequence[Sequence[float]]) -> _Climb:
    best = _Climb(np.log(starts[0]), np.inf, 0)
    iterations = 0
    for start in starts:
        found = minimize(
            mean_loss,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-LARGEST_LOG, LARGEST_LOG)] * len(start),
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        iterations += int(found.nit)
        # Climbs to one peak differ in the last digits: keep the first.
        if found.fun < best.loss - 1e-10:
            best = _Climb(found.x, float(found.fun), iterations)
    return best._replace(iteration_count=iterations)


def _finish(
    mean_loss: LogLikelihood, climb: _Climb, customer_count: int
) -> tuple[_Climb, _Curvature]:
    curvature = _curvature(mean_loss, climb.logs, customer_count)
    for _ in range(NEWTON_STEPS):
        if curvature.covariance is None or curvature.distance < NEAR:
            break
        logs = np.clip(climb.logs + curvature.step, -LARGEST_LOG, LARGEST_LOG)
        loss = mean_loss(logs)[0]
        if not loss <= climb.loss + 1e-12 * abs(climb.loss):
            break
        climb = _Climb(logs, loss, climb.iteration_count + 1)
        curvature = _curvature(mean_loss, logs, customer_count)
    return climb, curvature


def _curvature(
    mean_loss: LogLikelihood, logs: Vector, customer_count: int
) -> _Curvature:
    gradient = mean_loss(logs)[1]
    hessian = np.empty((len(logs), len(logs)))
    for row, nudge in enumerate(DIFFERENCE * np.eye(len(logs))):
        above, below = mean_loss(logs + nudge)[1], mean_loss(logs - nudge)[1]
        hessian[row] = (above - below) / (2 * DIFFERENCE)
    hessian = (hessian + hessian.T) / 2
    if not np.isfinite(hessian).all() or np.linalg.eigvalsh(hessian)[0] <= 0:
        return _Curvature(None, np.zeros(len(logs)), np.inf)
    inverse = np.linalg.inv(hessian)
    step = -inverse @ gradient
    squared = float(-gradient @ step) * customer_count
    return _Curvature(inverse / customer_count, step, np.sqrt(max(squared, 0.0)))


def _problem(
    describes: Mapping[str, str],
    logs: Vector,
    log_errors: Vector,
    curvature: _Curvature,
) -> str:
    is_unknown = log_errors > LARGEST_LOG_ERROR
    has_peak = curvature.covariance is not None and not is_unknown.any()
    if has_peak and np.abs(logs).max() < LARGEST_LOG - 0.1:
        if curvature.distance < NEAR:
            return ""
        return (
            "the gradient is not near zero (the peak may be "
            f"{curvature.distance:.1g} standard errors away); {ADVICE}"
        )
    found = {}
    for name, log, unknown in zip(describes, logs, is_unknown, strict=True):
        if abs(log) > FAR_LOG:
            found[name] = f"{name} ran to {'infinity' if log > 0 else 'zero'}"
        elif unknown:
            found[name] = f"the likelihood is flat in {name}"
    if not found:
        return f"the likelihood has no peak (its Hessian is not definite); {ADVICE}"
    alike = " and ".join(dict.fromkeys(describes[name] for name in found))
    return (
        f"{', '.join(found.values())}: {alike} do not differ between customers as the "
        f"model assumes, or too little is known of them; {ADVICE}"
    )
