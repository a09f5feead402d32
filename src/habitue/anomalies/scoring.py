"""Everybody judged, a few rows at a time, with the features that set them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from habitue.anomalies.fits import CUSTOMER, SESSION, refit
from habitue.anomalies.isolation import isolating_contributions, isolation_scores
from habitue.anomalies.kinds import likely_kinds, read_kinds
from habitue.anomalies.noise import are_noise
from habitue.clustering.telling import format_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from habitue.anomalies.detector import Detector
    from habitue.anomalies.features import Scaling
    from habitue.anomalies.fits import Subject
    from habitue.anomalies.kinds import Kind
    from habitue.frames import LazyRelation

Columns = dict[str, list[Any]]
CHUNK = 20_000
PLACES = ("first", "second", "third")
SCORED = "scored"
_PER_PLACE = (
    ("feature", pa.string()),
    ("value", pa.float64()),
    ("typical_value", pa.float64()),
    ("direction", pa.string()),
    ("contribution", pa.float64()),
    ("reason", pa.string()),
)
JUDGED = [
    ("status", pa.string()),
    ("score", pa.float64()),
    ("is_isolated", pa.bool_()),
    ("is_noise", pa.bool_()),
    ("kind", pa.string()),
    *((f"{place}_{name}", type_) for place in PLACES for name, type_ in _PER_PLACE),
]


class Reason(NamedTuple):
    """A feature that sets a row apart.

    Attributes:
        feature: Name of the feature.
        value: Its value, natural units.
        typical_value: The median, natural units.
        direction: 'high' or 'low'.
        contribution: What the score of the forest falls by with it at the median.
        reason: The same in words.
    """

    feature: str
    value: float
    typical_value: float
    direction: str
    contribution: float
    reason: str


def score_customers(
    customers: LazyRelation,
    *,
    sample: pd.DataFrame,
    described: pd.DataFrame,
    fits: pd.DataFrame,
    rules: pd.DataFrame,
) -> pa.RecordBatchReader:
    """What the detectors say of every customer.

    Args:
        customers: One row per customer with every feature; read as the answer is.
        sample: Those that the detectors were fitted to.
        described: One row per subject and feature.
        fits: The receipts.
        rules: Kinds of anomalies.

    Returns:
        Batches of at most `CHUNK` rows: customer_id and JUDGED, one row per customer,
        whatever its status.
    """
    return _judged(customers, sample, described, fits, rules, subject=CUSTOMER)


def score_sessions(
    sessions: LazyRelation,
    *,
    sample: pd.DataFrame,
    described: pd.DataFrame,
    fits: pd.DataFrame,
    rules: pd.DataFrame,
) -> pa.RecordBatchReader:
    """The sessions that are anomalous, nearly so, or could not be judged.

    As `score_customers`, by the forest alone and without the ordinary sessions, of
    which there are millions: those whose score is below the threshold and below the
    ten highest of the sample.
    """
    return _judged(sessions, sample, described, fits, rules, subject=SESSION)


def _judged(
    rows: LazyRelation,
    sample: pd.DataFrame,
    described: pd.DataFrame,
    fits: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    subject: Subject,
) -> pa.RecordBatchReader:
    fitted, detector, status = refit(sample, described, fits, subject=subject)
    kinds = read_kinds(rules, subject=subject.name)
    schema = pa.schema([(subject.key, pa.string()), *JUDGED])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in rows.arrow(CHUNK):
            natural = _matrix(batch, fitted.scaling)
            columns = judge(natural, detector, fitted.scaling, kinds, status=status)
            ids = batch.column(subject.key).cast(pa.string())
            told = pa.record_batch(
                [ids, *(pa.array(columns[name], type_) for name, type_ in JUDGED)],
                schema=schema,
            )
            if subject is SESSION:
                told = told.filter(_worth_telling(columns))
            yield told

    return pa.RecordBatchReader.from_batches(schema, batches())


def judge(
    natural: NDArray[np.float64],
    detector: Detector | None,
    scaling: Scaling,
    kinds: list[Kind],
    *,
    status: str,
) -> Columns:
    """The columns of JUDGED for some rows.

    Args:
        natural: (n_rows, n_features), NaN where nothing is known.
        detector: None where nothing could be fitted.
        scaling: Names the features.
        kinds: In the order they are tried in.
        status: Why there is no detector.

    Returns:
        A list per column. Nothing but the status is told of rows that cannot be judged:
        all where nothing is fitted, else those with an infinite value.
    """
    size = len(natural)
    columns: Columns = {name: [None] * size for name, _ in JUDGED}
    columns["status"] = [f"not scored: {status}"] * size
    if detector is None or not size:
        return columns
    infinite = np.isinf(natural)
    columns["status"] = (
        [
            f"not scored: infinite {scaling.names[int(wrong.argmax())]}"
            if wrong.any()
            else SCORED
            for wrong in infinite
        ]
        if infinite.any()
        else [SCORED] * size
    )
    known = np.flatnonzero(~infinite.any(axis=1))
    scaled = scaling.scaled(natural[known])
    used = scaled[:, scaling.used]
    scores = isolation_scores(detector.forest, used)
    isolated = scores >= detector.threshold
    _put(columns, "score", known, scores.tolist())
    _put(columns, "is_isolated", known, isolated.tolist())
    flagged = isolated
    if detector.density is not None:
        noise = are_noise(detector.density, used)
        _put(columns, "is_noise", known, noise.tolist())
        flagged = isolated | noise
    found = np.flatnonzero(flagged | (scores >= detector.told_from))
    filled = scaling.filled(natural[known[found]])
    contributions = isolating_contributions(detector.forest, used[found], scores[found])
    names = likely_kinds(kinds, scaling, natural=filled, scaled=scaled[found])
    _put(columns, "kind", known[found], names)
    for row, place in enumerate(known[found].tolist()):
        told = _reasons(scaling, filled[row], scaled[found[row]], contributions[row])
        for nth, reason in zip(PLACES, told, strict=False):
            for name, _ in _PER_PLACE:
                columns[f"{nth}_{name}"][place] = getattr(reason, name)
    return columns


def _reasons(
    scaling: Scaling,
    natural: NDArray[np.float64],
    scaled: NDArray[np.float64],
    contributions: NDArray[np.float64],
) -> list[Reason]:
    """The three features that set a row apart most, of those not at the median."""
    used = np.flatnonzero(scaling.used)
    ranked = sorted(
        (
            # Rounded, so that noise in the last bits cannot swap two features.
            (-round(float(contribution), 9), -abs(float(scaled[place])), int(place))
            for place, contribution in zip(used, contributions, strict=True)
            if scaled[place] != 0
        ),
    )
    return [
        _reason(scaling, place, natural=natural, scaled=scaled, contribution=-minus)
        for minus, _, place in ranked[: len(PLACES)]
    ]


def _reason(
    scaling: Scaling,
    place: int,
    *,
    natural: NDArray[np.float64],
    scaled: NDArray[np.float64],
    contribution: float,
) -> Reason:
    feature = scaling.features[place]
    value, typical = float(natural[place]), float(scaling.typical[place])
    direction = "high" if scaled[place] > 0 else "low"
    return Reason(
        feature.name,
        value,
        typical,
        direction,
        contribution,
        f"{feature.label} {direction} "
        f"({format_number(value)}; typically {format_number(typical)})",
    )


def _matrix(batch: pa.RecordBatch, scaling: Scaling) -> NDArray[np.float64]:
    columns = [
        batch.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        for name in scaling.names
    ]
    return np.column_stack(columns).astype(np.float64)


def _put(
    columns: Columns,
    name: str,
    places: NDArray[np.intp],
    values: list[float] | list[bool] | list[str],
) -> None:
    for place, value in zip(places.tolist(), values, strict=True):
        columns[name][place] = value


def _worth_telling(columns: Columns) -> pa.Array:
    """Anomalies, what reasons are told of besides, and what could not be judged."""
    return pa.array(
        [
            status != SCORED or kind is not None
            for status, kind in zip(columns["status"], columns["kind"], strict=True)
        ]
    )
