"""What an incremental Python model reads back goes in again as what it was."""

from types import SimpleNamespace

import duckdb

from habitue.frames import previous_rows

TABLE = (
    "create table fits as select 'a' as name, cast(null as varchar) as reason, "
    "cast(null as bigint) as found_count, cast(null as timestamp) as fitted_at"
)


def test_columns_without_a_value_keep_their_types():
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        asked = SimpleNamespace(is_incremental=True, this="fits")
        rows = previous_rows(asked, connection)
        connection.register("nothing_new", rows.iloc[:0])
        described = "select column_type from (describe {})"
        assert (
            connection.execute(described.format("nothing_new")).fetchall()
            == connection.execute(described.format("fits")).fetchall()
        )


def test_the_first_build_left_nothing():
    assert previous_rows(SimpleNamespace(is_incremental=False), None) is None
