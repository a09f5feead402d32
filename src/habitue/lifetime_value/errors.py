"""What can be wrong with the input of a lifetime value model."""

from __future__ import annotations


class LifetimeValueError(ValueError):
    """Counts, values or parameters that no lifetime value model can mean."""
