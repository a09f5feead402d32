"""Sums as the warehouse counts them, made from customers or from published figures."""

from __future__ import annotations

import math

import numpy as np

from habitue.experiments import Sums


def counted(value, base=None, past_value=None, past_base=None) -> Sums:
    """The sums of one arm, or of many of the same size: customers on the last axis."""
    value = np.atleast_2d(np.asarray(value, dtype=float))
    columns = [
        np.zeros_like(value) + (default if column is None else column)
        for column, default in (
            (value, 0),
            (base, 1),
            (past_value, 0),
            (past_base, 1),
        )
    ]
    names = ("value", "base", "past_value", "past_base")
    by_name = dict(zip(names, columns, strict=True))
    sums = {name: column.sum(axis=-1) for name, column in by_name.items()}
    for field in Sums._fields[5:]:
        first = next(name for name in names if field.startswith(f"{name}_"))
        second = field.removeprefix(f"{first}_")
        sums[field] = np.einsum("...i,...i->...", by_name[first], by_name[second])
    customers = np.full(value.shape[:-1], float(value.shape[-1]))
    return Sums(customers=customers, **sums)


def published(customers, value, squares, **others) -> Sums:
    """The sums of a mean of which only these are told: there is no past."""
    known = {
        "customers": customers,
        "value": value,
        "base": customers,
        "base_base": customers,
        "value_value": squares,
        "value_base": value,
        "past_base": customers,
        "past_base_past_base": customers,
        "base_past_base": customers,
        "value_past_base": value,
        **others,
    }
    if "past_value" in others:
        known["base_past_value"] = others["past_value"]
        known["past_value_past_base"] = others["past_value"]
    return Sums(*(np.array([known.get(name, 0.0)], float) for name in Sums._fields))


def rate(customers, successes) -> Sums:
    """The sums of a proportion."""
    return published(customers, successes, successes)


def nowhere() -> Sums:
    """An arm without customers."""
    return Sums(*(np.zeros(1) for _ in Sums._fields))


def unknown() -> Sums:
    """Sums that are null in the warehouse."""
    return Sums(*(np.full(1, math.nan) for _ in Sums._fields))
