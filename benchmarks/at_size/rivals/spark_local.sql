-- The tables that PySpark makes, in order, each written as Parquet under its name. Names
-- with a dollar are filled in; times are microseconds since 1970.

-- table: identifiers.combinations
select
    *,
    case when anonymous_value is null and device_value is null and user_value is null
        then session_value
    end as standing_in_value
from (
    select
        *,
        case when lower(trim(anonymous_id)) not in ($nothings_of_anonymous_id)
            then trim(anonymous_id) end as anonymous_value,
        case when lower(trim(device_id)) not in ($nothings_of_device_id)
            then trim(device_id) end as device_value,
        case when lower(trim(user_id)) not in ($nothings_of_user_id)
            then trim(user_id) end as user_value,
        case when lower(trim(standing_in)) not in ($nothings_of_client_session_id)
            then trim(standing_in) end as session_value
    from (
        select distinct anonymous_id, device_id, user_id, user_agent, standing_in
        from raw_events
    ) as distinct_rows
) as cleaned

-- table: identifiers.identifiers
select
    kind,
    value,
    sha2(concat(
        $outer_key,
        unhex(sha2(concat($inner_key, encode(concat(kind, ':', value), 'utf-8')), 256))
    ), 256) as digest,
    monotonically_increasing_id() as number
from (
    select
        case
            when anonymous_value is not null then 'anonymous_id'
            when device_value is not null then 'device_id'
            when user_value is not null then 'user_id'
            else 'client_session_id'
        end as kind,
        coalesce(anonymous_value, device_value, user_value, standing_in_value) as value
    from combinations
    union
    select 'user_id' as kind, user_value as value from combinations
) as named
where value is not null

-- table: identifiers.who
select
    combinations.anonymous_id,
    combinations.device_id,
    combinations.user_id,
    combinations.user_agent,
    combinations.standing_in,
    visitors.number as visitor_number,
    $uuid_of_visitors as visitor_id,
    users.number as user_number,
    $uuid_of_users as user_key,
    coalesce(robots.user_agent is not null, false) as is_bot
from combinations
inner join identifiers as visitors
    on visitors.kind = case
        when anonymous_value is not null then 'anonymous_id'
        when device_value is not null then 'device_id'
        when user_value is not null then 'user_id'
        else 'client_session_id'
    end
    and visitors.value
    = coalesce(anonymous_value, device_value, user_value, standing_in_value)
left join identifiers as users
    on users.kind = 'user_id' and users.value = combinations.user_value
left join robots on combinations.user_agent = robots.user_agent

-- table: events.events
select
    monotonically_increasing_id() as row_id,
    case
        when lower(trim(timed.event_id)) in ($nothings_of_event_id)
            or timed.event_id is null
            then concat('row-', md5(to_json(struct(timed.* except (input_name)))))
        else trim(timed.event_id)
    end as event_id,
    'files' as source,
    coalesce(event_types.event_type, 'other') as event_type,
    timed.event_name,
    who.visitor_id,
    who.user_key,
    coalesce($path_of_page_path, $path_of_page_url) as page_path,
    nullif(trim(timed.product_id), '') as product_id,
    nullif(trim(timed.category), '') as category,
    case when lower(trim(timed.order_id)) not in ($nothings_of_order_id)
        then trim(timed.order_id) end as order_id,
    case when lower(trim(timed.page_view_id)) not in ($nothings_of_page_view_id)
        then trim(timed.page_view_id) end as page_view_id,
    nullif(trim(timed.feature_name), '') as feature_name,
    nullif(trim(timed.experiment_id), '') as experiment_id,
    nullif(trim(timed.experiment_arm), '') as experiment_arm,
    cast(timed.quantity as decimal(18, 4)) as quantity,
    cast(timed.unit_price as decimal(18, 4)) as unit_price,
    who.visitor_number,
    who.user_number,
    who.is_bot,
    coalesce(timed.sent_at > timed.device_created_at + $late_after, false) as is_late,
    timed.moment,
    timed.device_created_at,
    timed.received_at
from (
    select
        *,
        lower(regexp_replace(nullif(trim(event_type), ''), '[ -]', '_')) as event_name,
        case
            when sent_at is not null
                and received_at is not null
                and device_created_at is not null
                and coalesce(occurred_at, device_created_at) = device_created_at
                then received_at + device_created_at - sent_at
            else coalesce(occurred_at, device_created_at)
        end as moment
    from raw_events
) as timed
inner join who
    on timed.anonymous_id <=> who.anonymous_id
    and timed.device_id <=> who.device_id
    and timed.user_id <=> who.user_id
    and timed.user_agent <=> who.user_agent
    and timed.standing_in <=> who.standing_in
