{#- Opt-out signals that events carried, for what the seed says they mean: a no of the
    visitor and of the user. A browser repeats its signal with everything it sends; the
    first since the subject last said yes in words counts. -#}
with

signals as (

    select * from {{ ref('opt_out_signals') }}

),

carried as (

    {%- for subject in ['visitor_id', 'user_key'] %}
    select
        delivered.{{ subject }} as subject_key,
        signals.purpose,
        signals.signal,
        delivered.occurred_at
    from {{ ref('int_events__delivered') }} as delivered
    inner join signals on delivered.opt_out_signal = signals.signal
    where
        delivered.opt_out_signal is not null
        and delivered.invalid_reason is null
        and delivered.{{ subject }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

signalled as (

    select
        carried.subject_key,
        carried.purpose,
        carried.signal,
        given.said_at as replaced_at,
        min(carried.occurred_at) as said_at
    from carried
    left join {{ ref('int_consents__given') }} as given
        on carried.subject_key = given.subject_key
        and carried.purpose = given.purpose
        and carried.occurred_at >= given.said_at
        and carried.occurred_at < given.said_until
    where coalesce(given.status, 'granted') = 'granted'
    group by 1, 2, 3, 4

)

select * from signalled
