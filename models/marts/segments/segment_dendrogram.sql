{#- A count is told if neither it nor what it gives away is too small. -#}
with

linkage as (

    select * from {{ ref('segment_linkage') }}

),

names as (

    select * from {{ ref('segment_names') }}

)

select
    cast(linkage.model_version as bigint) as model_version,
    cast(linkage.node_id as bigint) as node_id,
    cast(linkage.parent_node_id as bigint) as parent_node_id,
    cast(linkage.left_node_id as bigint) as left_node_id,
    cast(linkage.right_node_id as bigint) as right_node_id,
    cast(linkage.segment_id as bigint) as segment_id,
    names.segment_name,
    case
        when linkage.disclosed_count >= {{ minimum_cell_size() }}
            then cast(linkage.customer_count as bigint)
    end as customer_count,
    cast(linkage.height as double precision) as height,
    cast(linkage.position as double precision) as position
from linkage
left join names
    on linkage.model_version = names.model_version
    and linkage.segment_id = names.segment_id