left join event_types on timed.event_name = event_types.event_name
where
    timed.event_name is not null
    and timed.moment
    <= coalesce(timed.received_at, unix_micros(current_timestamp())) + 86400000000

-- table: duplicates.keyed
select
    row_id,
    event_id,
    event_type,
    moment,
    received_at,
    device_created_at,
    case
        when event_type = 'purchase' and order_id is not null
            then xxhash64('order', order_id, product_id)
        when event_type in ('page_view', 'screen_view') and page_view_id is not null
            then xxhash64('view', page_view_id)
    end as key_hash
from events

-- table: duplicates.repeats
with ranked as (
    select
        *,
        row_number() over (
            partition by event_id
            order by
                received_at nulls last, device_created_at nulls last, moment, row_id
        ) as place
    from keyed
    where
        event_id in (select event_id from keyed group by 1 having count(*) > 1)
        or key_hash in (
            select key_hash from keyed
            where key_hash is not null
            group by 1
            having count(*) > 1
        )
),
firsts as (
    select
        *,
        row_number() over (
            partition by key_hash
            order by
                moment, received_at nulls last, device_created_at nulls last, event_id
        ) as key_place
    from ranked
    where place = 1 and key_hash is not null
)
select row_id, true as is_duplicate, false as is_order
from ranked
where place > 1
union all
select row_id, false as is_duplicate, event_type = 'purchase' as is_order
from firsts
where key_place > 1

-- table: steps.steps
select
    events.row_id,
    events.event_id,
    events.visitor_number,
    events.user_number,
    events.event_type,
    events.moment,
    repeats.is_order,
    xxhash64(
        events.event_name, coalesce(events.product_id, ''),
        coalesce(events.order_id, ''), coalesce(events.feature_name, ''),
        coalesce(events.experiment_id, ''), coalesce(events.experiment_arm, ''),
        coalesce(events.page_path, '')
    ) as target
from events
left join repeats on events.row_id = repeats.row_id
where
    not coalesce(repeats.is_duplicate, false)
    and not events.is_late
    and not events.is_bot

-- table: verdicts.double_fired
select row_id
from (
    select
        row_id,
        moment - lag(moment) over (
            partition by visitor_number, target order by moment, event_id
        ) as gap
    from steps
) as compared
where gap <= $double_fire

-- table: verdicts.automated
select visitor_number, day
from (
    select visitor_number, moment div 86400000000 as day
    from steps
    where is_order is null and event_type != 'page_ping'
    group by visitor_number, moment div 86400000000, moment div 60000000
    having count(*) > $events_per_minute and max(moment) - min(moment) >= $spread
) as fast
union
select visitor_number, moment div 86400000000 as day
from steps
where is_order is null
group by 1, 2
having
    count(*) > $views_without_engagement
    and every(user_number is null and event_type in $idle_views)

-- table: sessions.session_days
with used as (
    select
        steps.visitor_number,
        steps.user_number,
        steps.moment,
        case when steps.is_order is null then steps.event_type else 'other' end
            as event_type
    from steps
    left anti join double_fired on steps.row_id = double_fired.row_id
    left anti join automated
        on steps.visitor_number = automated.visitor_number
        and steps.moment div 86400000000 = automated.day
    where not coalesce(steps.is_order, false)
),
compared as (
    select
        *,
        moment - lag(moment) over (partition by visitor_number order by moment) as gap
    from used
),
streaked as (
    select
        *,
        max(case when gap is null or gap > $timeout then moment end) over (
            partition by visitor_number order by moment
            rows between unbounded preceding and current row
        ) as streak
    from compared
),
cut as (
    select
        *,
        (moment - streak) div $cap as part,
        case
            when moment - gap >= streak
                and (moment - gap - streak) div $cap = (moment - streak) div $cap
                then case when gap > $longest_gap then $longest_gap else gap end
        end as inner_gap
    from streaked
),
counted as (
    select
        visitor_number,
        streak,
        part,
        moment div 86400000000 as day,
        max_by(user_number, case when user_number is not null then moment end)
            as user_number,
        count(*) as event_count,
$counts
        count(distinct case
            when event_type = 'page_ping' then moment div $heartbeat
        end) * $heartbeat as heartbeat,
        coalesce(sum(inner_gap), 0) as gap,
        min(moment) as started,
        max(moment) as ended
    from cut
    group by 1, 2, 3, 4
),
dated as (
    select
        *,
        min(day) over (partition by visitor_number, streak, part) as first_day,
        min(case when page_ping_count > 0 then day end) over (
            partition by visitor_number, streak, part
        ) as first_ping_day
    from counted
)
select
    *,
    day = first_day as is_first_day,
    case
        when page_ping_count = 0 then gap
        when day = first_ping_day then heartbeat + $minimum_visit
        else heartbeat
    end as engaged
