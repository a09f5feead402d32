{#- People (users, e-mails; never cookies) and the match keys of what they said of
    themselves. A key that only one person has says nothing. -#}
with

keyed as (

    select
        match_keys.match_key,
        match_keys.rule_name,
        {{ person_key() }} as person_key,
        seen.event_count,
        seen.first_seen_at,
        seen.last_seen_at
    from {{ ref('int_identifiers__seen') }} as seen
    inner join {{ ref('match_keys') }} as match_keys
        on seen.profile_key = match_keys.profile_key

),

matched as (

    select
        match_key,
        rule_name,
        person_key,
        sum(event_count) as event_count,
        count(*) over (partition by match_key) as person_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from keyed
    where person_key is not null
    group by match_key, rule_name, person_key

)

select * from matched
where person_count > 1
