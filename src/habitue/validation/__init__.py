"""Do segments say anything about what customers do next?"""

from habitue.validation.comparison import COMPARISON_COLUMNS, compare_groupings
from habitue.validation.kpis import INTERVAL_COLUMNS, KPIS, kpi_intervals

__all__ = [
    "COMPARISON_COLUMNS",
    "INTERVAL_COLUMNS",
    "KPIS",
    "compare_groupings",
    "kpi_intervals",
]