from dated

-- table: sessions.owners
select identifiers.number, identities.customer_id
from identifiers
inner join identities on $uuid_of_identifiers = identities.pseudonym

-- table: sessions.sessions
with sessions as (
    select
        visitor_number,
        streak,
        part,
        max_by(user_number, case when user_number is not null then day end)
            as user_number,
        sum(event_count) as event_count,
$totals
        sum(engaged) as engaged,
        min(started) as started,
        max(ended) as ended
    from session_days
    group by 1, 2, 3
)
select
    $uuid_of_visitors as visitor_id,
    coalesce(used.customer_id, visited.customer_id) as customer_id,
    sessions.*,
    engaged / 1000000 as engaged_seconds,
    sessions.user_number is not null as has_login,
    timestamp_micros(started) as started_at,
    timestamp_micros(ended) as ended_at
from sessions
inner join identifiers as visitors on sessions.visitor_number = visitors.number
left join owners as visited on sessions.visitor_number = visited.number
left join owners as used on sessions.user_number = used.number

-- table: orders.lines
with typed as (
    select
        case when lower(trim(order_id)) not in ($nothings_of_order_id)
            then trim(order_id) end as order_id,
        case when lower(trim(line_id)) not in ($nothings_of_line_id)
            then trim(line_id) end as given_line_id,
        md5(to_json(struct(* except (input_name)))) as row_hash,
        case when lower(trim(user_id)) not in ($nothings_of_user_id)
            then trim(user_id) end as user_value,
        case when lower(trim(email)) not in ($nothings_of_email) and email like '%_@_%'
            then lower(trim(email)) end as email_value,
        case when lower(trim(anonymous_id)) not in ($nothings_of_anonymous_id)
            then trim(anonymous_id) end as visitor_value,
        nullif(trim(product_id), '') as product_id,
        upper(nullif(trim(currency), '')) as currency,
        coalesce(lower(nullif(trim(status), '')), 'completed') as status,
        cast(quantity as decimal(18, 4)) as quantity,
        cast(unit_price as decimal(18, 4)) as unit_price,
        cast(coalesce(discount, 0) as decimal(18, 4)) as discount,
        ordered_at,
        received_at,
        input_name
    from raw_lines
),
numbered as (
    select
        *,
        row_number() over (partition by input_name, row_hash order by ordered_at)
            as line_number
    from typed
),
ranked as (
    select
        *,
        row_number() over (
            partition by order_id, coalesce(given_line_id, row_hash || '-' || line_number)
            order by
                received_at desc nulls last, quantity desc nulls last,
                unit_price desc nulls last, status
        ) as place
    from numbered
    where
        order_id is not null
        and ordered_at
        <= coalesce(received_at, unix_micros(current_timestamp())) + 86400000000
),
used as (
    select *, status in $cancelled as is_cancelled
    from ranked
    where place = 1
),
prices as (
    select product_id, currency, median(unit_price) as median_price
    from used
    where product_id is not null
    group by 1, 2
),
filled as (
    select
        used.order_id,
        used.user_value,
        used.email_value,
        used.visitor_value,
        used.is_cancelled,
        used.ordered_at,
        used.discount,
        coalesce(used.quantity, 1) as quantity,
        coalesce(used.unit_price, cast(prices.median_price as decimal(18, 4)), 0)
            as unit_price
    from used
    left join prices
        on used.product_id = prices.product_id and used.currency <=> prices.currency
)
select
    *,
    is_cancelled and quantity > 0 as is_void,
    cast(quantity * unit_price - discount as decimal(18, 4)) as gross_amount
from filled

-- table: orders.pseudonyms
select
    kind,
    value,
    sha2(concat(
        $outer_key,
        unhex(sha2(concat($inner_key, encode(concat(kind, ':', value), 'utf-8')), 256))
    ), 256) as digest
from (
    select 'user_id' as kind, user_value as value from lines
    union
    select 'email' as kind, email_value as value from lines
    union
    select 'anonymous_id' as kind, visitor_value as value from lines
) as named
where value is not null

-- table: orders.buyers
select pseudonyms.kind, pseudonyms.value, identities.customer_id
from pseudonyms
inner join identities on $uuid_of_pseudonyms = identities.pseudonym

