"""Print what segments are, how many there are and what they tell, as Markdown.

Usage: python segment_tables.py habitue.duckdb
"""

import sys

import duckdb

SIZES = """
    select segment_name as segment, format('{:,}', customer_count) as customers,
        format('{:.1f} %', 100 * customer_share) as share,
        format('{:.0f} d', typical_recency_days) as recency,
        format('{:.0f}', typical_order_count) as orders,
        format('{:,.0f}', typical_revenue) as "revenue (median)",
        concat_ws('; ', first_feature, second_feature) as "most telling"
    from marts.segments
    order by customer_count desc, segment_id
"""
EVIDENCE = """
    select algorithm, setting, cast(k as varchar) as k,
        format('{:.3f}', silhouette) as silhouette,
        format('{:.3f} ± {:.3f}', gap, gap_standard_error) as gap,
        format('{:.2f}', jaccard_min) as "weakest Jaccard",
        format('{:.1f} %', 100 * smallest_share) as "smallest segment",
        format('{:.0f} %', 100 * noise_share) as noise,
        format('{:.2f}', k_means_agreement) as "ARI to k-means",
        reason
    from marts.k_evidence
    where is_best or (algorithm = 'k-means' and k > 1)
    order by algorithm = 'k-means' desc, algorithm, candidate
"""
LATER = """
    pivot (
        select segment_name as segment, kpi,
            case when kpi in ('revenue', 'order_value')
                then format('{:,.0f} [{:,.0f}, {:,.0f}]', kpi_value, low, high)
                else format('{:.0f} % [{:.0f}, {:.0f}]', 100 * kpi_value, 100 * low,
                    100 * high)
            end as told,
            max(case when kpi = 'revenue' then kpi_value end)
                over (partition by segment_id) as place
        from marts.segment_validation
        where kpi != 'session_count'
    )
    on kpi in ('conversion', 'order_value', 'revenue', 'retention', 'churn')
    using any_value(told)
    group by segment, place
    order by place desc
"""
TESTS = """
    select kpi, grouped_by as "grouped by", effect_measure as effect,
        format('{:.3f} [{:.3f}, {:.3f}]', effect_size, effect_low, effect_high)
            as size,
        format('{:+.3f} [{:+.3f}, {:+.3f}]', lift, lift_low, lift_high)
            as "segments tell more by",
        case when corrected_p_value < .001 then '< .001'
            else format('{:.3f}', corrected_p_value) end as "p (Holm)"
    from marts.segment_validation_tests
    where is_tested
    order by kpi, grouped_by = 'segment' desc, grouped_by
"""

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for sql in (SIZES, EVIDENCE, LATER, TESTS):
        found = connection.execute(sql)
        header = [column[0] for column in found.description]
        rows = found.fetchall()
        if header[0] == "segment" and "place" in header:
            place = header.index("place")
            header.pop(place)
            rows = [(*row[:place], *row[place + 1 :]) for row in rows]
        for line in (header, ["---"] * len(header), *rows):
            sys.stdout.write("| " + " | ".join(cell or "" for cell in line) + " |\n")
        sys.stdout.write("\n")
