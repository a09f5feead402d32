"""Customers and sessions that are unlike the others, how many there are, and why.

An Isolation Forest and the noise of DBSCAN are fitted to a sample; how many anomalies
there are is estimated from the scores (`contamination`), everybody is judged in chunks
(`scoring`), and a receipt says what was fitted to what (`fits`).
"""

from habitue.anomalies.contamination import Contamination, estimate_contamination
from habitue.anomalies.errors import AnomalyError
from habitue.anomalies.fits import fit_detectors
from habitue.anomalies.maps import map_anomalies
from habitue.anomalies.scoring import score_customers, score_sessions

__all__ = [
    "AnomalyError",
    "Contamination",
    "estimate_contamination",
    "fit_detectors",
    "map_anomalies",
    "score_customers",
    "score_sessions",
]
