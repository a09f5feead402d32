"""Write a click stream of retentioneering as canonical events.

Usage: python retentioneering_events.py ecom.parquet events.parquet

Knows ecom, simple_onlineshop and ab_test_demo by their columns. Ids sort as the file
does, since several events of a user may lie at one moment; each has a product of its
own, since the same again within a second would be a double fire. `lost` is no event.
Of ab_test_demo payments are orders with what was paid, and the first event of whoever
is in the test is an exposure; who is not in the test (`not_in_test`) has none.
"""

import sys

import duckdb

EVENTS = """
    select
        {user} as user_id,
        case event when 'payment_done' then 'purchase' else event end as event_type,
        strftime(timestamp, '%Y-%m-%d %H:%M:%S.%f') as occurred_at,
        'e' || lpad(cast(file_row_number as varchar), 6, '0') as event_id,
        'p' || file_row_number as product_id,
        {channel} as utm_medium,
        {order} as order_id,
        {price} as unit_price,
        cast(null as varchar) as experiment_id,
        cast(null as varchar) as experiment_arm
    from read_parquet('{source}', file_row_number = true)
    where event != 'lost'
"""
EXPOSURES = """
    select
        {user}, 'campaign_exposure',
        strftime(min(timestamp), '%Y-%m-%d %H:%M:%S.%f'),
        'a' || cast({user} as varchar), null, null, null, null,
        'ab_test_demo', user_backet
    from read_parquet('{source}')
    where user_backet in ('test', 'control')
    group by {user}, user_backet
"""

source, target = sys.argv[1:]
found = {row[0] for row in duckdb.sql(f"describe from '{source}'").fetchall()}
user = "client_id" if "client_id" in found else "user_id"
channel = "acquisition_channel" if "acquisition_channel" in found else "null"
order, price = "cast(null as varchar)", "cast(null as double)"
if "transaction_ID" in found:
    order, price = "cast(transaction_ID as varchar)", "transaction_value"
events = EVENTS.format(
    user=user, channel=channel, order=order, price=price, source=source
)
if "user_backet" in found:
    events += " union all " + EXPOSURES.format(user=user, source=source)
duckdb.sql(f"copy ({events}) to '{target}' (format parquet)")
