-- What a good analyst would write for the project's default settings, in one straight
-- script. $events, $order_lines, $identities and $lookups are filled in; the padded
-- pseudonym keys are session variables.

-- part: lookups
create temp macro text_of(value) as nullif(trim(value), '');

create temp macro path_of(url) as
    nullif(regexp_extract(url, '^(?:[a-z]+://[^/?#]*)?(/[^?#]*)', 1), '');

create temp macro pseudonym_of(kind, value) as cast(substr(sha256(
    getvariable('outer_key')
    || unhex(sha256(getvariable('inner_key') || encode(kind || ':' || value)))
), 1, 32) as uuid);

create temp macro is_nothing(kind, value) as
    coalesce(list_contains(getvariable('nothings')[kind], lower(trim(value))), false);

set variable nothings = (
    select map(list(identifier_kind), list(raw_values))
    from (
        select identifier_kind, list_append(list(raw_value), '') as raw_values
        from read_csv('$lookups/identity_exclusions.csv')
        group by 1
    )
);

create temp macro id_of(kind, value) as
    case when not is_nothing(kind, value) then trim(value) end;

create type event_kind as enum (
    select distinct event_type from read_csv('$lookups/event_types.csv')
);

create temp table event_types as
select event_name, cast(event_type as event_kind) as event_type
from read_csv('$lookups/event_types.csv')
where producer = 'files';

create temp table bot_patterns as
select pattern, is_exception from read_csv('$lookups/bot_user_agents.csv');

-- part: identifiers
-- Few combinations of identifiers stand on many rows: each is cleaned and hashed once,
-- and one join hands every row its keys.
create temp table combinations as
select distinct
    anonymous_id,
    device_id,
    user_id,
    user_agent,
    case
        when id_of('anonymous_id', anonymous_id) is null
            and id_of('device_id', device_id) is null
            and id_of('user_id', user_id) is null
            then client_session_id
    end as standing_in
from $events;

create temp table cleaned as
select
    *,
    id_of('user_id', user_id) as user_value,
    case
        when id_of('anonymous_id', anonymous_id) is not null then 'anonymous_id'
        when id_of('device_id', device_id) is not null then 'device_id'
        when id_of('user_id', user_id) is not null then 'user_id'
        when id_of('client_session_id', standing_in) is not null
            then 'client_session_id'
    end as visitor_kind,
    coalesce(
        id_of('anonymous_id', anonymous_id), id_of('device_id', device_id),
        id_of('user_id', user_id), id_of('client_session_id', standing_in)
    ) as visitor_value
from combinations;

create temp table identifiers as
select
    kind,
    value,
    pseudonym_of(kind, value) as pseudonym,
    cast(row_number() over () as integer) as number
from (
    select visitor_kind as kind, visitor_value as value from cleaned
    where visitor_value is not null
    union
    select 'user_id' as kind, user_value as value from cleaned
    where user_value is not null
);

create temp table user_agents as
select
    agents.user_agent,
    coalesce(
        max(case when not patterns.is_exception then 1 else 0 end)
        > max(case when patterns.is_exception then 1 else 0 end), false
    ) as is_bot
from (select distinct user_agent from combinations) as agents
inner join bot_patterns as patterns
    on regexp_matches(lower(trim(agents.user_agent)), patterns.pattern)
group by 1;

create temp table who as
select
    cleaned.anonymous_id,
    cleaned.device_id,
    cleaned.user_id,
    cleaned.user_agent,
    cleaned.standing_in,
    visitors.number as visitor_number,
    visitors.pseudonym as visitor_id,
    users.number as user_number,
    users.pseudonym as user_key,
    coalesce(user_agents.is_bot, false) as is_bot
from cleaned
inner join identifiers as visitors
    on cleaned.visitor_kind = visitors.kind and cleaned.visitor_value = visitors.value
left join identifiers as users
    on users.kind = 'user_id' and cleaned.user_value = users.value
