"""Print what customers are worth, by RFM segment and for the ten largest, as Markdown.

Usage: python value_tables.py habitue.duckdb
"""

import sys

import duckdb

MODELS = """
    select model, coalesce(parameter, status) as parameter,
        format('{:.4f}', estimate) as estimate,
        format('{:.4f}', standard_error) as "standard error",
        format('{:,.2f}', log_likelihood) as "log-likelihood",
        format('{:,}', customer_count) as customers
    from marts.value_models
    where is_in_use and as_of_date = (select max(as_of_date) from marts.value_models)
    order by model, parameter
"""
VALUED = """
    select value.*, scores.rfm_segment, scores.revenue,
        value.lifetime_value / sum(value.lifetime_value) over () as value_share
    from marts.customer_value as value
    inner join marts.rfm_scores as scores using (customer_id, as_of_date)
    where as_of_date = (select max(as_of_date) from marts.customer_value)
"""
SEGMENTS = f"""
    select rfm_segment as segment, format('{{:,}}', count(*)) as customers,
        format('{{:.3f}}', avg(probability_alive)) as "P(alive)",
        format('{{:.2f}}', avg(expected_orders_90)) as "orders in 90 days",
        format('{{:,.0f}}', median(expected_order_value)) as "order value (median)",
        format('{{:,.0f}}', sum(lifetime_value)) as "value of a year",
        format('{{:.1f}} %', 100 * sum(value_share)) as "of all value"
    from ({VALUED})
    group by rfm_segment
    order by sum(lifetime_value) desc
"""
LARGEST = f"""
    select users.raw_value as customer, rfm_segment as segment,
        format('{{:,}}', order_day_count) as "days with an order",
        format('{{:,.0f}}', revenue) as revenue,
        format('{{:,.0f}}', expected_order_value) as "order value",
        format('{{:.1f}}', expected_orders_90) as "orders in 90 days",
        format('{{:,.0f}}', lifetime_value) as "value of a year",
        format('{{:.1f}} %', 100 * value_share) as "of all value"
    from ({VALUED}) as valued
    left join vault.identifiers as users on valued.customer_id = users.pseudonym
    order by lifetime_value desc
    limit 10
"""

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for sql in (MODELS, SEGMENTS, LARGEST):
        found = connection.execute(sql)
        header = [column[0] for column in found.description]
        for line in (header, ["---"] * len(header), *found.fetchall()):
            sys.stdout.write("| " + " | ".join(cell or "" for cell in line) + " |\n")
        sys.stdout.write("\n")
