"""Copies of databases keep the format of what they are copied from."""

import duckdb
import pytest

from habitue.database import attach_copy


@pytest.mark.parametrize("version", ["v1.0.0", "v1.5.0"])
def test_a_copy_has_the_format_of_the_database(tmp_path, version):
    made = tmp_path / "made.duckdb"
    duckdb.connect(made, config={"storage_compatibility_version": version}).close()
    with duckdb.connect(made) as connection:
        attach_copy(
            connection, tmp_path / "copy.duckdb", of="made", alias="copied", key=None
        )
        told = connection.execute(
            "select tags['storage_version'] from duckdb_databases() "
            "where database_name in ('made', 'copied')"
        ).fetchall()
    assert told == [(f"{version}+",)] * 2
