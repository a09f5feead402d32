"""What experiments come to: every arm by every metric, segment and method."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from habitue.experiments.effects import (
    LOG,
    TOLD,
    Effects,
    on_scale,
)
from habitue.experiments.estimates import (
    ALPHA,
    Customers,
    Estimates,
    estimate,
    told_columns,
)
from habitue.experiments.interaction import interaction
from habitue.experiments.multiplicity import correct
from habitue.experiments.pairing import (
    EVERYBODY,
    blocked_experiments,
    pair_arms,
    ranks_beside,
    status_of,
    with_segments,
)
from habitue.experiments.posterior import (
    Posterior,
    mean_posterior,
    proportion_posterior,
)
from habitue.experiments.power import (
    customers_needed,
    minimum_detectable_effect,
    power_of,
)
from habitue.experiments.quantiles import compare_quantiles, why_not_quantiles
from habitue.experiments.sequential import always_valid_effects
from habitue.experiments.words import (
    BAYESIAN,
    LOWER,
    SEQUENTIAL,
    Comparison,
    verdict,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Texts = NDArray[np.object_]

RESULT_COLUMNS = {
    "experiment_id": "str",
    "metric": "str",
    "metric_kind": "str",
    "role": "str",
    "arm": "str",
    "control_arm": "str",
    "method": "str",
    "status": "str",
    "verdict": "str",
    "segment_id": "Int64",
    "customer_count": "int64",
    "control_customer_count": "int64",
    "value": "float64",
    "control_value": "float64",
    "difference": "float64",
    "difference_low": "float64",
    "difference_high": "float64",
    "relative_difference": "float64",
    "relative_low": "float64",
    "relative_high": "float64",
    "standard_error": "float64",
    "p_value": "float64",
    "corrected_p_value": "float64",
    "probability_better": "float64",
    "expected_loss": "float64",
    "variance_reduction": "float64",
    "power": "float64",
    "minimum_detectable_effect": "float64",
    "required_customer_count": "float64",
    "interaction_p_value": "float64",
    "is_final": "bool",
    "is_decisive": "bool",
}
UNADJUSTED, CUPED, BOOTSTRAP = "unadjusted", "cuped", "bootstrap"
PROPORTION, MEAN, QUANTILE = "proportion", "mean", "quantile"


def measure_effects(
    asked: pd.DataFrame,
    arms: pd.DataFrame,
    sums: pd.DataFrame,
    ranks: pd.DataFrame,
    *,
    correction: str,
    power: float,
    tuning: float,
) -> pd.DataFrame:
    """Compare every arm with the control, by every metric, segment and method.

    Args:
        asked: One row per experiment and metric: experiment_id, metric, metric_kind,
            role, better, control_arm, place, quantile, minimum_effect, is_final.
        arms: One row per experiment and planned arm: arm, arm_number, share,
            customer_count, is_control.
        sums: Sums over customers by experiment, metric, arm and segment, as `Sums.of`
            reads them; segment_id is null for all customers.
        ranks: Values around the quantiles, by the same: customer_count, value_rank,
            value.
        correction: Of p-values, within an experiment, arm, method and role: holm,
            benjamini_hochberg or none.
        power: Chance that an effect is to be told with.
        tuning: Customers at which always-valid intervals are tightest.

    Returns:
        RESULT_COLUMNS, one row per experiment, arm but the control, metric, segment and
        method. What cannot be told is NaN, and the status says why. Always-valid
        intervals and the decisive row are of the adjusted estimate where the past
        explains anything, else of the plain one.

    Assumptions:
        Those of `compare`, `always_valid`, `posterior` and `quantile_effects`. While
        customers are still counted, their later values are no new customers: intervals
        at a look are of what was counted until then.
    """
    pairs = pair_arms(asked, arms, [sums, ranks])
    is_quantile = (pairs["metric_kind"] == QUANTILE).to_numpy()
    tables = [
        *_of_sums(pairs[~is_quantile], sums, power=power, tuning=tuning),
        *_of_ranks(pairs[is_quantile], ranks, power=power),
    ]
    table = pd.concat(tables, ignore_index=True).reindex(
        columns=[*RESULT_COLUMNS, "segment", "better", "minimum_effect"]
    )
    table["corrected_p_value"] = _corrected(table, correction=correction)
    table["verdict"] = _verdicts(table, blocked_experiments(arms))
    table["segment_id"] = (
        table["segment"].astype("Int64").mask(table["segment"] == EVERYBODY)
    )
    return table[list(RESULT_COLUMNS)].astype(RESULT_COLUMNS)


def _corrected(table: pd.DataFrame, *, correction: str) -> Vector:
    """p-values for all metrics and segments of an experiment, an arm and a role.

    A comparison that a method does not tell is in its family by what is read instead:
    else a method that tells little would have to correct for little.
    """
    family = ["experiment_id", "arm", "role"]
    comparison = [*family, "metric", "segment"]
    methods = [CUPED, UNADJUSTED, BOOTSTRAP, SEQUENTIAL, BAYESIAN]
    p_values = table.set_index([*comparison, "method"])["p_value"]
    wide = p_values.unstack("method").reindex(columns=methods)
    instead = wide[CUPED].fillna(wide[UNADJUSTED]).fillna(wide[BOOTSTRAP])
    corrected = {
        method: wide[method]
        .fillna(instead)
        .groupby(level=family)
        .transform(lambda p_values: correct(p_values.to_numpy(), correction=correction))
        for method in wide.columns
    }
    found = pd.DataFrame(corrected).stack().reindex(p_values.index)
    return np.where(table["p_value"].isna(), math.nan, found.to_numpy(np.float64))


def _of_sums(
    pairs: pd.DataFrame, sums: pd.DataFrame, *, power: float, tuning: float
) -> list[pd.DataFrame]:
    """Proportions, means and ratios."""
    known = estimate(pairs, with_segments(sums))
    customers, is_adjusted = known.customers, known.is_adjusted
    is_final = pairs["is_final"].to_numpy(dtype=bool)
    always = always_valid_effects(
        known.best, customers.together, tuning=tuning, alpha=ALPHA
    )
    is_rate = (pairs["metric_kind"] == PROPORTION).to_numpy()
    effects, status = known.of_rates(is_rate)
    plain = _fixed(pairs, UNADJUSTED, effects, status, customers, power=power)
    adjusted = _fixed(
        pairs, CUPED, known.adjusted, known.adjusted_status, customers, power=power
    )
    sequential = _told(pairs, SEQUENTIAL, always, known.best_status, customers)
    return [
        plain.assign(variance_reduction=math.nan, is_decisive=is_final & ~is_adjusted),
        adjusted.assign(is_decisive=is_final & is_adjusted),
        sequential.assign(is_decisive=~is_final),
        *_believed(pairs, known),
    ]


def _of_ranks(
    pairs: pd.DataFrame, ranks: pd.DataFrame, *, power: float
) -> list[pd.DataFrame]:
    """Quantiles."""
    tables = []
    for quantile in pairs["quantile"].unique().tolist():
        rows = pairs[pairs["quantile"] == quantile]
        controls, treatments = (
            ranks_beside(rows, with_segments(ranks), arm=arm)
            for arm in ("control_arm", "arm")
        )
        customers = Customers(
            *(
                np.array([arm.customers for arm in arms], dtype=np.float64)
                for arms in (controls, treatments)
            )
        )
        effects = compare_quantiles(controls, treatments, quantile=quantile)
        why = why_not_quantiles(controls, treatments, quantile=quantile)
        status = status_of(rows, *customers, why)
        tables.append(
            _fixed(rows, BOOTSTRAP, effects, status, customers, power=power).assign(
                variance_reduction=math.nan, is_decisive=True
            )
        )
    return tables


def _told(
    pairs: pd.DataFrame,
    method: str,
    effects: Effects,
    status: Texts,
    customers: Customers,
) -> pd.DataFrame:
    """What one method tells; what hangs on an interval is NaN where there is none."""
    return pairs.assign(
        method=method,
        status=status,
        **told_columns(effects, customers, is_told=status == TOLD),
    )


def _fixed(
    pairs: pd.DataFrame,
    method: str,
    effects: Effects,
    status: Texts,
    customers: Customers,
    *,
    power: float,
) -> pd.DataFrame:
    """The same with what a test of fixed size could tell, and whether segments differ.

    All of it on the log scale, on which relative effects are told.
    """
    error = np.where(status == TOLD, effects.relative_standard_error, math.nan)
    sign = np.where(pairs["better"] == LOWER, -1.0, 1.0)
    wanted = np.log1p(sign * pairs["minimum_effect"].to_numpy(dtype=np.float64))
    found = on_scale(effects.relative_difference, LOG)
    is_segment = (pairs["segment"] != EVERYBODY).to_numpy()
    between = interaction(
        np.where(is_segment, found, math.nan),
        error,
        pairs.groupby(["experiment_id", "metric", "arm"]).ngroup().to_numpy(),
    )
    detectable = minimum_detectable_effect(error, alpha=ALPHA, power=power)
    return _told(pairs, method, effects, status, customers).assign(
        power=power_of(wanted, error, alpha=ALPHA),
        minimum_detectable_effect=np.abs(np.expm1(sign * detectable)),
        required_customer_count=np.ceil(
            customers_needed(
                wanted, error, customers.together, alpha=ALPHA, power=power
            )
        ),
        interaction_p_value=between.p_value,
    )


def _believed(pairs: pd.DataFrame, known: Estimates) -> list[pd.DataFrame]:
    """Posteriors of rates, and of means by their better estimate."""
    tables = []
    for kind in (PROPORTION, MEAN):
        rows = (pairs["metric_kind"] == kind).to_numpy()
        if not rows.any():
            continue
        arms = known.control.take(rows), known.treatment.take(rows)
        customers = Customers(*(arm.customers for arm in arms))
        is_lower = (pairs.loc[rows, "better"] == LOWER).to_numpy()
        if kind == PROPORTION:
            effects = Effects(*(column[rows] for column in known.plain))
            believed = proportion_posterior(
                *arms, alpha=ALPHA, is_lower_better=is_lower
            )
        else:
            effects = Effects(*(column[rows] for column in known.best))
            believed = mean_posterior(
                effects, *customers, alpha=ALPHA, is_lower_better=is_lower
            )
        is_known = np.isfinite(believed.difference)
        status = status_of(
            pairs[rows], *customers, np.where(is_known, TOLD, known.status[rows])
        )
        told = _posterior_table(pairs[rows], effects, believed, status, customers)
        tables.append(told)
    return tables


def _posterior_table(
    pairs: pd.DataFrame,
    effects: Effects,
    believed: Posterior,
    status: Texts,
    customers: Customers,
) -> pd.DataFrame:
    told = effects._replace(
        difference=believed.difference,
        low=believed.low,
        high=believed.high,
        standard_error=believed.standard_deviation,
        relative_difference=believed.relative_difference,
        relative_low=believed.relative_low,
        relative_high=believed.relative_high,
        p_value=np.full(len(pairs), math.nan),
        variance_reduction=np.full(len(pairs), math.nan),
    )
    is_told = status == TOLD
    return _told(pairs, BAYESIAN, told, status, customers).assign(
        probability_better=np.where(is_told, believed.probability_better, math.nan),
        expected_loss=np.where(is_told, believed.expected_loss, math.nan),
        is_decisive=False,
    )


def _verdicts(table: pd.DataFrame, blocked: dict[str, str]) -> list[str]:
    names = {
        "low": "difference_low",
        "high": "difference_high",
        "relative": "relative_difference",
    }
    columns = [names.get(name, name) for name in Comparison._fields]
    rows = table[columns].itertuples(index=False, name=None)
    return [
        verdict(Comparison(*row), blocked=blocked.get(experiment), alpha=ALPHA)
        for experiment, row in zip(table["experiment_id"], rows, strict=True)
    ]
