{#- What is computed as of the spine: the columns that the contract names. -#}
select
    customer_id,
    {%- for name in model.columns if name not in ['customer_id', 'as_of_date'] %}
    {{ name }},
    {%- endfor %}
    as_of_date
from {{ ref('int_customer_features__computed') }}
where place > 0