-- table: orders.orders
select
    lines.order_id,
    min(coalesce(users.customer_id, emails.customer_id, visitors.customer_id))
        as customer_id,
    max(case when quantity > 0 and not is_cancelled then 1 else 0 end) as order_count,
    sum(case when is_void then 0 else gross_amount end) as amount,
    sum(case when is_void then 0 else discount end) as discount,
    min(ordered_at) div 86400000000 as day
from lines
left join buyers as users
    on users.kind = 'user_id' and lines.user_value = users.value
left join buyers as emails
    on emails.kind = 'email' and lines.email_value = emails.value
left join buyers as visitors
    on visitors.kind = 'anonymous_id' and lines.visitor_value = visitors.value
group by 1

-- table: features.customer_days
with behaviour as (
    select
        coalesce(used.customer_id, visited.customer_id) as customer_id,
        day,
        sum(case when is_first_day then 1 else 0 end) as session_count,
$totals
        sum(engaged) as engaged
    from session_days
    left join owners as visited on session_days.visitor_number = visited.number
    left join owners as used on session_days.user_number = used.number
    where coalesce(used.customer_id, visited.customer_id) is not null
    group by 1, 2
),
purchases as (
    select
        customer_id,
        day,
        sum(order_count) as order_count,
        sum(case when order_count = 1 then amount end) as sold_amount,
        sum(case when order_count = 1 then discount end) as discount,
        sum(amount) as revenue
    from orders
    where customer_id is not null
    group by 1, 2
)
select * from behaviour
full outer join purchases using (customer_id, day)

-- table: features.customer_sums
with latest as (
    select max(day) + 1 as as_of_day
    from (select day from customer_days union all select day from orders) as days
)
select
    customer_id,
    max(as_of_day) - max(day) as recency_days,
    max(as_of_day) - min(day) as tenure_days,
    sum(case when as_of_day - day <= $active_days then 1 else 0 end) as active_days_28,
    sum(case when as_of_day - day <= $recent_days then coalesce(session_count, 0) else 0 end)
        as session_count_90,
    sum(case when as_of_day - day <= $recent_days then coalesce(product_view_count, 0) else 0 end)
        as product_view_count_90,
    sum(case when as_of_day - day <= $recent_days then coalesce(search_count, 0) else 0 end)
        as search_count_90,
    sum(case when as_of_day - day <= $recent_days then coalesce(add_to_cart_count, 0) else 0 end)
        as add_to_cart_count_90,
    sum(case when as_of_day - day <= $recent_days then coalesce(feature_use_count, 0) else 0 end)
        as feature_use_count_90,
    coalesce(sum(session_count), 0) as session_count,
    coalesce(sum(page_view_count), 0) as page_view_count,
    coalesce(sum(engaged), 0) as engaged,
    coalesce(sum(order_count), 0) as order_count,
    coalesce(sum(revenue), 0) as revenue,
    coalesce(sum(sold_amount), 0) as sold_amount,
    coalesce(sum(discount), 0) as discount,
    max(as_of_day) - max(case when order_count > 0 then day end) as order_recency_days
from customer_days
cross join latest
group by 1

-- table: features.features
with cuts as (
    select
        percentile(order_recency_days, array$score_cuts) as recency_cuts,
        percentile(order_count, array$score_cuts) as order_cuts,
        percentile(cast(revenue as double), array$score_cuts) as revenue_cuts
    from customer_sums
    where order_count > 0
)
select
    customer_id,
    recency_days,
    tenure_days,
    active_days_28,
    session_count_90,
    coalesce(page_view_count / nullif(session_count, 0), 0) as page_views_per_session,
    coalesce(engaged / 60000000 / nullif(session_count, 0), 0)
        as engaged_minutes_per_session,
    product_view_count_90,
    search_count_90,
    add_to_cart_count_90,
    feature_use_count_90,
    order_count,
    order_recency_days,
    cast(revenue as decimal(18, 4)) as revenue,
    coalesce(cast(sold_amount as double) / nullif(order_count, 0), 0)
        as average_order_value,
    coalesce(
        cast(discount as double) / nullif(cast(sold_amount + discount as double), 0), 0
    ) as discount_ratio,
    case when order_count > 0
        then 5 - size(filter(recency_cuts, cut -> order_recency_days >= cut + 1))
    end as recency_score,
    case when order_count > 0
        then 1 + size(filter(order_cuts, cut -> order_count >= cut + 1))
    end as frequency_score,
    case when order_count > 0
        then 1 + size(filter(revenue_cuts, cut -> cast(revenue as double) >= cut + 1))
    end as monetary_score
from customer_sums
cross join cuts
