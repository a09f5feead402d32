"""Personal data gets neither into the marts nor into anything that dbt writes.

One small shop in which people put themselves where they do not belong. What the
handling takes out is gone; what gets past it by hand is found by the scan.
"""

from __future__ import annotations

import base64
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouse import PROJECT, WITHOUT_UNIT_TESTS, Build, Warehouse

from habitue.privacy.keys import pad_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "a secret of this test, longer than 32 characters"
ENVIRONMENT = {"HABITUE_PSEUDONYM_KEY": KEY}
HEADER = (
    "event_id,event_type,occurred_at,user_id,anonymous_id,email,phone,first_name,"
    "last_name,birth_date,city,user_agent,ip,page_url,referrer,utm_campaign,category,"
    "feature_name,product_id"
)
EVENTS = f"""\
{HEADER}
1,identify,2024-01-01 10:00:00,planteduser71,plantedcookie55,Planted.Mail@example.com,\
0170 7654321,Zelda,Plantedname,1961-02-03,Plantedcity,PlantedAgent/1 (x),\
203.0.113.77,,,,,,
2,page_view,2024-01-01 10:01:00,planteduser71,plantedcookie55,,,,,,,PlantedAgent/1 (x),\
"[2001:db8:7:1::77]:443",https://plantedlogin:pw@shop.example/pay/4111111111111111?\
q=plantedquery,http://203.0.113.78/,mail to other.planted@example.com,+49 170 1112223,,
3,feature_use,2024-01-02 10:00:00,planteduser71,plantedcookie55,,,,,,,,unknown,\
/u/third.planted%40example.com/5f7c8ec7c33c6c004bbafe82,,,,call 555-123-9999,P1
4,page_view,never,planteduser71,plantedcookie55,,,,,,,,,,,,,,
"""
ORDER_LINES = """\
order_id,line_id,ordered_at,user_id,email,unit_price,channel,payment_method
o1,1,2024-01-01 10:05:00,planteduser71,Buyer.Planted@example.com,20,web,\
card 4111 1111 1111 1111
"""
CONSENTS = """\
subject_identifier,identifier_kind,purpose,status,changed_at
Asked.Planted@example.com,email,newsletter,denied,2024-01-01 10:00:00
"""
# What must be nowhere but in the files and the vault, in lower case.
RAW = [
    *("planteduser71", "plantedcookie55", "planted.mail@example.com", "7654321"),
    *("plantedname", "plantedcity", "1961-02-03", "plantedagent", "203.0.113.77"),
    *("2001:db8:7:1", "plantedlogin", "4111111111111111", "4111 1111", "plantedquery"),
    *("203.0.113.78", "other.planted", "1112223", "third.planted", "123-9999"),
    *("5f7c8ec7c33c6c004bbafe82", "buyer.planted", "unplanned"),
    "asked.planted",
]
# Every table outside of the vault, with a query that gives each row as one text.
STORED = """
    select table_schema, table_name, format(
        '(select lower(cast(stored as varchar)) as text from "{}"."{}" as stored)',
        table_schema, table_name)
    from information_schema.tables
    where table_schema = 'marts'
        or (table_type = 'BASE TABLE' and table_schema != 'vault')
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "events.csv").write_text(EVENTS)
    (folder / "order_lines.csv").write_text(ORDER_LINES)
    (folder / "consents.csv").write_text(CONSENTS)
    return {
        "sources": ["files"],
        "files_events_path": str(folder / "events.csv"),
        "files_order_lines_path": str(folder / "order_lines.csv"),
        "files_consents_path": str(folder / "consents.csv"),
    }


@pytest.fixture(scope="module")
def built(
    new_warehouse: Callable[[str], Warehouse], variables: dict[str, Any]
) -> Warehouse:
    warehouse = new_warehouse("leaks")
    build = run(warehouse, "build", *WITHOUT_UNIT_TESTS, variables=variables)
    assert build.succeeded, build.output[-6000:]
    return warehouse


@pytest.fixture(scope="module")
def leaking(
    built: Warehouse,
    variables: dict[str, Any],
    new_warehouse: Callable[[str], Warehouse],
) -> tuple[Warehouse, Build]:
    """The same database with leaks written past the handling, and its scan."""
    warehouse = new_warehouse("leaking")
    shutil.copy(built.database, warehouse.database)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(
            "update intermediate.int_events__delivered set "
            "page_path = '/pay/4111111111111111', feature_name = 'PlantedUser71', "
            "product_id = '203.0.113.77', category = 'call +49 170 1112223', "
            "ip_network = '203.0.113.77' where invalid_reason is null"
        )
        connection.execute(
            "update marts.sessions set utm_source = 'from plantedname, ZELDA', "
            "utm_medium = 'x plantedcookie55 y', traffic_source = '2001:db8::7', "
            "utm_campaign = 'ada@mail.example', device_type = 'plantedagent/1 (x)'"
        )
        connection.execute(
            "update marts.orders set channel = '(0170) 765-4321', "
            "order_id = '4111111111111111'"
        )
        # Looks like a card, but the check digit is wrong; like an address, but is none.
        connection.execute(
            "update marts.orders set payment_method = '4111111111111112 v1.2.3'"
        )
    scan = run(
        warehouse,
        *("test", "--select", "test_name:holds_no_personal_data", "--store-failures"),
        variables=variables,
    )
    return warehouse, scan


def run(warehouse: Warehouse, *arguments: str, **options: Any) -> Build:
    """Run dbt with the secret key, and keep what it says beside what it writes."""
    ran = warehouse.dbt(*arguments, **{"environment": ENVIRONMENT} | options)
    logs = warehouse.folder / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / "said.txt").open("a") as said:
        said.write(ran.output)
    return ran


def assert_nothing_is_told(warehouse: Warehouse) -> None:
    padded = pad_key(KEY)
    secrets = [raw.encode() for raw in RAW]
    for part in (KEY.encode(), *padded):
        secrets += [part, part.hex().encode(), base64.b64encode(part)]
    files = [
        path
        for folder in ("target", "logs")
        for path in (warehouse.folder / folder).rglob("*")
        if path.is_file()
    ]
    assert {path.name for path in files} >= {"dbt.log", "manifest.json", "said.txt"}
    for path in files:
        content = path.read_bytes().lower()
        told = [secret for secret in secrets if secret.lower() in content]
        assert told == [], path


def test_the_handling_takes_out_what_was_planted(built: Warehouse) -> None:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        leaks = [
            place
            for *place, text in connection.execute(STORED).fetchall()
            if connection.execute(
                f"select count(*) from {text} where "
                + " or ".join(f"contains(text, '{raw}')" for raw in RAW)
            ).fetchall()
            != [(0,)]
        ]
    assert leaks == []
    assert built.query(
        "select ip_network, page_host, page_path, referrer_host, utm_campaign, "
        "category, feature_name, product_id "
        "from intermediate.int_events__delivered order by event_id limit 3"
    ) == [
        ("203.0.113.0/24", *[None] * 7),
        (
            *("2001:db8:7::/48", "shop.example", "/pay/:card", ":ip"),
            *("mail to :email", ":phone", None, None),
        ),
        (None, None, "/u/:email/:token", None, None, None, "call :phone", "P1"),
    ]


def test_the_register_has_every_column_that_is_stored(built: Warehouse) -> None:
    registered = built.query(
        "select table_schema, table_name, column_name, "
        "layer, personal_class, handling, comes_from "
        "from marts.personal_data where layer != 'source'"
    )
    found = {row[:3]: row[3:] for row in registered}
    assert len(found) == len(registered)
    stored = built.query(
        "select table_schema, table_name, column_name "
        "from information_schema.columns "
        "where table_schema in ('staging', 'vault', 'marts', 'audit')"
    )
    assert {table for _, table, _ in found.keys() - set(stored)} == {
        "tombstones", "erasure_plans", "pending_work",
    }  # fmt: skip
    assert not set(stored) - found.keys()
    assert found["vault", "profiles", "phone"] == (
        *("vault", "phone", "vault"),
        "files.events",
    )
    assert found["marts", "events", "ip_network"] == (
        *("mart", "ip", "truncate"),
        "files.events",
    )
    assert found["audit", "audit_trail", "actor"] == (
        *("audit", "operator", "keep"),
        "habitue",
    )
    assert found["staging", "stg_files__consents", "changed_at"] == (
        *("staging", "consent", "keep"),
        "files.consents",
    )


def test_a_column_that_nobody_decided_on_is_found(
    built: Warehouse,
    variables: dict[str, Any],
    new_warehouse: Callable[[str], Warehouse],
) -> None:
    warehouse = replace(
        new_warehouse("undecided"), project=new_warehouse("copy").folder
    )
    for name in ("models", "python_models", "macros", "seeds", "tests"):
        shutil.copytree(PROJECT / name, warehouse.project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, warehouse.project / name)
    marts = warehouse.project / "models/marts/core/_core__models.yml"
    text = marts.read_text()
    for description, label in {
        "Pseudonyms that belong to the customer.": "",
        "Whether a user id or an e-mail is known.": "secret",
        "Sessions that began on the day.": "email",
    }.items():
        before, after = text.split(f"        description: {description}\n", 1)
        _, after = after.split("\n", 1)
        config = f"        config: {{meta: {{personal: {label}}}}}\n" if label else ""
        text = f"{before}        description: {description}\n{config}{after}"
    marts.write_text(text)
    shutil.copy(built.database, warehouse.database)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("alter table vault.profiles add column shoe_size varchar")
        connection.execute(
            "alter table intermediate.int_events__delivered add email text"
        )
    test = run(
        warehouse,
        *("test", "--select", "assert_every_column_is_classified", "--store-failures"),
        variables=variables,
    )
    assert not test.succeeded
    assert warehouse.query(
        "select place, problem "
        "from dbt_test__audit.assert_every_column_is_classified order by 1"
    ) == [
        ("intermediate.int_events__delivered.email", "email outside of the vault"),
        ("marts.customer_days.session_count", "email has no place in a mart"),
        ("marts.customers.identifier_count", "has no class"),
        ("marts.customers.is_identified", "unknown class secret"),
        ("vault.profiles.shoe_size", "is not in the YAML"),
    ]


def test_the_scan_finds_what_gets_past_the_handling(
    leaking: tuple[Warehouse, Build],
) -> None:
    warehouse, scan = leaking
    assert not scan.succeeded
    found = set()
    for (table,) in warehouse.query(
        "select table_name from information_schema.tables "
        "where table_schema = 'dbt_test__audit'"
    ):
        mart = re.findall("personal_data_([a-z]+)", table)[0]
        for column, kind in warehouse.query(
            f'select column_name, kind from dbt_test__audit."{table}"'
        ):
            found.add((mart, column, kind))
    assert found == {
        ("events", "page_path", "card"),
        ("events", "feature_name", "user_id"),
        ("events", "product_id", "ip"),
        ("events", "category", "phone"),
        ("events", "ip_network", "ip"),
        ("sessions", "utm_source", "name"),
        ("sessions", "utm_medium", "anonymous_id"),
        ("sessions", "traffic_source", "ip"),
        ("sessions", "utm_campaign", "email"),
        ("sessions", "device_type", "user_agent"),
        ("orders", "channel", "phone"),
    }


def test_a_failing_test_tells_nothing(leaking: tuple[Warehouse, Build]) -> None:
    warehouse, _ = leaking
    assert_nothing_is_told(warehouse)


def test_a_passing_build_and_its_docs_tell_nothing(
    built: Warehouse, variables: dict[str, Any]
) -> None:
    docs = run(built, "docs", "generate", variables=variables)
    assert docs.succeeded, docs.output[-6000:]
    assert (built.folder / "target" / "catalog.json").exists()
    assert_nothing_is_told(built)


def test_a_broken_line_is_not_quoted(
    warehouse: Warehouse, variables: dict[str, Any], tmp_path: Path
) -> None:
    """What the engine's message quotes would be in the log at any level."""
    path = tmp_path / "broken.csv"
    rows = [f"{n},page_view,2024-01-01 10:00:00,u{n}\n" for n in range(25_000)]
    path.write_text(
        "event_id,event_type,occurred_at,user_id\n"
        + "".join(rows)
        + "x,page_view,2024-01-01 10:00:00,planteduser71,unplanned\n"
    )
    with duckdb.connect() as connection, pytest.raises(duckdb.Error, match="planted"):
        connection.execute(
            f"select * from read_csv('{path}', header = true, all_varchar = true)"
        ).fetchall()
    build = run(
        warehouse,
        *("--debug", "build", "--select", "+identifiers"),
        variables=variables | {"files_events_path": str(path)},
    )
    assert not build.succeeded
    assert "CSV Error on Line: 25002" in build.output
    assert str(path) in build.output
    assert_nothing_is_told(warehouse)