left join user_agents on cleaned.user_agent = user_agents.user_agent;

drop table combinations;
drop table cleaned;

-- part: events
-- The one write of the event grain: usable rows, typed, with pseudonyms.
create table events as
with timed as (
    select
        *,
        lower(replace(replace(text_of(event_type), ' ', '_'), '-', '_')) as event_name,
        case
            when sent_at is not null
                and received_at is not null
                and device_created_at is not null
                and coalesce(occurred_at, device_created_at) = device_created_at
                then received_at
                    + to_microseconds(epoch_us(device_created_at) - epoch_us(sent_at))
            else coalesce(occurred_at, device_created_at)
        end as corrected_at
    from $events
)
select
    case
        when is_nothing('event_id', timed.event_id) or timed.event_id is null
            then 'row-' || md5(cast(row(
                timed.event_name, timed.anonymous_id, timed.device_id, timed.user_id,
                timed.client_session_id, timed.user_agent, timed.page_url,
                timed.page_path, timed.product_id, timed.category, timed.order_id,
                timed.page_view_id, timed.feature_name, timed.experiment_id,
                timed.experiment_arm, timed.quantity, timed.unit_price,
                timed.occurred_at, timed.device_created_at, timed.sent_at,
                timed.received_at
            ) as varchar))
        else trim(timed.event_id)
    end as event_id,
    'files' as source,
    coalesce(event_types.event_type, cast('other' as event_kind)) as event_type,
    timed.event_name,
    who.visitor_id,
    who.user_key,
    coalesce(path_of(timed.page_path), path_of(timed.page_url)) as page_path,
    text_of(timed.product_id) as product_id,
    text_of(timed.category) as category,
    id_of('order_id', timed.order_id) as order_id,
    text_of(timed.page_view_id) as page_view_id,
    text_of(timed.feature_name) as feature_name,
    text_of(timed.experiment_id) as experiment_id,
    text_of(timed.experiment_arm) as experiment_arm,
    cast(timed.quantity as decimal(18, 4)) as quantity,
    cast(timed.unit_price as decimal(18, 4)) as unit_price,
    who.visitor_number,
    who.user_number,
    who.is_bot,
    coalesce(timed.sent_at > timed.device_created_at + interval $late_after_days day, false) as is_late,
    timed.corrected_at as occurred_at,
    timed.device_created_at,
    timed.received_at
from timed
inner join who
    on timed.anonymous_id is not distinct from who.anonymous_id
    and timed.device_id is not distinct from who.device_id
    and timed.user_id is not distinct from who.user_id
    and timed.user_agent is not distinct from who.user_agent
    and case
        when id_of('anonymous_id', timed.anonymous_id) is null
            and id_of('device_id', timed.device_id) is null
            and id_of('user_id', timed.user_id) is null
            then timed.client_session_id
    end is not distinct from who.standing_in
left join event_types on timed.event_name = event_types.event_name
where
    timed.event_name is not null
    and timed.corrected_at <= coalesce(timed.received_at, localtimestamp)
        + interval 1 day;

-- part: duplicates
-- Repeated ids and keys by hash aggregation; only their rows are windowed.
create temp macro key_of(event_type, order_id, product_id, page_view_id) as case
    when event_type = 'purchase' and order_id is not null
        then hash('order', order_id, product_id)
    when event_type in ('page_view', 'screen_view') and page_view_id is not null
        then hash('view', page_view_id)
end;

create temp table repeated as
with repeated_ids as (
    select hash(event_id) as id_hash from events group by 1 having count(*) > 1
),
repeated_keys as (
    select key_of(event_type, order_id, product_id, page_view_id) as key_hash
    from events
    where event_type in ('purchase', 'page_view', 'screen_view')
    group by 1
    having count(*) > 1
)
select
    rowid as row_id,
    event_id,
    case when not is_nothing('page_view_id', page_view_id) or event_type = 'purchase'
        then key_of(event_type, order_id, product_id, page_view_id)
    end as key_hash,
    event_type,
    occurred_at,
    received_at,
    device_created_at
