"""What the marts say about the segments of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from habitue.database import opened
from habitue.dendrogram_drawing import Node

if TYPE_CHECKING:
    from pathlib import Path


class SegmentsError(ValueError):
    """There is nothing of the kind that was asked for."""


class Dendrogram(NamedTuple):
    """The hierarchy of the customers that one model was fitted to.

    Attributes:
        model_version: The version of the model.
        segment_count: Its segments.
        nodes: The top of the hierarchy, everybody first.
    """

    model_version: int
    segment_count: int
    nodes: list[Node]


_VERSIONS = """
    select linked.model_version, any_value(fitted.segment_count)
    from marts.segment_dendrogram as linked
    inner join marts.segment_models as fitted using (model_version)
    group by linked.model_version
    order by linked.model_version
"""
_NODES = """
    select
        node_id, parent_node_id, segment_id, segment_name, customer_count, height,
        position
    from marts.segment_dendrogram
    where model_version = ?
    order by node_id
"""


def read_dendrogram(database: Path, *, version: int | None = None) -> Dendrogram:
    """Read the hierarchy of a model version.

    Args:
        database: The DuckDB file that was built.
        version: The model version, None for the newest.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        SegmentsError: If there is no hierarchy, or none of this version.
    """
    with opened(database) as connection:
        known = dict(connection.execute(_VERSIONS).fetchall())
        if not known:
            raise SegmentsError("no model has a hierarchy yet: there are no customers")
        wanted = max(known) if version is None else version
        if wanted not in known:
            raise SegmentsError(
                f"model version {wanted} has no hierarchy; these have: "
                f"{', '.join(str(number) for number in known)}"
            )
        rows = connection.execute(_NODES, [wanted]).fetchall()
    return Dendrogram(wanted, known[wanted], [Node._make(row) for row in rows])
