"""The colours of segments, the same in every picture of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Okabe and Ito (2008), told apart also by people who see no red or green; then darker
# ones, up to the twelve segments that there can be.
COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a900",
    "#5b5b5b", "#882255", "#117733", "#332288", "#a0522d",
)  # fmt: skip


def colours_of(segment_ids: Iterable[int]) -> dict[int, str]:
    """A colour for each segment, in the order of the ids."""
    return {
        segment_id: COLOURS[place % len(COLOURS)]
        for place, segment_id in enumerate(sorted(set(segment_ids)))
    }
