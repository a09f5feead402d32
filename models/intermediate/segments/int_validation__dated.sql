{#- The newest date of the spine whose outcomes are known: those of validation_days, or
    of the next shorter window while no date has been followed for so long. -#}
with

dates as (

    select * from {{ ref('int_as_of__dates') }}

),

models as (

    select
        centroids.model_version,
        max(cast(centroids.as_of_date as date)) as fitted_date
    from {{ ref('segment_centroids') }} as centroids
    inner join {{ ref('int_segment_models__adopted') }} as adopted
        on centroids.model_version = adopted.model_version
    group by 1

),

followed as (

    {%- for window in validation_windows() %}
    select
        as_of_date,
        {{ window }} as window_days
    from dates
    where {{ days_after('as_of_date', window) }} <= observed_until
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

ranked as (

    select
        *,
        row_number() over (order by window_days desc, as_of_date desc) as place
    from followed

)

select
    ranked.as_of_date,
    cast(ranked.window_days as bigint) as window_days,
    cast(models.model_version as bigint) as model_version,
    models.fitted_date <= ranked.as_of_date as is_out_of_time
from ranked
cross join models
where ranked.place = 1
