from habitue.publishing.roles import (
    Privilege,
    ServerTable,
    excesses,
    grants,
    readers_of,
    role_creations,
)
from habitue.publishing.selection import Audience

SEGMENTS = ServerTable("marts", "segments", Audience.aggregates)
EVENTS = ServerTable("marts", "events", Audience.reader)
EVIDENCE = ServerTable("models", "segment_candidates", Audience.analyst)


def allowed(role, table, *, reads=True, writes=False):
    return Privilege(role, table.schema_name, table.table_name, reads, writes)


def test_a_wider_audience_reads_what_a_narrower_one_may():
    assert readers_of(Audience.aggregates) == [
        "habitue_aggregates",
        "habitue_reader",
        "habitue_analyst",
    ]
    assert readers_of(Audience.reader) == ["habitue_reader", "habitue_analyst"]
    assert readers_of(Audience.analyst) == ["habitue_analyst"]


def test_only_missing_roles_are_created_and_nobody_logs_in_as_one():
    assert role_creations({"habitue_reader"}) == [
        "create role habitue_aggregates nologin",
        "create role habitue_analyst nologin",
    ]


def test_a_schema_opens_to_the_roles_that_read_in_it():
    statements = grants([SEGMENTS, EVENTS, EVIDENCE])
    assert (
        'grant usage on schema "marts" to '
        "habitue_aggregates, habitue_analyst, habitue_reader"
    ) in statements
    assert 'grant usage on schema "models" to habitue_analyst' in statements
    assert (
        'grant select on "marts"."events" to habitue_reader, habitue_analyst'
    ) in statements


def test_right_privileges_leave_nothing_to_tell():
    assert not excesses(
        [
            allowed("habitue_analyst", EVIDENCE),
            allowed("habitue_reader", EVIDENCE, reads=False),
            allowed("habitue_aggregates", SEGMENTS),
            allowed("habitue_reader", ServerTable("marts", "own", Audience.reader)),
        ],
        [SEGMENTS, EVENTS, EVIDENCE],
    )


def test_each_privilege_too_much_or_too_few_is_told():
    vault = ServerTable("vault", "identifiers", Audience.analyst)
    assert excesses(
        [
            allowed("habitue_reader", EVIDENCE),
            allowed("habitue_aggregates", EVENTS, reads=False),
            allowed("habitue_reader", EVENTS, reads=False),
            allowed("habitue_analyst", EVENTS, writes=True),
            allowed("habitue_analyst", vault),
        ],
        [SEGMENTS, EVENTS, EVIDENCE],
    ) == [
        "habitue_reader can read models.segment_candidates",
        "habitue_reader cannot read marts.events",
        "habitue_analyst can write marts.events",
        "habitue_analyst can read vault.identifiers",
    ]
