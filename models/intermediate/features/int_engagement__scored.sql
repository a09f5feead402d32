{#- Weights are fixed by a setting and not by the other customers, so that scores can be
    compared between dates and shops. What is not known earns nothing. -#}
{%- set weights = engagement_weights() -%}
{%- set total = weights | sum(attribute='weight') -%}
with

earned as (

    select
        customer_id,
        as_of_date,
        {%- for one in weights %}
        {{ one.weight }} * {{ clipped_value(
            '(cast(' ~ one.feature ~ ' as double precision) - ' ~ one.none_at ~ ') / '
            ~ (one.full_at - one.none_at), 0, 1
        ) | indent(8) }} as {{ one.feature }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('customer_features') }}

),

scored as (

    select
        customer_id,
        as_of_date,
        100 * ((
            {%- for one in weights %}
            coalesce({{ one.feature }}, 0){% if not loop.last %} +{% endif %}
            {%- endfor %}
        ) / {{ total }}) as engagement_score
    from earned

)

select * from scored