def test_a_file_without_a_header_is_not_quoted(
    warehouse: Warehouse, variables: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "headless.csv"
    path.write_text("planteduser71,unplanned\n" * 3)
    build = run(
        warehouse,
        *("--debug", "run", "--select", "stg_files__events"),
        variables=variables | {"files_events_path": str(path)},
    )
    assert not build.succeeded
    assert "does its first line name them?" in build.output
    assert_nothing_is_told(warehouse)


def test_a_key_that_is_too_short_is_not_quoted(
    warehouse: Warehouse, variables: dict[str, Any]
) -> None:
    short = "plantedkey-too-short"
    build = run(
        warehouse,
        *("--debug", "run", "--select", "stg_files__consents"),
        variables=variables,
        environment={"HABITUE_PSEUDONYM_KEY": short},
    )
    assert not build.succeeded
    assert "HABITUE_PSEUDONYM_KEY has 20 characters" in build.output
    for path in warehouse.folder.rglob("*"):
        assert not path.is_file() or short.encode() not in path.read_bytes(), path


def test_handling_that_is_not_carried_out_stops_the_build(
    warehouse: Warehouse, variables: dict[str, Any]
) -> None:
    handling = {"personal_data": {"ip": "drop", "email": "keep"}}
    build = run(warehouse, "parse", variables=variables | handling)
    assert not build.succeeded
    assert "email: keep cannot be done; email can be: vault, drop." in build.output


def test_what_is_dropped_from_now_on_is_forgotten(
    built: Warehouse,
    variables: dict[str, Any],
    new_warehouse: Callable[[str], Warehouse],
) -> None:
    """The next build reads again, without a full refresh; the vault forgets as well."""
    warehouse = new_warehouse("dropped")
    shutil.copy(built.database, warehouse.database)
    dropped = ("ip", "url", "user_agent", "email", "phone", "name", "address")
    handling = dict.fromkeys((*dropped, "birth_date"), "drop")
    build = run(
        warehouse,
        *("run", "--select", "+int_events__delivered", "+int_consents__delivered"),
        variables=variables | {"personal_data": handling},
    )
    assert build.succeeded, build.output[-6000:]
    assert warehouse.query(
        "select subject_key, invalid_reason from intermediate.int_consents__delivered"
    ) == [(None, "unknown identifier kind")]
    assert warehouse.query(
        "select distinct ip_network, page_host, page_path, referrer_host, email_key, "
        "profile_key, user_agent_key from intermediate.int_events__delivered"
    ) == [(None,) * 7]
    assert warehouse.value("select count(*) from vault.profiles") == 0
    assert warehouse.value("select count(*) from vault.user_agents") == 0
    assert warehouse.query(
        "select identifier_kind, raw_value from vault.identifiers order by 1, 2"
    ) == [("anonymous_id", "plantedcookie55"), ("user_id", "planteduser71")]
    assert built.value("select count(*) from vault.profiles") == 1