from events
where
    hash(event_id) in (select id_hash from repeated_ids)
    or key_of(event_type, order_id, product_id, page_view_id)
        in (select key_hash from repeated_keys);

-- One row per row that is no event of its own: a duplicate, or a repeated key.
create temp table repeats as
with ranked as (
    select
        *,
        row_number() over (
            partition by event_id
            order by received_at, device_created_at, occurred_at, row_id
        ) as place
    from repeated
),
firsts as (
    select
        *,
        first_value(event_id) over (
            partition by key_hash
            order by occurred_at, received_at, device_created_at, event_id
        ) as first_event_id
    from ranked
    where place = 1 and key_hash is not null
)
select row_id, true as is_duplicate, false as is_order
from ranked
where place > 1
union all
select row_id, false as is_duplicate, event_type = 'purchase' as is_order
from firsts
where event_id != first_event_id;

-- part: steps
-- The narrow columns that verdicts and sessions need: what everything else reads.
create temp table steps as
select
    events.visitor_number,
    epoch_us(events.occurred_at) as moment,
    events.user_number,
    events.event_type,
    hash(
        events.event_name, events.product_id, events.order_id, events.feature_name,
        events.experiment_id, events.experiment_arm, events.page_path
    ) as target,
    repeats.is_order,
    events.rowid as row_id
from events
left join repeats on events.rowid = repeats.row_id
where
    not coalesce(repeats.is_duplicate, false)
    and not events.is_late
    and not events.is_bot;

-- part: verdicts
create temp table double_fired as
with candidates as (
    select
        *,
        moment - lag(moment) over wide <= $double_fire
            or lead(moment) over wide - moment <= $double_fire as is_close
    from steps
    window wide as (partition by visitor_number, target order by moment)
),
placed as (
    select
        candidates.row_id,
        candidates.moment - lag(candidates.moment) over (
            partition by candidates.visitor_number, candidates.target
            order by candidates.moment, events.event_id
        ) as gap
    from candidates
    inner join events on candidates.row_id = events.rowid
    where candidates.is_close
)
select row_id from placed where gap <= $double_fire;

-- A day with a minute of a robot, or with nothing but views, is busy in any case.
create temp table automated as
with busy as (
    select visitor_number, moment // 86400000000 as day
    from steps
    where is_order is null
    group by 1, 2
    having count(*) > least($events_per_minute, $views_without_engagement)
),
suspects as (
    select steps.*, busy.day
    from steps
    inner join busy
        on steps.visitor_number = busy.visitor_number
        and steps.moment // 86400000000 = busy.day
    where steps.is_order is null
)
select visitor_number, day
from suspects
where event_type != 'page_ping'
group by visitor_number, day, moment // 60000000
having count(*) > $events_per_minute and max(moment) - min(moment) >= $spread
union
select visitor_number, day
from suspects
group by 1, 2
having
    count(*) > $views_without_engagement
    and bool_and(
        user_number is null
        and event_type in $idle_views
    );

-- part: sessions
-- Sorted once by visitor and time, so that every window is one pass without a
-- partition. The order must hold, and DuckDB keeps it where it is told to.
set preserve_insertion_order = true;

create temp table ordered as
select
    steps.visitor_number,
    steps.moment,
    steps.user_number,
    case when steps.is_order is null then steps.event_type else 'other' end
        as event_type
from steps
anti join double_fired on steps.row_id = double_fired.row_id
anti join automated
    on steps.visitor_number = automated.visitor_number
    and steps.moment // 86400000000 = automated.day
where not coalesce(steps.is_order, false)
order by steps.visitor_number, steps.moment;

