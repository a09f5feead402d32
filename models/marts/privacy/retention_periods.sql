{#- The var retention_days as a table, so that a person who asks can be told. -#}
{%- for class, content in retention_classes().items() %}
select
    '{{ class }}' as data_class,
    '{{ content }}' as content,
    cast({{ retention_days(class) or 'null' }} as bigint) as kept_days
{% if not loop.last %}union all{% endif %}
{%- endfor %}
