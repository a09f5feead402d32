"""Settings of experiments that mean nothing stop every command, all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from warehouse import Warehouse

SOUND: dict[str, Any] = {
    "arms": {"control": 0.5, "treatment": 0.5},
    "start": "2025-02-01",
    "end": "2025-03-01",
    "metrics": ["conversion"],
}
UNSOUND: dict[str, tuple[dict[str, Any], str]] = {
    "off": ({"arms": {"a": 0.5, "b": 0.6}}, "add up to 1.1, not to 1"),
    "alone": ({"arms": {"a": 1}}, "must name two or more"),
    "nothing": ({"arms": {"a": 1, "b": 0}}, "the share of b is 0"),
    "quoted": ({"arms": {"a'; drop": 0.5, "b": 0.5}}, "must be a text of letters"),
    "misspelt": ({"guardrail": ["retention"]}, "there is no field guardrail"),
    "unmeasured": ({"metrics": ["conversio"]}, "metrics names conversio; there are "),
    "unguarded": ({"guardrails": ["speed"]}, "guardrails names speed; there are "),
    "aimless": ({"metrics": []}, "metrics is empty"),
    "backwards": ({"end": "2025-01-01"}, "it ends on 2025-01-01, but starts on"),
    "empty": ({"end": "2025-02-01"}, "it ends on 2025-02-01, but starts on"),
    "no-such-day": ({"start": "2025-02-29"}, "start is 2025-02-29; it must be a date"),
    "vague": ({"start": "next week"}, "start is next week; it must be a date"),
    "household": ({"unit": "household"}, "unit is household; it must be customer or"),
    "sliced": ({"slice": [0, 0.5]}, "no layer is named"),
    "beyond": ({"layer": "page", "slice": [0.5, 1.5]}, "slice is [0.5, 1.5]"),
    "useless": ({"minimum_effect": 0}, "minimum_effect is 0"),
    "one-name": ({"segments": "Loyal"}, "segments is Loyal; it must be a list"),
    "told": (
        {"assigned_by": "events", "is_stratified": True, "layer": "page"},
        "layer means nothing where events tell",
    ),
    "Told": ({}, "another one has this name, but for capital letters"),
    "no name": ({}, "a name may have letters, digits, _, dots and dashes"),
}
UNSOUND_METRICS: dict[str, tuple[dict[str, Any], str]] = {
    "undated": ({"value": {"model": "orders"}}, "value must have at"),
    "unkind": ({"kind": "median"}, "kind is median; it must be one of proportion"),
    "Loud": ({}, "a name must be one of a column"),
    "value_past": ({}, "a name that ends in _past"),
    "narrow": ({"from_day": 9, "to_day": 9}, "from_day is 9 and to_day 9"),
    "whole": ({"kind": "quantile", "quantile": 1}, "quantile is 1; it must lie"),
    "groundless": ({"kind": "ratio"}, "base is missing"),
    "worse": ({"better": "worse"}, "better is worse; it must be higher or lower"),
}
OTHER: dict[str, tuple[Any, str]] = {
    "experiment_correction": ("bonferroni", "experiment_correction is bonferroni"),
    "experiment_power": (1, "experiment_power is 1"),
    "experiment_sequential_tuning": (0, "experiment_sequential_tuning is 0"),
    "experiment_pre_period_days": ("a week", "experiment_pre_period_days is a week"),
    "internal_networks": (["10.0.0.1"], "internal_networks names 10.0.0.1"),
}
METRIC = {"kind": "mean", "value": {"model": "orders", "at": "ordered_at"}}


def test_all_that_is_unsound_is_told_at_once(warehouse: Warehouse) -> None:
    layered = SOUND | {"layer": "front"}
    build = warehouse.dbt(
        "parse",
        variables={
            "experiments": {name: SOUND | one for name, (one, _) in UNSOUND.items()}
            | {
                "early": layered | {"slice": [0, 0.6]},
                "late": layered | {"slice": [0.5, 1], "start": "2025-02-28"},
                "after": layered | {"start": "2025-03-01", "end": "2025-04-01"},
            },
            "experiment_metrics": {"conversion": METRIC, "retention": METRIC}
            | {name: METRIC | one for name, (one, _) in UNSOUND_METRICS.items()},
        }
        | {name: value for name, (value, _) in OTHER.items()},
    )
    assert not build.succeeded
    for name, (_, message) in UNSOUND.items():
        assert f"- experiment {name}: " in build.output
        assert message in build.output, name
    for name, (_, message) in UNSOUND_METRICS.items():
        assert f"- metric {name}: {message}" in build.output
    for message in (message for _, message in OTHER.values()):
        assert f"- {message}" in build.output
    assert (
        "- overlapping experiments: early and late share a part of layer front from "
        "2025-02-28 to 2025-03-01"
    ) in build.output
    assert "after" not in build.output.split("overlapping experiments")[1]


@pytest.mark.parametrize("is_empty", [True, False])
def test_sound_settings_are_read(warehouse: Warehouse, *, is_empty: bool) -> None:
    variables: dict[str, Any] = {"experiments": {} if is_empty else {"one-2": SOUND}}
    build = warehouse.dbt("parse", variables=variables)
    assert build.succeeded, build.output


def test_what_no_mart_has_is_told_when_models_are_known(warehouse: Warehouse) -> None:
    orders = {"model": "orders", "at": "ordered_at"}
    build = warehouse.dbt(
        *("compile", "--quiet", "--select", "int_experiments__described"),
        variables={
            "experiments": {"one": SOUND | {"metrics": ["a", "b", "c", "d", "e"]}},
            "experiment_metrics": {
                "a": METRIC | {"value": orders | {"column": "amont"}},
                "b": METRIC | {"value": orders | {"column": "currency"}},
                "c": METRIC | {"value": {"model": "orders", "date": "ordered_at"}},
                "d": METRIC | {"value": {"model": "rfm_cuts", "date": "as_of_date"}},
                "e": METRIC | {"covariate": "shoe_size"},
            },
        },
    )
    assert not build.succeeded
    for message in (
        "metric a: value: orders has no column amont; it has order_key, ",
        "metric b: value: column is currency of orders, a varchar; it must be a number",
        "metric c: value: date is ordered_at of orders, a timestamp; it must be a date",
        "metric d: value: rfm_cuts has no column customer_id",
        "metric e: covariate is shoe_size, which is no number of customer_features",
    ):
        assert f"- {message}" in build.output
