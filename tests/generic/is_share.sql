{#- A part of a whole: between 0 and 1, or 0 and `whole`. -#}
{% test is_share(model, column_name, whole=1) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} < 0 or {{ column_name }} > {{ whole }}
{% endtest %}
