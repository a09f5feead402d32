"""Find the most likely positive parameters, and tell whether they are to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    LogLikelihood = Callable[[Vector], tuple[float, Vector]]

# Rescaled parameters outside of e^-12 … e^12 ran to zero or to infinity.
LARGEST_LOG = 12.0
# Step of the difference that makes a Hessian of gradients, in log parameters.
DIFFERENCE = 1e-4
NEWTON_STEPS = 25
# The optimum is reached when no parameter is this many standard errors away from it.
NEAR = 1e-4
# A parameter known to no better than e^±3 (a factor of 20) is not known.
LARGEST_LOG_ERROR = 3.0


class Optimum(NamedTuple):
    """The most likely parameters in rescaled units.

    Attributes:
        parameters: Shape (n_parameters,), positive.
        standard_errors: Shape (n_parameters,), from the observed information.
        log_likelihood: At the optimum.
        iteration_count: Steps over all starts.
        problem: Why this is no optimum; empty if it is one.
    """

    parameters: Vector
    standard_errors: Vector
    log_likelihood: float
    iteration_count: int
    problem: str


class _Curvature(NamedTuple):
    covariance: Vector | None
    distance: float
    step: Vector


def maximise(
    log_likelihood: LogLikelihood,
    *,
    names: Sequence[str],
    starts: Sequence[Sequence[float]],
    customer_count: int,
) -> Optimum:
    """Climb from every start with L-BFGS-B, finish the best with Newton's method.

    Args:
        log_likelihood: Parameters, shape (n_parameters,), → log-likelihood and its
            gradient. Data are rescaled so that parameters of ordinary size are
            neither tiny nor huge.
        names: Names of the parameters, for the reason.
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

    best, least, iterations = np.log(np.asarray(starts[0], dtype=np.float64)), np.inf, 0
    for start in starts:
        result = minimize(
            mean_loss,
            np.log(np.asarray(start, dtype=np.float64)),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-LARGEST_LOG, LARGEST_LOG)] * len(names),
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        iterations += int(result.nit)
        # Starts that end in one place may differ in the last digit: keep the first.
        if result.fun < least - 1e-10 * abs(least) or not np.isfinite(least):
            best, least = result.x, float(result.fun)
    curvature = _curvature(mean_loss, best, customer_count)
    for _ in range(NEWTON_STEPS):
        if curvature.covariance is None or curvature.distance < NEAR:
            break
        tried = np.clip(best + curvature.step, -LARGEST_LOG, LARGEST_LOG)
        loss = mean_loss(tried)[0]
        if not loss <= least + 1e-12 * abs(least):
            break
        best, least, iterations = tried, loss, iterations + 1
        curvature = _curvature(mean_loss, best, customer_count)
    parameters = np.exp(best)
    errors = np.full(len(names), np.nan)
    if curvature.covariance is not None:
        errors = np.sqrt(np.diag(curvature.covariance))
    return Optimum(
        parameters=parameters,
        standard_errors=parameters * errors,
        log_likelihood=-least * customer_count,
        iteration_count=iterations,
        problem=_problem(names, best, errors, curvature),
    )


def _curvature(
    mean_loss: LogLikelihood, logs: Vector, customer_count: int
) -> _Curvature:
    size = len(logs)
    gradient = mean_loss(logs)[1]
    hessian = np.empty((size, size))
    for row, nudge in enumerate(DIFFERENCE * np.eye(size)):
        above, below = mean_loss(logs + nudge)[1], mean_loss(logs - nudge)[1]
        hessian[row] = (above - below) / (2 * DIFFERENCE)
    hessian = (hessian + hessian.T) / 2
    if not np.isfinite(hessian).all() or np.linalg.eigvalsh(hessian)[0] <= 0:
        return _Curvature(None, np.inf, np.zeros(size))
    inverse = np.linalg.inv(hessian)
    step = -inverse @ gradient
    distance = np.sqrt(max(float(-gradient @ step) * customer_count, 0.0))
    return _Curvature(inverse / customer_count, distance, step)


def _problem(
    names: Sequence[str], logs: Vector, errors: Vector, curvature: _Curvature
) -> str:
    advice = "take more customers or a longer time, or do without this model"
    ran_away = [
        f"{name} ran to {'infinity' if value > 0 else 'zero'}"
        for name, value in zip(names, logs, strict=True)
        if abs(value) > LARGEST_LOG - 0.1
    ]
    if ran_away:
        return f"{', '.join(ran_away)}: customers do not differ as assumed; {advice}"
    if curvature.covariance is None:
        return f"the log-likelihood has no peak (its Hessian is not definite): {advice}"
    unknown = [
        name
        for name, error in zip(names, errors, strict=True)
        if error > LARGEST_LOG_ERROR
    ]
    if unknown:
        return (
            f"the log-likelihood is flat in {', '.join(unknown)}: customers do not "
            f"differ enough to tell; {advice}"
        )
    if not curvature.distance < NEAR:
        return (
            f"the gradient is not near zero ({curvature.distance:.1g} standard errors "
            f"from the peak): {advice}"
        )
    return ""
