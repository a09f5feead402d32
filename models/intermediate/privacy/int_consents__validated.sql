{#- Consent changes of every producer that has them. The subject is a user where
    the row names one, else the cookie, else the identifier of the kind it says. -#}
{%- set inputs = [] -%}
{%- if is_enabled('web') -%}{%- do inputs.append('stg_web__consents') -%}{%- endif -%}
{%- if is_enabled('files') -%}{%- do inputs.append('stg_files__consents') -%}{%- endif -%}
with

unioned as (

    {%- for input in inputs %}
    select
        {{ "source" if 'files' in input else "'web'" }} as source,
        input_name,
        unparsable_column,
        {{ "subject_identifier" if 'files' in input else "cast(null as varchar)" }}
            as subject_identifier,
        {{ "identifier_kind" if 'files' in input else "cast(null as varchar)" }}
            as identifier_kind,
        user_id,
        anonymous_id,
        purpose,
        status,
        policy_version,
        changed_at
    from {{ ref(input) }}
    {% if not loop.last %}union all{% endif %}
    {%- else %}
    {{ no_rows('consents') }}
    {%- endfor %}

),

normalised as (

    select
        source,
        input_name,
        unparsable_column,
        case
            when user_id is not null then 'user_id'
            when anonymous_id is not null then 'anonymous_id'
            when subject_identifier is not null
                then coalesce(lower(identifier_kind), 'user_id')
        end as subject_kind,
        coalesce(user_id, anonymous_id, subject_identifier) as subject_value,
        lower(purpose) as purpose,
        case
            when lower(status) in ('granted', 'given', 'opted_in', 'true', 'yes')
                then 'granted'
            when lower(status) in (
                'denied', 'withdrawn', 'revoked', 'opted_out', 'false', 'no'
            ) then 'denied'
        end as status,
        policy_version,
        changed_at
    from unioned

),

validated as (

    select
        *,
        case
            when unparsable_column is not null then 'unparsable ' || unparsable_column
            when subject_value is null then 'no identifier'
            when subject_kind = 'email' then 'an e-mail is on too few events'
            when subject_kind not in ('user_id', 'anonymous_id', 'device_id')
                then 'unknown identifier kind'
            when purpose is null then 'no purpose'
            when status is null then 'unknown status'
            when changed_at is null then 'no time'
        end as invalid_reason
    from normalised

)

select * from validated
