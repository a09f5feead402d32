"""What a build does about segments: look, gather evidence, fit, tell.

Every function adds rows to a table of its own and gives none if there is nothing new.
"""

from habitue.segmentation.checks import check_once, policy_from
from habitue.segmentation.lineage import lineage_once, linkage_once
from habitue.segmentation.versions import evaluate_once, fit_once, settings_from

__all__ = [
    "check_once",
    "evaluate_once",
    "fit_once",
    "lineage_once",
    "linkage_once",
    "policy_from",
    "settings_from",
]
