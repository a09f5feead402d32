{#- Consent changes of every producer that has them, each identifier of the subject in the
    column of its kind. Where e-mails are dropped, nobody is known by one. -#}
{%- set inputs = [] -%}
{%- if is_enabled('web') -%}{%- do inputs.append('stg_web__consents') -%}{%- endif -%}
{%- if is_enabled('files') -%}{%- do inputs.append('stg_files__consents') -%}{%- endif -%}
{%- set columns = {'user_id': 'user_id', 'anonymous_id': 'anonymous_id',
    'device_id': 'null', 'email': 'null'} -%}
{%- set known_kinds = columns.keys() | reject('in', dropped_columns()) | list -%}
with

consents as (

    {%- for input in inputs %}
    select
        {{ "source" if 'files' in input else "'web'" }} as source,
        input_name,
        unparsable_column,
        {{ "subject_identifier" if 'files' in input else "cast(null as varchar)" }}
            as subject_identifier,
        {{ "lower(identifier_kind)" if 'files' in input else "cast(null as varchar)" }}
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

unioned as (

    select
        source,
        input_name,
        unparsable_column,
        {%- for kind, column in columns.items() %}
        coalesce(
            {{ column }},
            case
                when coalesce(identifier_kind, 'user_id') = '{{ kind }}'
                    {{- ' and 1 = 0' if kind not in known_kinds }}
                    then subject_identifier
            end
        ) as {{ kind }},
        {%- endfor %}
        purpose,
        status,
        policy_version,
        subject_identifier is not null
        and identifier_kind not in ('{{ known_kinds | join("', '") }}')
            as is_of_unknown_kind,
        changed_at
    from consents

)

select * from unioned
