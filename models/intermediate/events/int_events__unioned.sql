{#- One canonical shape for every enabled producer. A new producer is one more view
    that gives these columns, and one more line here. -#}
{%- set inputs = [
    ('web', 'int_web_events__mapped'),
    ('support', 'int_support_events__mapped'),
    ('files', 'stg_files__events'),
    ('files', 'int_file_assignments__mapped'),
] -%}
{%- set enabled = [] -%}
{%- for producer, input in inputs if is_enabled(producer) -%}
    {%- do enabled.append((producer, input)) -%}
{%- endfor -%}
{%- for producer, input in enabled %}
select
        '{{ producer }}' as producer,
        input_name,
        unparsable_column,
        {{ canonical_list('events') }}
from {{ ref(input) }}
{% if not loop.last %}union all{% endif %}
{%- else %}
{{ no_rows('events', ['producer']) }}
{%- endfor %}