create temp table streaked as
with compared as (
    select
        *,
        visitor_number is distinct from lag(visitor_number) over () as is_visitor,
        moment - lag(moment) over () as gap
    from ordered
)
select
    visitor_number,
    moment,
    user_number,
    event_type,
    case when not is_visitor and gap <= $timeout then gap end as gap,
    cast(sum(case when is_visitor or gap > $timeout then 1 else 0 end) over (
        rows between unbounded preceding and current row
    ) as integer) as streak
from compared;

set preserve_insertion_order = false;
drop table ordered;

-- Few streaks are longer than the cap. These are cut into parts.
create temp table long_streaks as
select streak, min(moment) as streak_start
from streaked
group by 1
having max(moment) - min(moment) >= $cap;

create temp table cut as
select
    streaked.visitor_number,
    streaked.moment,
    streaked.user_number,
    streaked.event_type,
    streaked.streak,
    coalesce((moment - streak_start) // $cap, 0) as part,
    case
        when streak_start is null
            or (moment - streak_start) // $cap
            = (moment - gap - streak_start) // $cap
            then case when gap > $longest_gap then $longest_gap else gap end
    end as gap
from streaked
left join long_streaks on streaked.streak = long_streaks.streak;

drop table streaked;

create temp table session_days as
with heartbeats as (
    select streak, part, bucket * $heartbeat // 86400000000 as day, count(*) * $heartbeat as heartbeat
    from (
        select distinct streak, part, moment // $heartbeat as bucket
        from cut
        where event_type = 'page_ping'
    )
    group by 1, 2, 3
),
counted as (
    select
        streak,
        part,
        moment // 86400000000 as day,
        any_value(visitor_number) as visitor_number,
        arg_max(user_number, moment) as user_number,
        count(*) as event_count,
$counts
        coalesce(sum(gap), 0) as gap,
        min(moment) as started,
        max(moment) as ended
    from cut
    group by 1, 2, 3
)
select
    counted.*,
    day = min(day) over session as is_first_day,
    case
        when page_ping_count = 0 then gap
        when day = min(case when page_ping_count > 0 then day end) over session
            then heartbeat + $minimum_visit
        else heartbeat
    end as engaged
from counted
left join heartbeats using (streak, part, day)
window session as (partition by streak, part);

create temp table customers as
select customer_id, cast(row_number() over () as integer) as customer_number
from (select distinct customer_id from read_parquet('$identities'));

create temp table owners as
select identifiers.number, customers.customer_number
from identifiers
inner join read_parquet('$identities') as identities
    on identifiers.pseudonym = identities.pseudonym
inner join customers on identities.customer_id = customers.customer_id;

create table sessions as
with sessions as (
    select
        streak,
        part,
        any_value(visitor_number) as visitor_number,
        arg_max(user_number, day) as user_number,
        cast(sum(event_count) as bigint) as event_count,
$totals
        sum(engaged) / 1000000.0 as engaged_seconds,
        make_timestamp(min(started)) as started_at,
        make_timestamp(max(ended)) as ended_at
    from session_days
    group by 1, 2
)
select
    visitors.pseudonym as visitor_id,
    customers.customer_id,
    sessions.* exclude (streak, part, visitor_number, user_number),
    sessions.user_number is not null as has_login
from sessions
inner join identifiers as visitors on sessions.visitor_number = visitors.number
left join owners as visited on sessions.visitor_number = visited.number
left join owners as used on sessions.user_number = used.number
left join customers
    on coalesce(used.customer_number, visited.customer_number)
    = customers.customer_number;

-- part: orders
create temp table lines as
with raw_lines as (
    select
        *,
        md5(cast(row(
            order_id, user_id, anonymous_id, email, product_id, currency, status,
            quantity, unit_price, discount, ordered_at, received_at
        ) as varchar)) as row_hash
    from $order_lines
),
typed as (
    select
        id_of('order_id', order_id) as order_id,
        coalesce(
            id_of('line_id', line_id),
            row_hash || '-' || row_number() over (
                partition by filename, line_id, row_hash
            )
        ) as line_id,
        user_id,
        anonymous_id,
        email,
        text_of(product_id) as product_id,
        upper(text_of(currency)) as currency,
        coalesce(lower(text_of(status)), 'completed') as status,
        cast(quantity as decimal(18, 4)) as quantity,
        cast(unit_price as decimal(18, 4)) as unit_price,
        cast(coalesce(discount, 0) as decimal(18, 4)) as discount,
        ordered_at,
        received_at
    from raw_lines
),
ranked as (
    select
        *,
        row_number() over (
            partition by order_id, line_id
            order by
                received_at desc nulls last, quantity desc nulls last,
                unit_price desc nulls last, status
        ) as place
    from typed
    where
        order_id is not null
        and ordered_at <= coalesce(received_at, localtimestamp) + interval 1 day
),
used as (
    select * exclude (place), status in $cancelled as is_cancelled
    from ranked
    where place = 1
),
prices as (
    select product_id, currency, median(unit_price) as median_price
    from used
    where product_id is not null
    group by 1, 2
)
select
    used.* exclude (quantity, unit_price),
    cast(coalesce(used.quantity, 1) as decimal(18, 4)) as quantity,
    cast(coalesce(used.unit_price, prices.median_price, 0) as decimal(18, 4))
        as unit_price
from used
left join prices
    on used.product_id = prices.product_id
    and used.currency is not distinct from prices.currency;

create temp table buyers as
with people as (
    select distinct user_id, email, anonymous_id from lines
),
cleaned as (
    select
        *,
        id_of('user_id', user_id) as user_value,
        case when email like '%_@_%' then lower(id_of('email', email)) end
            as email_value,
        id_of('anonymous_id', anonymous_id) as visitor_value
    from people
)
select
    cleaned.user_id,
    cleaned.email,
    cleaned.anonymous_id,
    coalesce(users.customer_id, emails.customer_id, visitors.customer_id)
        as customer_id
from cleaned
left join read_parquet('$identities') as users
    on pseudonym_of('user_id', cleaned.user_value) = users.pseudonym
left join read_parquet('$identities') as emails
    on pseudonym_of('email', cleaned.email_value) = emails.pseudonym
left join read_parquet('$identities') as visitors
    on pseudonym_of('anonymous_id', cleaned.visitor_value) = visitors.pseudonym;

create table orders as
select
    lines.order_id,
    min(buyers.customer_id) as customer_id,
    bool_or(lines.quantity > 0 and not lines.is_cancelled) as is_purchase,
    sum(
        case
            when lines.is_cancelled and lines.quantity > 0 then 0
            else cast(lines.quantity * lines.unit_price - lines.discount
                as decimal(18, 4))
        end
    ) as amount,
    sum(
        case
            when lines.is_cancelled and lines.quantity > 0 then 0
            else lines.discount
        end
    ) as discount,
    cast(min(lines.ordered_at) as date) as day
from lines
left join buyers
    on lines.user_id is not distinct from buyers.user_id
    and lines.email is not distinct from buyers.email
    and lines.anonymous_id is not distinct from buyers.anonymous_id
group by 1;

-- part: features
create table customer_days as
with behaviour as (
    select
        coalesce(used.customer_number, visited.customer_number) as customer_number,
        day,
        count(case when is_first_day then 1 end) as session_count,
$day_totals
        sum(engaged) as engaged
    from session_days
    left join owners as visited on session_days.visitor_number = visited.number
    left join owners as used on session_days.user_number = used.number
    group by 1, 2
),
purchases as (
    select
        customers.customer_number,
        orders.day - date '1970-01-01' as day,
        count(case when orders.is_purchase then 1 end) as order_count,
        sum(case when orders.is_purchase then orders.amount end) as sold_amount,
        sum(case when orders.is_purchase then orders.discount end) as discount,
        sum(orders.amount) as revenue
    from orders
    inner join customers on orders.customer_id = customers.customer_id
    group by 1, 2
)
select * from behaviour
full outer join purchases using (customer_number, day);

create temp table customer_sums as
with latest as (
    select max(day) + 1 as as_of_day
    from (
        select day from customer_days
        union all
        select day - date '1970-01-01' as day from orders
    )
)
select
    customer_number,
    any_value(as_of_day) - max(day) as recency_days,
    any_value(as_of_day) - min(day) as tenure_days,
    count(case when as_of_day - day <= $active_days then 1 end) as active_days_28,
    coalesce(sum(case when as_of_day - day <= $recent_days then session_count end), 0)
        as session_count_90,
    coalesce(sum(session_count), 0) as session_count,
    coalesce(sum(page_view_count), 0) as page_view_count,
    coalesce(sum(engaged), 0) as engaged,
    coalesce(sum(case when as_of_day - day <= $recent_days then product_view_count end), 0)
        as product_view_count_90,
    coalesce(sum(case when as_of_day - day <= $recent_days then search_count end), 0)
        as search_count_90,
    coalesce(sum(case when as_of_day - day <= $recent_days then add_to_cart_count end), 0)
        as add_to_cart_count_90,
    coalesce(sum(case when as_of_day - day <= $recent_days then feature_use_count end), 0)
        as feature_use_count_90,
    coalesce(sum(order_count), 0) as order_count,
    coalesce(sum(revenue), 0) as revenue,
    coalesce(sum(sold_amount), 0) as sold_amount,
    coalesce(sum(discount), 0) as discount,
    any_value(as_of_day) - max(case when order_count > 0 then day end)
        as order_recency_days
from customer_days
cross join latest
group by 1;

create table features as
with cuts as (
    select
        quantile_cont(cast(order_recency_days as double), $score_cuts)
            as recency_cuts,
        quantile_cont(cast(order_count as double), $score_cuts)
            as order_cuts,
        quantile_cont(cast(revenue as double), $score_cuts) as revenue_cuts
    from customer_sums
    where order_count > 0
),
binned as (
    select
        customer_sums.*,
        1 + len(list_filter(recency_cuts, cut -> order_recency_days >= cut + 1))
            as recency_bin,
        1 + len(list_filter(order_cuts, cut -> order_count >= cut + 1)) as order_bin,
        1 + len(list_filter(revenue_cuts, cut -> cast(revenue as double) >= cut + 1))
            as revenue_bin
    from customer_sums
    cross join cuts
)
select
    customers.customer_id,
    cast(recency_days as bigint) as recency_days,
    cast(tenure_days as bigint) as tenure_days,
    active_days_28,
    cast(session_count_90 as bigint) as session_count_90,
    coalesce(cast(page_view_count as double) / nullif(session_count, 0), 0)
        as page_views_per_session,
    coalesce(cast(engaged as double) / 60000000 / nullif(session_count, 0), 0)
        as engaged_minutes_per_session,
    cast(product_view_count_90 as bigint) as product_view_count_90,
    cast(search_count_90 as bigint) as search_count_90,
    cast(add_to_cart_count_90 as bigint) as add_to_cart_count_90,
    cast(feature_use_count_90 as bigint) as feature_use_count_90,
    cast(order_count as bigint) as order_count,
    cast(order_recency_days as bigint) as order_recency_days,
    cast(revenue as decimal(18, 4)) as revenue,
    coalesce(cast(sold_amount as double) / nullif(order_count, 0), 0)
        as average_order_value,
    coalesce(
        cast(binned.discount as double) / nullif(cast(sold_amount + binned.discount as double), 0), 0
    ) as discount_ratio,
    case when order_count > 0 then 6 - recency_bin end as recency_score,
    case when order_count > 0 then order_bin end as frequency_score,
    case when order_count > 0 then revenue_bin end as monetary_score
from binned
inner join customers on binned.customer_number = customers.customer_number;

-- part: results
copy sessions to '$out/sessions.parquet' (format parquet);

copy features to '$out/features.parquet' (format parquet);
