"""What the engine quotes is not passed on; what helps to find it is."""

from __future__ import annotations

import traceback

import duckdb
import pytest

from habitue.privacy.quiet_errors import QuietCursor

PLANTED = "planted-7431"


@pytest.fixture
def cursor():
    return QuietCursor(duckdb.connect())


def told_by(cursor, sql):
    """All that a log could get to see of an error, the traceback included."""
    with pytest.raises(duckdb.Error) as caught:
        cursor.execute(sql).fetchall()
    return "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "expression",
    [
        "cast(text as integer)",
        "cast(text as date)",
        "cast(text as uuid)",
        "strptime(text, '%Y')",
        "json_extract(text || '{', '$.a')",
        "error(text)",
    ],
)
def test_a_value_that_cannot_be_read_is_not_quoted(cursor, expression):
    sql = f"select {expression} from given"
    cursor.execute(f"create table given as select '{PLANTED}' as text")
    with pytest.raises(duckdb.Error, match=PLANTED):
        cursor._cursor.execute(sql).fetchall()  # noqa: SLF001
    assert PLANTED not in told_by(cursor, sql)


def test_a_line_of_a_file_is_named_but_not_quoted(cursor, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("a,b\n" + "1,2\n" * 25_000 + f"1,2,{PLANTED}\n")
    sql = f"select * from read_csv('{path}', header = true, all_varchar = true)"
    told = told_by(cursor, sql)
    assert PLANTED not in told
    assert "CSV Error on Line: 25002; Expected Number of Columns: 2 Found: 3" in told
    assert f"file = {path}" in told


@pytest.mark.parametrize("text", ["x", f"{PLANTED},1\n" * 9, "no length " + "PAR1"])
def test_a_file_that_is_no_parquet_is_named(cursor, tmp_path, text):
    path = tmp_path / "events.parquet"
    path.write_text(text)
    told = told_by(cursor, f"select * from read_parquet('{path}')")
    assert str(path) in told
    assert PLANTED not in told


def test_what_is_wrong_with_the_sql_is_told_in_full(cursor):
    assert '"nonsense" was not found' in told_by(cursor, "select nonsense")
    assert "no_such_table" in told_by(cursor, "select * from no_such_table")
