{#- The arms of the settings, each with the part of [0, 1) that is its share; the last
    one ends at 1 whatever rounding says. -#}
with

described as (

    {%- set rows = [] -%}
    {%- for name, one in experiments().items() -%}
        {%- set parts = namespace(sum=0) -%}
        {%- for arm, share in one.arms.items() -%}
            {%- do rows.append({
                'experiment': name, 'arm': arm, 'share': share, 'number': loop.index,
                'from': parts.sum, 'to': 1 if loop.last else parts.sum + share,
            }) -%}
            {%- set parts.sum = parts.sum + share -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for row in rows %}
    select
        '{{ row.experiment }}' as experiment_id,
        '{{ row.arm }}' as arm,
        {{ row.number }} as arm_number,
        cast({{ row.share }} as double precision) as share,
        cast({{ row.from }} as double precision) as share_from,
        cast({{ row.to }} as double precision) as share_to,
        {{ row.number == 1 }} as is_control
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ no_experiments({
        'experiment_id': 'varchar', 'arm': 'varchar', 'arm_number': 'integer',
        'share': 'double precision', 'share_from': 'double precision',
        'share_to': 'double precision', 'is_control': 'boolean',
    }) }}
    {%- endfor %}

)

select * from described
