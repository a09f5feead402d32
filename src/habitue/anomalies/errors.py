"""What can be wrong with what anomalies are looked for in."""

from __future__ import annotations


class AnomalyError(ValueError):
    """The tables that anomalies are looked for in do not fit together."""
