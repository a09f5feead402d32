"""Names that people gave to segments by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.clustering.errors import OwnNameError

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

OWN_NAME_COLUMNS = ("segment_id", "segment_name")


def alike(name: str) -> str:
    """What two names have in common that people would take for one."""
    return name.strip().casefold()


def read_own_names(
    own_names: pd.DataFrame | None, *, known_ids: Collection[int]
) -> dict[int, str]:
    """Segment id → name, trimmed.

    Args:
        own_names: One row per named segment: segment_id, segment_name. None for none.
        known_ids: Ids that any version ever had; where there are none yet, no id is
            refused for that.

    Raises:
        OwnNameError: If a column, an id or a name is missing, an id is unknown or comes
            twice, or two names are equal but for case and spaces around them.
    """
    if own_names is None or not len(own_names):
        return {}
    missing = [name for name in OWN_NAME_COLUMNS if name not in own_names.columns]
    if missing:
        raise OwnNameError(f"segment_own_names lacks the columns {missing}: add them")
    names: dict[int, str] = {}
    owners: dict[str, int] = {}
    for row in own_names[list(OWN_NAME_COLUMNS)].to_dict("records"):
        segment_id = _id_of(row["segment_id"])
        name = row["segment_name"]
        name = name.strip() if isinstance(name, str) else ""
        if not name:
            raise OwnNameError(
                f"segment_own_names: segment {segment_id} has an empty name: "
                "write one, or remove the row"
            )
        if segment_id in names:
            raise OwnNameError(
                f"segment_own_names: segment {segment_id} comes twice: keep one row"
            )
        if known_ids and segment_id not in known_ids:
            raise OwnNameError(
                f"segment_own_names: no version ever had a segment {segment_id}: use "
                f"one of {sorted(known_ids)}, or remove the row"
            )
        if alike(name) in owners:
            raise OwnNameError(
                f"segment_own_names: segments {owners[alike(name)]} and {segment_id} "
                f"are both called {name!r}: change one"
            )
        names[segment_id] = name
        owners[alike(name)] = segment_id
    return names


def _id_of(value: object) -> int:
    try:
        number = float(str(value))
    except ValueError:
        number = float("nan")
    if not number.is_integer():
        raise OwnNameError(
            f"segment_own_names: {value!r} is no segment_id: write the whole number "
            "that the mart segments shows"
        )
    return int(number)
