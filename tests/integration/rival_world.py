"""A raw world in which every rule that a rival must follow is broken by some row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

SESSIONS = 5_000

# Draws are hashes, so that the world is always the same one.
VISITS = f"""
    select
        session,
        cast(hash(session) % 500 as integer) as person,
        timestamp '2025-01-01' + to_seconds(cast(hash(session, 1) % 5184000 as bigint))
            as started,
        cast(1 + hash(session, 2) % 12 as integer) as length,
        cast(1 + hash(session, 3) % 700 as integer) as pace
    from (select unnest(range({SESSIONS})) as session)
"""
EVENTS = f"""
    with visits as ({VISITS}),
    steps as (
        select *, unnest(range(length)) as step from visits
        union all
        -- A streak of a week, with a heartbeat at the moment of each cap.
        select 900001, 900001, timestamp '2025-01-05 22:50:00', 0, 600, step
        from (select unnest(range(1100)) as step)
        union all
        -- A robot by pace, another by views, and a person just below both.
        select 900002, 900002, timestamp '2025-01-07 10:00:00', 0, 0, step
        from (select unnest(range(150)) as step)
        union all
        select 900003, 900003, timestamp '2025-01-08 10:00:00', 0, 90, step
        from (select unnest(range(201)) as step)
        union all
        select 900004, 900004, timestamp '2025-01-08 10:00:00', 0, 90, step
        from (select unnest(range(200)) as step)
    ),
    drawn as (
        select
            *,
            case when person > 900000 then 999 else hash(session, step, 7) % 1000 end
                as chance,
            started + to_milliseconds(cast(case
                when person = 900001 then step * 600000
                when person = 900002 then step * 300
                when person > 900002 then step * 90000
                else step * pace * 1000 + hash(session, step, 4) % 20000
            end as bigint)) as moment,
            case
                when person = 900001 then 'page_ping'
                when person > 900001 then 'page_view'
                else list_extract([
                    'page_view', 'Page View', 'page-view', ' pageview ', 'page_ping',
                    'page_ping', 'product_view', 'view', 'search', 'add_to_cart',
                    'cart', 'feature_use', 'identify', 'purchase', 'email_click',
                    'screen_view', 'surprise', 'checkout', 'refund', 'page_view'
                ], cast(1 + hash(session, step, 5) % 20 as integer))
            end as event_type
        from steps
    ),
    rows as (
        select
            case chance when 1 then null when 2 then ' ' when 3 then 'Undefined'
                else 'e' || session || '-' || step end as event_id,
            case when chance = 4 then null when chance = 5 then '' else event_type end
                as event_type,
            case
                when chance = 6 then 'NULL'
                when chance = 7 then ' c' || person || ' '
                when chance between 8 and 11 then null
                when person % 7 = 0 and person < 900000 then null
                else 'c' || person
            end as anonymous_id,
            case when chance = 8 then 'none' when chance in (9, 10) then null
                when person % 7 = 0 then 'd' || person end as device_id,
            case
                when person > 900000 or chance % 5 < 2 or chance in (9, 10)
                    then null
                when chance = 12 then 'guest'
                when chance = 13 then ' u' || person
                when person % 3 < 2 then 'u' || (person // 2)
            end as user_id,
            case when chance not in (10, 14) then 's' || session end
                as client_session_id,
            case
                when person % 101 = 3 then 'Mozilla/5.0 (compatible; Googlebot/2.1)'
                when person % 101 = 5 then 'Mozilla/5.0 (Linux; CUBOT P80) Mobile'
                else 'Mozilla/5.0 (X11; Linux)'
            end as user_agent,
            'https://shop.example/p/' || (chance % 9) || '?q=' || chance as page_url,
            case when chance % 3 = 0 then '/p/' || (chance % 9) || '#top' end
                as page_path,
            case when chance % 2 = 0 then 'P' || (chance % 30) end as product_id,
            'C' || (chance % 4) as category,
            case when event_type = 'purchase' then 'o' || (session // 2) end
                as order_id,
            case
                when chance = 15 then 'null'
                when chance % 10 = 6 then 'v' || session
                else 'v' || session || '-' || step
            end as page_view_id,
            case when event_type = 'feature_use' then 'F' || (chance % 3) end
                as feature_name,
            cast(null as varchar) as experiment_id,
            cast(null as varchar) as experiment_arm,
            1 as quantity,
            9.99 as unit_price,
            case
                when chance between 20 and 29 then moment
                when chance between 30 and 39 then moment - interval 90 second
                when chance = 40 then moment + interval 30 day
                when chance = 41 then cast(null as timestamp)
            end as occurred_at,
            case when chance != 41 then moment - interval 90 second end
                as device_created_at,
            case
                when chance between 42 and 46 then moment + interval 4 day
                when chance = 47 then null
                else moment - interval 89 second
            end as sent_at,
            case when chance != 48 then moment + interval 1 second end as received_at,
            chance,
            moment
        from drawn
    )
    select * from rows
    union all by name
    -- The same event once more: received later, earlier, or word by word.
    select * replace (
        case when chance between 50 and 69 then received_at + interval 2 hour
            when chance between 70 and 79 then received_at - interval 400 millisecond
            else received_at end as received_at,
        moment + interval 1 day as moment
    )
    from rows where chance between 50 and 95 or chance between 1 and 3
    union all by name
    -- Two clicks: at once, a second later, and just not a second later.
    select * replace (
        event_id || '-again' as event_id,
        page_view_id || '-again' as page_view_id,
        received_at + to_microseconds(list_extract(
            [0, 400000, 1000000, 1000001], cast(1 + chance % 4 as integer)
        )) as received_at
    )
    from rows where chance between 100 and 160
"""
ORDER_LINES = """
    with lines as (
        select number, hash(number, 1) % 100 as chance, number // 3 as order_number
        from (select unnest(range(3000)) as number)
    )
    select
        case when chance = 1 then 'undefined' else 'o' || order_number end as order_id,
        case when chance % 20 = 2 then null else 'l' || (number % 3) end as line_id,
        case when order_number % 4 = 0 then 'u' || (order_number % 240)
            when order_number % 4 = 1 then 'guest' end as user_id,
        case when order_number % 4 < 3 then 'c' || (order_number % 480) end
            as anonymous_id,
        case when order_number % 4 = 3 then 'Person' || (order_number % 99)
            || '@Shop.example' when order_number % 4 = 2 then 'no address' end as email,
        'P' || (chance % 10) as product_id,
        case when chance % 9 = 0 then null else 'usd' end as currency,
        case when chance between 10 and 15 then 'Cancelled'
            when chance between 16 and 18 then 'returned'
            when chance > 50 then 'completed' end as status,
        case when chance = 20 then null when chance between 16 and 22 then -1
            else 1 + chance % 3 end as quantity,
        case when chance = 23 then null else 5.25 + chance % 7 end as unit_price,
        case when chance % 5 = 0 then 1.5 when chance % 5 = 1 then null else 0 end
            as discount,
        case when chance = 24 then timestamp '2031-01-01'
            else timestamp '2025-01-02' + to_hours(cast(order_number as integer)) end
            as ordered_at,
        timestamp '2025-01-03' + to_hours(cast(order_number as integer)) as received_at
    from lines
"""


def lay_out(folder: Path) -> None:
    """Write the raw files of this world: five of events, two of order lines."""
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"create table events as {EVENTS}")
        connection.execute(f"create table lines as {ORDER_LINES}")
        for number in range(5):
            connection.execute(
                f"copy (select * exclude (chance, moment) from events "
                f"where epoch_us(moment) // 86400000000 % 5 = {number}) "
                f"to '{folder}/events_{number}.parquet' (format parquet)"
            )
        # Lines are corrected in the second file, and some are delivered as they were.
        connection.execute(
            f"copy lines to '{folder}/order_lines_0.parquet' (format parquet)"
        )
        connection.execute(
            "copy (select * replace (quantity + 1 as quantity, "
            "received_at + interval 1 day as received_at) from lines "
            "where line_id = 'l1' and hash(order_id) % 5 = 0 "
            "union all select * from lines where hash(order_id, 1) % 5 = 0) "
            f"to '{folder}/order_lines_1.parquet' (format parquet)"
        )
