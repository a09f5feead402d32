"""The health of experiments: one row per experiment and check."""

from __future__ import annotations

import pandas as pd

from habitue.experiments.assignment_checks import (
    Check,
    check_definition,
    check_empty_arms,
    check_exposed_before,
    check_exposed_to_other,
    check_left_out,
    check_overlap,
    check_sample_ratio,
    check_two_arms,
)
from habitue.experiments.effect_checks import check_novelty, check_past, check_peeking

CHECK_COLUMNS = {
    "experiment_id": "str",
    "check_name": "str",
    "status": "str",
    "message": "str",
    "statistic": "float64",
    "p_value": "float64",
    "customer_count": "int64",
}


def check_experiments(
    arms: pd.DataFrame,
    sums: pd.DataFrame,
    looks: pd.DataFrame,
    pairs: pd.DataFrame,
) -> pd.DataFrame:
    """Judge every experiment.

    Args:
        arms: One row per experiment and arm, the control first (arm_number): share,
            assigned_by, is_over, customer_count (who is compared), and counts of who is
            not, or was exposed otherwise (int_experiment_arms__checked).
        sums: Sums of metrics per arm and segment, segment null for all customers.
        looks: Effects on the primary metric at each look and between two of them
            (`measure_looks`).
        pairs: Customers of two experiments by both arms.

    Returns:
        CHECK_COLUMNS; also of experiments without customers.
    """
    rows = [
        {"experiment_id": experiment, "check_name": check.name} | check._asdict()
        for experiment, of_it in arms.groupby("experiment_id", sort=True)
        for check in _checks(
            of_it.sort_values("arm_number"),
            *(
                table[table["experiment_id"] == experiment]
                for table in (sums, looks, pairs)
            ),
        )
    ]
    table = pd.DataFrame(rows, columns=["name", *CHECK_COLUMNS])
    return table[list(CHECK_COLUMNS)].astype(CHECK_COLUMNS)


def _checks(
    arms: pd.DataFrame,
    sums: pd.DataFrame,
    looks: pd.DataFrame,
    pairs: pd.DataFrame,
) -> list[Check]:
    control = str(arms["arm"].iloc[0])
    return [
        check_sample_ratio(arms),
        check_empty_arms(arms),
        check_two_arms(arms),
        check_past(sums, control=control),
        check_exposed_before(arms),
        check_exposed_to_other(arms),
        check_novelty(looks),
        check_left_out(arms, name="automated", who="automated customers"),
        check_left_out(arms, name="internal", who="internal customers"),
        check_peeking(looks, is_over=bool(arms["is_over"].iloc[0])),
        check_definition(arms),
        check_overlap(pairs, customer_count=int(arms["customer_count"].sum())),
    ]
