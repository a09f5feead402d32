"""Few numbers that stand for many features: principal components."""

from habitue.decomposition.components import (
    MINIMUM_CUSTOMERS_PER_FEATURE,
    Components,
    Status,
    fit_components,
)
from habitue.decomposition.refitting import fit_components_once
from habitue.decomposition.tables import COMPONENT_COLUMNS, component_rows

__all__ = [
    "COMPONENT_COLUMNS",
    "MINIMUM_CUSTOMERS_PER_FEATURE",
    "Components",
    "Status",
    "component_rows",
    "fit_components",
    "fit_components_once",
]
