{#- Consent changes in one vocabulary, with the reason why one cannot be used. The
    subject is a user where the row names one, else the cookie, the device, the e-mail.
    To grant an opt-out, like do_not_sell, is to say no; to opt in to one is unclear. -#}
{%- set kinds = ['user_id', 'anonymous_id', 'device_id', 'email'] -%}
with

unioned as (

    select * from {{ ref('int_consents__unioned') }}

),

purposes as (

    select * from {{ ref('consent_purposes') }}

),

normalised as (

    select
        unioned.source,
        unioned.input_name,
        unioned.unparsable_column,
        case
            {%- for kind in kinds %}
            when {{ unless_excluded('unioned', kind) }} is not null then '{{ kind }}'
            {%- endfor %}
        end as subject_kind,
        coalesce(
            {%- for kind in kinds %}
            {{ unless_excluded('unioned', kind) }}{% if not loop.last %},{% endif %}
            {%- endfor %}
        ) as subject_value,
        unioned.is_of_unknown_kind,
        coalesce(purposes.purpose, {{ event_name_of('unioned.purpose') }}) as purpose,
        purposes.purpose is not null as is_known_purpose,
        case
            when lower(unioned.status) = 'opted_out' then 'denied'
            when lower(unioned.status) = 'opted_in' and purposes.is_opt_out then null
            when lower(unioned.status) in (
                    'granted', 'given', 'opted_in', 'true', 'yes'
                ) then case when purposes.is_opt_out then 'denied' else 'granted' end
            when lower(unioned.status) in (
                    'denied', 'withdrawn', 'revoked', 'false', 'no'
                ) then case when purposes.is_opt_out then 'granted' else 'denied' end
        end as status,
        unioned.policy_version,
        unioned.changed_at
    from unioned
    left join purposes on {{ event_name_of('unioned.purpose') }} = purposes.name
    {{ join_exclusions('unioned', kinds) }}

),

validated as (

    select
        source,
        input_name,
        subject_kind,
        subject_value,
        purpose,
        status,
        policy_version,
        case
            when unparsable_column is not null then 'unparsable ' || unparsable_column
            when subject_value is null and is_of_unknown_kind
                then 'unknown identifier kind'
            when subject_value is null then 'no identifier'
            when purpose is null then 'no purpose'
            when not is_known_purpose then 'unknown purpose'
            when status is null then 'unknown status'
            when changed_at is null then 'no time'
        end as invalid_reason,
        changed_at
    from normalised

)

select * from validated
