"""The rules that habitue comes with name what everybody would name so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from habitue.clustering import name_segments

SEED = Path(__file__).parents[3] / "seeds/lookups/segment_name_rules.csv"
RULES = pd.read_csv(SEED)
# Centre and spread of log1p(feature); discounts as they are.
SCALING = {
    "recency_days": (np.log1p(25), 1.1),
    "tenure_days": (np.log1p(120), 0.9),
    "active_days_28": (np.log1p(1.5), 0.8),
    "session_count_90": (np.log1p(5), 1.1),
    "product_view_count_90": (np.log1p(6), 1.2),
    "order_count": (np.log1p(1), 0.8),
    "discount_ratio": (0.04, 0.08),
}
#                  recency tenure active sessions views orders discount
PLANTED = {
    "Power users": (2, 300, 15, 60, 80, 8, 0.03),
    "Loyal customers": (10, 300, 3, 9, 8, 6, 0.03),
    "Occasional buyers": (25, 150, 1, 4, 4, 1.1, 0.02),
    "Bargain hunters": (14, 200, 3, 9, 10, 3, 0.25),
    "New customers": (4, 6, 1.5, 2, 2, 0.1, 0.0),
    "Churn risk": (90, 300, 0, 1, 0.5, 3, 0.03),
    "Dormant": (120, 200, 0, 0, 0, 0, 0.0),
    "Browsers": (9, 120, 3, 12, 25, 0, 0.0),
}


def centroids_of(natural, *, version=1):
    """Natural centroids, (k, n_features), all segments of one size."""
    rows = []
    for position, values in enumerate(natural):
        for (feature, (centre, scale)), value in zip(
            SCALING.items(), values, strict=True
        ):
            is_logged = feature != "discount_ratio"
            moved = np.log1p(value) if is_logged else value
            rows.append(
                {
                    "model_version": version,
                    "segment_id": position + 1,
                    "slot": position + 1,
                    "feature": feature,
                    "transform": "log1p" if is_logged else "none",
                    "fill": np.nan,
                    "lower": -np.inf,
                    "upper": np.inf,
                    "centre": centre,
                    "scale": scale,
                    "scaled_value": (moved - centre) / scale,
                    "natural_value": float(value),
                    "fitted_share": 1 / len(natural),
                }
            )
    return pd.DataFrame(rows)


def test_every_planted_kind_of_customer_gets_its_name():
    named = name_segments(centroids_of(PLANTED.values()), RULES)

    assert named["segment_name"].tolist() == list(PLANTED)


def test_the_names_do_not_depend_on_the_order_of_the_segments():
    backwards = list(reversed(PLANTED.items()))

    named = name_segments(centroids_of([values for _, values in backwards]), RULES)

    assert named["segment_name"].tolist() == [name for name, _ in backwards]


# What a name says of a centroid, beside all customers and by itself.
ABOVE = {
    "Power users": "session_count_90",
    "Loyal customers": "order_count",
    "Bargain hunters": "discount_ratio",
    "Churn risk": "recency_days",
    "Dormant": "recency_days",
    "Lapsed customers": "recency_days",
}
BELOW = {"New customers": "tenure_days", "Browsers": "order_count"}
AT_LEAST = {
    "Power users": ("session_count_90", 6),
    "Loyal customers": ("order_count", 1.5),
    "Bargain hunters": ("discount_ratio", 0.05),
    "Churn risk": ("recency_days", 14),
    "Dormant": ("recency_days", 28),
    "Lapsed customers": ("recency_days", 14),
    "Occasional buyers": ("order_count", 0.3),
    "Regular customers": ("order_count", 1.5),
}
AT_MOST = {
    "New customers": ("tenure_days", 90),
    "Prospects": ("order_count", 0.3),
}

kinds = st.tuples(
    *(st.floats(0, top) for top in (200, 400, 28, 90, 90, 12)), st.floats(0, 0.5)
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(kinds, min_size=2, max_size=8), min_size=1, max_size=3))
def test_no_name_misleads_whatever_the_segments_are(versions):
    tables = [
        centroids_of(natural, version=number)
        for number, natural in enumerate(versions, start=1)
    ]

    named = name_segments(pd.concat(tables), RULES)

    keys = ["model_version", "segment_id"]
    assert not named.duplicated(["model_version", "segment_name"]).any()
    values = pd.concat(tables).pivot(
        index=keys, columns="feature", values=["natural_value", "scaled_value"]
    )
    overall = values["scaled_value"].groupby("model_version").mean()
    for version, segment_id, name in named[[*keys, "segment_name"]].itertuples(
        index=False
    ):
        natural = values.loc[(version, segment_id), "natural_value"]
        beside = (
            values.loc[(version, segment_id), "scaled_value"] - overall.loc[version]
        )
        assert name not in ABOVE or beside[ABOVE[name]] > 0
        assert name not in BELOW or beside[BELOW[name]] < 0
        for limits, sign in ((AT_LEAST, 1), (AT_MOST, -1)):
            if name in limits:
                feature, limit = limits[name]
                assert sign * natural[feature] >= sign * limit
