{#- No published number is of fewer people than `minimum_cell_size`, and what is hidden
    is null. `lines` are columns whose groups hold a total and all that adds up to it:
    the only hidden number of a group is told by the others. -#}
{% test has_no_small_cell(model, count_column, lines=[]) %}
with

cells as (

    select
        *,
        {{ count_column }} as cell_count
    from {{ model }}

)

select 'too small or not hidden' as problem
from cells
where
    cell_count between 1 and {{ minimum_cell_size() - 1 }}
    or is_suppressed != (cell_count is null)
{%- for columns in lines %}
union all
select 'told by the others' as problem
from cells
group by {{ columns | join(', ') }}
having sum(case when is_suppressed then 1 else 0 end) = 1
{%- endfor %}
{% endtest %}
