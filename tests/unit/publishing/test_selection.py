import duckdb
import pytest

from habitue.database import DatabaseError, opened
from habitue.publishing.errors import SelectionError
from habitue.publishing.selection import Audience, read_selection


def names(database, audience, only=()):
    with opened(database) as connection:
        selection = read_selection(connection, audience=audience, only=only)
    return [table.full_name for table in selection.tables]


def test_each_audience_gets_what_the_ones_before_it_get_and_more(database):
    assert names(database, Audience.aggregates) == ["marts.segments"]
    assert names(database, Audience.reader) == ["marts.events", "marts.segments"]
    assert names(database, Audience.analyst) == [
        "intermediate.int_events__delivered",
        "marts.events",
        "marts.segments",
        "models.segment_candidates",
    ]


def test_tables_are_described_and_counted(database):
    with opened(database) as connection:
        selection = read_selection(connection, audience=Audience.reader)
    events, segments = selection.tables
    assert (events.row_count, segments.row_count) == (5000, 3)
    assert selection.row_count == 5003
    assert segments.comment == "One row per segment; it's small."
    assert [tuple(column) for column in segments.columns] == [
        ("segment_id", "BIGINT", "Number of the segment."),
        ("segment_name", "VARCHAR", None),
    ]
    assert str(selection.released_at) == "2026-02-03 04:05:06"


def test_a_choice_is_by_name_with_or_without_schema(database):
    assert names(database, Audience.reader, ["marts.events"]) == ["marts.events"]
    assert names(database, Audience.reader, ["segments", "events"]) == [
        "marts.events",
        "marts.segments",
    ]


def test_what_the_audience_is_not_given_cannot_be_chosen(database):
    for asked in ("segment_candidates", "identifiers", "vault.identifiers"):
        with pytest.raises(SelectionError, match=f"{asked} is not published for rea"):
            names(database, Audience.reader, [asked])


@pytest.mark.parametrize("schema_name", ["vault", "staging", "raw", "audit"])
def test_the_vault_is_not_published_whatever_the_list_says(database, schema_name):
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into intermediate.int_tables__released values "
            f"('{schema_name}', 'identifiers', 'aggregates', now())"
        )
    assert "identifiers" not in "".join(names(database, Audience.analyst))


@pytest.mark.parametrize(
    "gone", ["intermediate.int_tables__released", "marts.segments"]
)
def test_an_unfinished_build_is_not_published(database, gone):
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"drop table {gone}")
    with pytest.raises(DatabaseError, match="no finished build"):
        names(database, Audience.reader)
