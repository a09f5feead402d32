"""Tables that anomalies are looked for in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from habitue.anomalies.features import Feature, measure_scaling

NAMES = (
    *("orders", "revenue", "visits", "views"),
    *("tickets", "refunds", "days", "pieces"),
)
RULES = pd.DataFrame(
    {
        "subject": ["customer", "customer", "session"],
        "priority": [10, 20, 10],
        "kind": ["wholesaler", "fraud-like", "bot-like"],
        "feature": ["revenue", "orders", "views"],
        "minimum": [1e6, 4.0, 4.0],
        "maximum": [np.nan, np.nan, np.nan],
        "unit": ["natural", "deviations", "deviations"],
    }
)


def described_as(names=NAMES, *, transform="none", fill="median", unused=()):
    rows = [
        {
            "subject": subject,
            "feature": name,
            "place": place,
            "label": f"{name} in words",
            "unit": "",
            "transform": transform,
            "fill": fill,
            "is_used": name not in unused,
        }
        for subject in ("customer", "session")
        for place, name in enumerate(names, start=1)
    ]
    return pd.DataFrame(rows)


def customers_of(values, *, key="customer_id", names=NAMES):
    table = pd.DataFrame(np.asarray(values, dtype=float), columns=list(names))
    table.insert(0, key, [f"{number:06d}" for number in range(len(table))])
    return table


def features_of(count):
    return tuple(Feature(f"f{one}", "", "", "none", "never") for one in range(count))


def scaled(values):
    scaling = measure_scaling(values, features_of(values.shape[1]))
    return scaling.scaled(values)[:, scaling.used]
