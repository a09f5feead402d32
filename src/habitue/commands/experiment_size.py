"""`habitue experiment size`: how many customers an experiment will need."""

from __future__ import annotations

import json
import math
from typing import Annotated

import numpy as np
import typer

from habitue.commands.options import AsJson, refused
from habitue.experiments import customers_for_means, customers_for_rates


class SizeError(ValueError):
    """What is asked for is no experiment."""


def size_command(
    *,
    effect: Annotated[
        float, typer.Option(help="Relative effect to be told: 0.1 is a tenth more.")
    ],
    rate: Annotated[
        float | None, typer.Option(help="Of a proportion: its rate today.")
    ] = None,
    mean: Annotated[
        float | None, typer.Option(help="Of a mean: what it is per customer today.")
    ] = None,
    deviation: Annotated[
        float | None, typer.Option(help="Beside --mean: its standard deviation.")
    ] = None,
    explained: Annotated[
        float, typer.Option(help="Share of the variance that the past explains.")
    ] = 0.0,
    share: Annotated[
        float, typer.Option(help="Of all customers, those of the arm.")
    ] = 0.5,
    power: Annotated[float, typer.Option(help="Chance that the effect is told.")] = 0.8,
    as_json: AsJson = False,
) -> None:
    """Say how many customers it takes to tell an effect at the level of 5 %."""
    try:
        needed = _needed(
            effect=effect,
            rate=rate,
            mean=mean,
            deviation=deviation,
            explained=explained,
            share=share,
            power=power,
        )
    except ValueError as error:
        raise refused(error) from error
    control, treatment = needed
    together = control + treatment
    if as_json:
        counts = {"control": control, "treatment": treatment, "together": together}
        typer.echo(json.dumps(counts))
        return
    typer.echo(
        f"{together:,} customers: {control:,} in the control and {treatment:,} in the "
        f"arm tell {effect:+.1%} with a probability of {power:.0%}."
    )


def _needed(
    *,
    effect: float,
    rate: float | None,
    mean: float | None,
    deviation: float | None,
    explained: float,
    share: float,
    power: float,
) -> tuple[int, int]:
    """Customers of the control and of the arm.

    Raises:
        SizeError: If an option is missing, too many, or outside of what it can be.
    """
    for name, value in {"share": share, "power": power}.items():
        if not 0 < value < 1:
            raise SizeError(f"--{name} must be between 0 and 1, got {value:g}")
    if not 0 <= explained < 1:
        raise SizeError(f"--explained must be at least 0 and below 1: {explained:g}")
    ratio = share / (1 - share)
    if rate is not None and mean is None and deviation is None:
        if not (0 < rate < 1 and 0 <= rate * (1 + effect) <= 1) or effect == 0:
            raise SizeError(
                f"a rate of {rate:g} cannot become {1 + effect:g} times itself: both "
                "must be between 0 and 1, and differ"
            )
        found = customers_for_rates(
            np.array([rate]), np.array([rate * (1 + effect)]), ratio=ratio, power=power
        )
    elif rate is None and mean is not None and deviation is not None:
        if not (deviation > 0 and mean * effect != 0):
            raise SizeError("--deviation must be above 0, --mean and --effect not 0")
        found = customers_for_means(
            np.array([deviation**2]),
            np.array([mean * effect]),
            ratio=ratio,
            power=power,
        )
    else:
        raise SizeError("say either --rate, or --mean and --deviation")
    control, treatment = (
        math.ceil(float(customers[0]) * (1 - explained)) for customers in found
    )
    return control, treatment
