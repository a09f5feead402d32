import duckdb
import pytest

from habitue.publishing.column_types import postgres_type


@pytest.mark.parametrize(
    ("data_type", "name"),
    [
        ("UUID", "uuid"),
        ("VARCHAR", "text"),
        ("DECIMAL(18,4)", "numeric(18,4)"),
        ("DECIMAL(38,0)", "numeric(38,0)"),
        ("TIMESTAMP", "timestamp without time zone"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp with time zone"),
        ("DOUBLE", "double precision"),
        ("JSON", "json"),
        ("VARCHAR[]", "text[]"),
        ("ENUM('a', 'b[]')", "text"),
        ("STRUCT(a INTEGER, b VARCHAR[])", "json"),
        ("STRUCT(a INTEGER)[]", "json"),
        ("MAP(VARCHAR, INTEGER)", "json"),
        ("INTEGER[3]", "json"),
        ("HUGEINT[]", "json"),
        ("HUGEINT", "numeric(38,0)"),
        ("UTINYINT", "smallint"),
        ("BIT", "text"),
    ],
)
def test_each_type_has_one_that_holds_it(data_type, name):
    assert postgres_type(data_type).name == name


@pytest.mark.parametrize(
    ("value", "converted"),
    [
        ("170141183460469231731687303715884105::hugeint", "DECIMAL(38,0)"),
        ("'a'::enum('a', 'b')", "VARCHAR"),
        ("{'a': [1, 2]}", "JSON"),
        ("255::utinyint", "SMALLINT"),
    ],
)
def test_values_are_converted_to_what_the_type_takes(value, converted):
    [(data_type,)] = duckdb.execute(f"select typeof({value})").fetchall()
    conversion = postgres_type(data_type).conversion.format(value)
    found = duckdb.execute(f"select typeof({conversion}), {conversion} = {value}")
    assert found.fetchall() == [(converted, True)]
