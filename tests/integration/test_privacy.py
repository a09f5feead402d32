"""Raw identifiers live in the vault; everything else knows pseudonyms only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from warehouse import WITHOUT_ANALYSES

from habitue.privacy.keys import find_key, pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouse import Warehouse

PLANTED = (
    "secretuser7431",
    "secretcookie5512",
    "secretdevice9024",
    "secretsession6610",
    "secretmail3377@example.com",
    "secretbuyer8123",
    "secretorderer4456@example.com",
    "secretsubject2298",
)
EVENTS = """\
event_id,event_type,occurred_at,user_id,anonymous_id,device_id,client_session_id,email
1,page_view,2024-01-01 10:00:00,secretuser7431,secretcookie5512,secretdevice9024,s,
2,page_view,2024-01-01 10:01:00,,,,secretsession6610,
3,identify,2024-01-01 10:02:00,secretuser7431,,,,"  SecretMail3377@Example.com "
4,page_view,never,secretuser7431,secretcookie5512,secretdevice9024,s,
5,page_view,2024-01-01 11:00:00,secretsubject2298,,,,
6,page_view,2024-01-02 11:00:00,Zoë,,,,
"""
ORDER_LINES = """\
order_id,line_id,ordered_at,user_id,email,unit_price
o1,1,2024-01-01 10:05:00,secretbuyer8123,SECRETORDERER4456@example.com,20
o2,1,someday,secretbuyer8123,SECRETORDERER4456@example.com,20
"""
CONSENTS = """\
user_id,purpose,status,changed_at
secretsubject2298,analytics,denied,2024-01-01 09:00:00
secretsubject2298,analytics,perhaps,2024-01-01 09:00:00
"""


@pytest.fixture(scope="module")
def built(new_warehouse: Callable[[str], Warehouse]) -> Warehouse:
    warehouse = new_warehouse("privacy")
    paths = {}
    for kind, text in {
        "events": EVENTS,
        "order_lines": ORDER_LINES,
        "consents": CONSENTS,
    }.items():
        path = warehouse.folder / f"{kind}.csv"
        path.write_text(text)
        paths[f"files_{kind}_path"] = str(path)
    warehouse.build(sources=["files"], **paths)
    return warehouse


def test_the_vault_holds_every_identifier_once(built: Warehouse) -> None:
    assert sorted(
        built.query("select identifier_kind, raw_value from vault.identifiers")
    ) == [
        ("anonymous_id", "secretcookie5512"),
        ("client_session_id", "secretsession6610"),
        ("device_id", "secretdevice9024"),
        ("email", "secretmail3377@example.com"),
        ("email", "secretorderer4456@example.com"),
        ("user_id", "Zoë"),
        ("user_id", "secretbuyer8123"),
        ("user_id", "secretsubject2298"),
        ("user_id", "secretuser7431"),
    ]


def test_pseudonyms_are_the_hmac_that_python_computes(built: Warehouse) -> None:
    key = find_key({}, allow_demo_key=True)
    rows = built.query(
        "select identifier_kind, raw_value, pseudonym from vault.identifiers"
    )
    assert len(rows) == 9
    for kind, value, found in rows:
        assert found == pseudonym(key, kind=kind, value=value), (kind, value)


def test_another_key_gives_other_pseudonyms(built: Warehouse) -> None:
    key = "another key, which has more than 32 characters"
    rows = built.query(
        "select identifier_kind, raw_value, pseudonym from vault.identifiers"
    )
    assert not any(
        found == pseudonym(key, kind=kind, value=value) for kind, value, found in rows
    )


def test_no_raw_identifier_leaves_staging_and_the_vault(built: Warehouse) -> None:
    """The producer's own session id is the exception: it is a column of `sessions`."""
    columns = built.query(
        "select columns.table_schema, columns.table_name, columns.column_name "
        "from information_schema.columns as columns "
        "inner join information_schema.tables as tables "
        "using (table_schema, table_name) "
        "where columns.table_schema in ('marts', 'models', 'activation') "
        "or (columns.table_schema = 'intermediate' "
        "and tables.table_type = 'BASE TABLE')"
    )
    assert len({(schema, table) for schema, table, _ in columns}) > 20
    leaks = []
    for schema, table, column in columns:
        text = f'lower(cast("{column}" as varchar))'
        found = " or ".join(f"contains({text}, '{raw}')" for raw in PLANTED)
        count = built.value(f'select count(*) from "{schema}"."{table}" where {found}')
        if count and column != "client_session_id":
            leaks.append((schema, table, column, count))
    assert leaks == []


def test_what_dbt_writes_beside_the_database_names_nobody(built: Warehouse) -> None:
    for folder in ("target", "logs"):
        for path in (built.folder / folder).rglob("*"):
            if path.is_file():
                content = path.read_bytes().lower()
                assert not any(raw.encode() in content for raw in PLANTED), path


def test_an_identifier_is_hashed_once_and_keeps_its_pseudonym(
    built: Warehouse,
) -> None:
    before = sorted(built.query("select * from vault.identifiers"))
    built.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_events_path=str(built.folder / "events.csv"),
        files_order_lines_path=str(built.folder / "order_lines.csv"),
        files_consents_path=str(built.folder / "consents.csv"),
    )
    assert sorted(built.query("select * from vault.identifiers")) == before
