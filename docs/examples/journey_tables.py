"""Print how wrong chains are, what they say, what is worth what, and who differs.

Usage: python journey_tables.py habitue.duckdb [step or channel]
"""

import sys

import duckdb

CALIBRATION = """
    select
        segment_name as segment,
        chain_order as "order",
        format('{:,}', customer_count) as customers,
        format('{:.4f}', start_predicted) as "journeys predicted",
        format('{:.4f}', start_observed) as observed,
        format('{:+.4f}', start_error) as error,
        format('{:.4f}', predicted) as "visits predicted",
        format('{:.4f}', observed) as observed,
        format('{:+.4f}', error) as error,
        format('{:+.4f} to {:+.4f}', error_low, error_high) as "95 %",
        format('{:.4f}', calibration_error) as "mean distance",
        format('{:+.5f}', gain) as gain,
        case when is_chosen then 'chosen' end as chosen
    from marts.journey_calibration as everything
    inner join (
        select level, segment_id, chain_order, predicted as start_predicted,
            observed as start_observed, error as start_error
        from marts.journey_calibration
        where grain = 'state' and state = '(start)'
    ) as starts using (level, chain_order)
    where grain = 'all' and level = $level
        and everything.segment_id is not distinct from starts.segment_id
    order by everything.segment_id nulls first, chain_order
"""
CONVERSION = """
    select
        state,
        format('{:,}', visit_count) as visits,
        format('{:.4f}', conversion_probability) as "P(conversion)",
        format('{:.1f}', expected_steps) as steps,
        format('{:.4f}', held_out_observed) as observed,
        format('{:+.4f}', held_out_error) as error,
        format('{:+.4f} to {:+.4f}', held_out_error_low, held_out_error_high) as "95 %"
    from marts.journey_conversion
    where level = $level and segment_id is null and chain_order = 1
    order by conversion_probability desc, state
"""
REMOVALS = """
    select
        state,
        format('{:,}', visit_count) as visits,
        format('{:.3f}', removal_effect) as "removal effect",
        format('{:.3f} to {:.3f}', removal_effect_low, removal_effect_high) as "95 %",
        format('{:.3f}', attribution_share) as share,
        format('{:,.0f}', attributed_conversions) as conversions
    from marts.journey_removal_effects
    where level = $level and segment_id is null
    order by removal_effect desc, state
"""
COMPARISONS = """
    select
        compared_by, group_name as "group", reference_name as beside,
        state, next_state as next,
        format('{:.4f}', probability) as p,
        format('{:.4f}', reference_probability) as "p beside",
        format('{:+.4f}', difference) as difference,
        format('{:+.4f} to {:+.4f}', difference_low, difference_high) as "95 %",
        format('{:.2g}', corrected_p_value) as "corrected p"
    from marts.journey_comparisons
    where level = $level and compared_by != 'segment' and status = 'told'
    order by compared_by, corrected_p_value, state, next_state
    limit 12
"""
TITLES = {
    "Calibration": CALIBRATION,
    "Conversion from each state, first order, all customers": CONVERSION,
    "Removal effects, all customers": REMOVALS,
    "Arms and months that differ most": COMPARISONS,
}

database, *levels = sys.argv[1:]
with duckdb.connect(database, read_only=True) as connection:
    for title, query in TITLES.items():
        found = connection.execute(query, {"level": levels[0] if levels else "step"})
        header = [column[0] for column in found.description]
        sys.stdout.write(f"\n{title}\n\n")
        for line in (header, ["---"] * len(header), *found.fetchall()):
            cells = ["" if cell is None else str(cell) for cell in line]
            sys.stdout.write("| " + " | ".join(cells) + " |\n")
