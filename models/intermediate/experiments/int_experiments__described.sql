{#- The experiments of the settings. Days begin at midnight UTC, as times are in UTC.
    -#}
with

described as (

    {%- for name, one in experiments().items() %}
    select
        '{{ name }}' as experiment_id,
        '{{ one.unit }}' as unit,
        '{{ one.assigned_by }}' as assigned_by,
        '{{ one.enrolment }}' as enrolment,
        '{{ one.analysed }}' as analysed,
        cast({{ "'" ~ one.layer ~ "'" if one.layer else 'null' }} as varchar) as layer,
        '{{ one.segments | sort | join(", ") | replace("'", "''")
            or "all customers" }}' as audience,
        '{{ one.arms | join(", ") }}' as arms,
        '{{ one.arms | first }}' as control_arm,
        '{{ one.metrics | first }}' as primary_metric,
        '{{ definition_key_of(name) }}' as definition_key,
        cast({{ one.minimum_effect or 'null' }} as double precision) as minimum_effect,
        cast({{ one.slice[0] }} as double precision) as slice_from,
        cast({{ one.slice[1] }} as double precision) as slice_to,
        {{ one.is_stratified }} as is_stratified,
        {{ one.is_holdout }} as is_holdout,
        date '{{ one.start }}' as start_date,
        date '{{ one.end }}' as end_date
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ no_experiments({
        'experiment_id': 'varchar', 'unit': 'varchar', 'assigned_by': 'varchar',
        'enrolment': 'varchar', 'analysed': 'varchar', 'layer': 'varchar',
        'audience': 'varchar', 'arms': 'varchar', 'control_arm': 'varchar',
        'primary_metric': 'varchar', 'definition_key': 'varchar',
        'minimum_effect': 'double precision', 'slice_from': 'double precision',
        'slice_to': 'double precision', 'is_stratified': 'boolean',
        'is_holdout': 'boolean', 'start_date': 'date', 'end_date': 'date',
    }) }}
    {%- endfor %}

)

select * from described
