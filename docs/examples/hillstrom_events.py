"""Write the Hillstrom e-mail test as canonical events and order lines.

Usage: python hillstrom_events.py email_test.parquet events.parquet order_lines.parquet

Three arms of 64,000 customers, and what came of two weeks. The file has no dates: the
e-mails go out at 2008-03-01 00:00 UTC here. The `history` of a customer, spent in the
year before, is one order, as many months (of 30 days) before as `recency` says. A visit
is a page view the day after, spending an order of that visit. `hillstrom_lossy` is the
same test with every tenth customer of `mens_email` lost, as by faulty logging.
"""

import sys

import duckdb

CUSTOMERS = """
    create table customers as
    select
        'c' || lpad(cast(file_row_number as varchar), 5, '0') as user_id,
        case segment
            when 'No E-Mail' then 'no_email'
            when 'Mens E-Mail' then 'mens_email'
            else 'womens_email'
        end as arm,
        file_row_number % 10 = 0 as is_tenth,
        *
    from read_parquet('{source}', file_row_number = true)
"""
EVENTS = """
    select
        user_id,
        'campaign_exposure' as event_type,
        timestamp '2008-03-01' as occurred_at,
        'x' || user_id as event_id,
        'hillstrom' as experiment_id,
        arm as experiment_arm
    from customers
    union all
    select
        user_id, 'campaign_exposure', timestamp '2008-03-01', 'y' || user_id,
        'hillstrom_lossy', arm
    from customers
    where not (arm = 'mens_email' and is_tenth)
    union all
    select
        user_id, 'page_view', timestamp '2008-03-02', 'v' || user_id, null, null
    from customers
    where visit = 1
"""
ORDER_LINES = """
    select
        user_id,
        'h' || user_id as order_id,
        timestamp '2008-03-01' - to_days(cast(30 * recency as integer)) as ordered_at,
        history as unit_price
    from customers
    union all
    select user_id, 's' || user_id, timestamp '2008-03-02 00:10:00', spend
    from customers
    where spend > 0
"""

source, events, order_lines = sys.argv[1:]
duckdb.sql(CUSTOMERS.format(source=source))
duckdb.sql(f"copy ({EVENTS}) to '{events}' (format parquet)")
duckdb.sql(f"copy ({ORDER_LINES}) to '{order_lines}' (format parquet)")
