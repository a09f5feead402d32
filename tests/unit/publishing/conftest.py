import shutil
from pathlib import Path

import duckdb
import pytest

BUILT = """
    create schema marts;
    create schema intermediate;
    create schema models;
    create schema vault;
    create schema staging;
    create table vault.identifiers as select 'ada@mail.example' as raw_value;
    create view staging.stg_web__pages as select raw_value from vault.identifiers;
    create table marts.segments as
    select range as segment_id, 'Loyal; "kept"' as segment_name from range(3);
    comment on table marts.segments is 'One row per segment; it''s small.';
    comment on column marts.segments.segment_id is 'Number of the segment.';
    create table intermediate.int_events__delivered as
    select
        range as event_id, uuid() as visitor_id,
        timestamp '2026-01-01' + to_seconds(range) as occurred_at
    from range(5000);
    create view marts.events as select * from intermediate.int_events__delivered;
    create view intermediate.int_events__unioned as
    select * from staging.stg_web__pages;
    create table models.segment_candidates as select 3 as k;
    create table intermediate.int_tables__released as
    select *, timestamp '2026-02-03 04:05:06' as released_at from (values
        ('marts', 'segments', 'aggregates'),
        ('marts', 'events', 'reader'),
        ('intermediate', 'int_events__delivered', 'analyst'),
        ('models', 'segment_candidates', 'analyst')
    ) as released (schema_name, table_name, audience);
"""


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(BUILT)
    return path


@pytest.fixture
def database(built_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built_once, tmp_path))
