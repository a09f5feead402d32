"""The colours of segments, the same in every picture of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


# States of journeys are more than segments: quieter colours for the rarer ones.
_MORE_STATES = (
    "#7b6fd0", "#3f8f93", "#c0617a", "#8f9e3b", "#b07aa1", "#9c6b30", "#4e79a7",
    "#e15759", "#76b7b2", "#59a14f",
)  # fmt: skip
_STATES = {
    "(start)": "#6b7280",
    "(conversion)": "#009e73",
    "(dropped)": "#b9bcc2",
    "(other)": "#9c9488",
    "(goes on)": "#8a8f98",
}


def state_colours(counts: Mapping[str, int]) -> dict[str, str]:
    """A colour for each state of journeys: what they end with has its own.

    Args:
        counts: How often there is each; the most frequent take the clearest colours.
    """
    free = [
        colour for colour in (*COLOURS, *_MORE_STATES) if colour not in _STATES.values()
    ]
    ranked = sorted(
        (state for state in counts if state not in _STATES),
        key=lambda state: (-counts[state], state),
    )
    return _STATES | {
        state: free[place % len(free)] for place, state in enumerate(ranked)
    }
