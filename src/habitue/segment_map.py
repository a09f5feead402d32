"""The map of the segments, read to be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.database import opened
from habitue.map_drawing import Point

if TYPE_CHECKING:
    from pathlib import Path

_MAP = """
    select x, y, segment_id, segment_name
    from marts.segment_map where method = ? order by customer_id
"""


class MapError(ValueError):
    """There is no such map."""


def read_map(database: Path, *, method: str) -> list[Point]:
    """The points of a map, as the last build left it.

    Args:
        database: The DuckDB file that was built.
        method: Which map.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        MapError: If there is no map by this method.
    """
    with opened(database) as connection:
        rows = connection.execute(_MAP, [method]).fetchall()
    if not rows:
        raise MapError(
            f"There is no map by {method}: name it in map_methods and run `dbt build`."
        )
    return [Point._make(row) for row in rows]
