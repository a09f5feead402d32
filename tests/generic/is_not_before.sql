{% test is_not_before(model, column_name, other) %}
select {{ other }}, {{ column_name }}
from {{ model }}
where {{ column_name }} < {{ other }}
{% endtest %}
