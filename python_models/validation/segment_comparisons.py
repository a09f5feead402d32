"""Whether segments tell what customers do later, and more than RFM or chance does."""

from habitue.frames import to_pandas
from habitue.validation import compare_groupings


def model(dbt, session):
    dbt.config(materialized="table")
    customers = to_pandas(dbt.ref("int_outcomes__sampled"))
    return compare_groupings(customers, seed=dbt.config.get("segment_seed"))
