"""Centroids, rules and own names as tables, from a few numbers."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

# Scaling that changes nothing.
UNSCALED = {
    "transform": "none",
    "fill": np.nan,
    "lower": -np.inf,
    "upper": np.inf,
    "centre": 0.0,
    "scale": 1.0,
}


def centroid_rows(scaled, *, features=None, shares=None, version=1, **scaling):
    """Scaled centroids → table rows; natural = scaled unless scaling says otherwise."""
    scaled = np.asarray(scaled, dtype=float)
    features = features or ["orders", "recency", "views"][: scaled.shape[1]]
    shares = shares or [1 / len(scaled)] * len(scaled)
    settings = UNSCALED | scaling
    return pd.DataFrame(
        [
            {
                "model_version": version,
                "segment_id": position + 1,
                "slot": position + 1,
                "feature": feature,
                **settings,
                "scaled_value": scaled[position, column],
                "natural_value": scaled[position, column] * settings["scale"]
                + settings["centre"],
                "fitted_share": shares[position],
            }
            for position in range(len(scaled))
            for column, feature in enumerate(features)
        ]
    )


def rules(text):
    head = "priority,segment_name,feature,minimum,maximum,unit\n"
    return pd.read_csv(io.StringIO(head + text))


def own(names):
    return pd.DataFrame(
        {"segment_id": list(names), "segment_name": list(names.values())},
        columns=["segment_id", "segment_name"],
    )


NO_RULES = rules("")
