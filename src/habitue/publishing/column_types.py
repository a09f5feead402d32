"""How PostgreSQL holds what DuckDB holds."""

from __future__ import annotations

import re
from typing import NamedTuple

# As PostgreSQL spells them itself, so that columns can be compared with its catalog.
_SAME = {
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "UUID": "uuid",
    "DATE": "date",
    "TIME": "time without time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "INTERVAL": "interval",
    "BLOB": "bytea",
    "JSON": "json",
}
# PostgreSQL has no such type: the nearest that holds every value, and its DuckDB name.
_NEAREST = {
    "TINYINT": ("smallint", "SMALLINT"),
    "UTINYINT": ("smallint", "SMALLINT"),
    "USMALLINT": ("integer", "INTEGER"),
    "UINTEGER": ("bigint", "BIGINT"),
    "UBIGINT": ("numeric(20,0)", "DECIMAL(20,0)"),
    "HUGEINT": ("numeric(38,0)", "DECIMAL(38,0)"),
    "UHUGEINT": ("numeric(38,0)", "DECIMAL(38,0)"),
    "TIMESTAMP_S": ("timestamp without time zone", "TIMESTAMP"),
    "TIMESTAMP_MS": ("timestamp without time zone", "TIMESTAMP"),
    "TIMESTAMP_NS": ("timestamp without time zone", "TIMESTAMP"),
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_NESTED = re.compile(r"(STRUCT|MAP|UNION)\(.*|.*\[\d*\]", re.DOTALL)


class PostgresType(NamedTuple):
    """A type of PostgreSQL, and the SQL that turns a DuckDB value into it.

    Attributes:
        name: As PostgreSQL's `format_type` spells it.
        conversion: DuckDB SQL with `{}` in the place of the column.
    """

    name: str
    conversion: str = "{}"


def postgres_type(data_type: str) -> PostgresType:
    """The type that holds a DuckDB type's values: nested ones as JSON, others as text.

    Args:
        data_type: As `duckdb_columns()` spells it.
    """
    decimal = _DECIMAL.fullmatch(data_type)
    if decimal:
        return PostgresType(f"numeric({decimal[1]},{decimal[2]})")
    if data_type in _SAME:
        return PostgresType(_SAME[data_type])
    if data_type in _NEAREST:
        name, duckdb_name = _NEAREST[data_type]
        return PostgresType(name, f"cast({{}} as {duckdb_name})")
    if data_type.endswith("[]") and data_type[:-2] in _SAME:
        return PostgresType(_SAME[data_type[:-2]] + "[]")
    if _NESTED.fullmatch(data_type):
        return PostgresType("json", "to_json({})")
    return PostgresType("text", "cast({} as varchar)")
