"""Print what came of an experiment, by method and by segment, and its health.

Usage: python experiment_tables.py habitue.duckdb hillstrom
"""

import sys

import duckdb

EFFECTS = """
    select
        arm, metric, method,
        format('{:.6f}', control_value) as control,
        format('{:.6f}', value) as value,
        format('{:+.6f}', difference) as difference,
        format('{:+.6f} to {:+.6f}', difference_low, difference_high) as "95 %",
        format('{:+.2f} %', 100 * relative_difference) as relative,
        format('{:+.2f} to {:+.2f}', 100 * relative_low, 100 * relative_high) as "95 %",
        format('{:.2g}', p_value) as p,
        format('{:.2f} %', 100 * variance_reduction) as "variance less"
    from marts.experiment_results
    where experiment_id = $name and segment_id is null
        and method in ('unadjusted', 'cuped', 'bootstrap')
    order by arm, role desc, metric, method desc
"""
SEGMENTS = """
    select
        arm, metric, segment_name as segment, method,
        format('{:,}', customer_count + control_customer_count) as customers,
        format('{:+.1f} %', 100 * relative_difference) as relative,
        format('{:+.1f} to {:+.1f}', 100 * relative_low, 100 * relative_high) as "95 %",
        format('{:.2g}', corrected_p_value) as "corrected p",
        format('{:.2g}', interaction_p_value) as "p of the interaction"
    from marts.experiment_results
    where experiment_id = $name and segment_id is not null and is_decisive
    order by arm, metric, segment_id
"""
HEALTH = """
    select check_name as "check", status, message
    from marts.experiment_health
    where experiment_id = $name
    order by status, check_name
"""

database, name = sys.argv[1:]
with duckdb.connect(database, read_only=True) as connection:
    for query in (EFFECTS, SEGMENTS, HEALTH):
        found = connection.execute(query, {"name": name})
        header = [column[0] for column in found.description]
        sys.stdout.write("\n")
        for line in (header, ["---"] * len(header), *found.fetchall()):
            cells = ["" if cell is None else str(cell) for cell in line]
            sys.stdout.write("| " + " | ".join(cells) + " |\n")
