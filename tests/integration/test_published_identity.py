"""Who is one customer, held against published data and cases whose answer is known.

Edge lists with their connected components, visitors who log in mid-session, and lists
of people with duplicates whose true clusters are published. What is not published is
worked out with networkx or by hand.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import duckdb
import networkx
import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner
from warehouse import PROJECT, WITHOUT_ANALYSES

from habitue.cli import app
from habitue.identity import compare, explain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from warehouse import Warehouse

STRICT_MATCHING = PROJECT / "docs/examples/strict_person_matching.yml"
UP_TO_IDENTITY = (
    "build",
    *("--select", "+identity_edges", "+identity_changes", "+customers", "+sessions"),
    *("+order_lines", "+customer_identifiers", "+int_batches__completed"),
    *("--exclude-resource-type", "test", "unit_test"),
)


def write_parquet(sql: str, path: Path) -> str:
    """Save what a query gives and say where."""
    duckdb.connect().execute(f"copy ({sql}) to '{path}' (format parquet)")
    return str(path)


def rows_of(sql: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(sql).fetchall()


# Sparkify: a music service whose visitors log in mid-session


@pytest.fixture(scope="session")
def sparkify_events(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_parquet(
        "select case page when 'NextSong' then 'feature_use' else 'page_view' end "
        "as event_type, page as feature_name, epoch_ms(ts) as occurred_at, "
        "userId as user_id, cast(sessionId as varchar) as client_session_id, "
        "userAgent as user_agent, "
        "concat('/', page, '/', itemInSession) as page_path "
        f"from '{shared_data}/sparkify/events.parquet'",
        tmp_path_factory.mktemp("sparkify_events") / "events.parquet",
    )


@pytest.fixture(scope="session")
def sparkify(sparkify_events: str, built_once: Callable[..., Warehouse]) -> Warehouse:
    return built_once(
        "sparkify",
        lambda warehouse: warehouse.build(
            sources=["files"], files_events_path=sparkify_events, session_mode="client"
        ),
    )


def test_every_sparkify_row_is_kept(sparkify: Warehouse) -> None:
    assert sparkify.query(
        "select bucket, sum(bucket_row_count) from marts.row_ledger "
        "where bucket_row_count > 0 group by 1"
    ) == [("kept", 8_056)]


def test_an_empty_sparkify_user_is_nobody(sparkify: Warehouse) -> None:
    assert sparkify.query(
        "select count(*) filter (where identifier_kind = 'user_id'), "
        "count(*) filter (where trim(raw_value) = '' or raw_value is null) "
        "from vault.identifiers"
    ) == [(97, 0)]


def test_sparkify_has_97_known_and_30_unknown_customers(sparkify: Warehouse) -> None:
    assert dict(
        sparkify.query("select is_identified, count(*) from marts.customers group by 1")
    ) == {True: 97, False: 30}


def test_sparkify_sessions_belong_to_the_user_who_logged_in(
    sparkify: Warehouse, sparkify_events: str
) -> None:
    users_by_session = defaultdict(set)
    for session, user in rows_of(
        f"select client_session_id, user_id from '{sparkify_events}'"
    ):
        users_by_session[session].add(user)
    customer_of_user = dict(
        sparkify.query(
            "select vault.raw_value, names.customer_id "
            "from marts.customer_identifiers as names "
            "inner join vault.identifiers as vault using (pseudonym) "
            "where vault.identifier_kind = 'user_id'"
        )
    )
    found: dict[str, set[Any]] = defaultdict(set)
    for session, customer in sparkify.query(
        "select sessions.client_session_id, events.customer_id from marts.events "
        "inner join marts.sessions using (session_id)"
    ):
        found[session].add(customer)
    mixed = {
        s for s, users in users_by_session.items() if "" in users and len(users) > 1
    }
    unknown = {s for s, users in users_by_session.items() if users == {""}}
    assert (len(users_by_session), len(mixed), len(unknown)) == (941, 123, 30)
    assert set(found) == set(users_by_session)
    for session, users in users_by_session.items():
        assert len(found[session]) == 1, session
        if session in unknown:
            assert not found[session] & set(customer_of_user.values()), session
        else:
            [user] = users - {""}
            assert found[session] == {customer_of_user[user]}, session


def test_sparkify_has_one_session_per_session_of_the_producer(
    sparkify: Warehouse,
) -> None:
    assert sparkify.query(
        "select count(*), count(distinct client_session_id), sum(event_count) "
        "from marts.sessions"
    ) == [(941, 941, 8_056)]


def test_sparkify_identity_does_not_hang_on_the_session_mode(
    sparkify_events: str, warehouse: Warehouse
) -> None:
    warehouse.build(
        *WITHOUT_ANALYSES, sources=["files"], files_events_path=sparkify_events
    )
    assert dict(
        warehouse.query(
            "select is_identified, count(*) from marts.customers group by 1"
        )
    ) == {True: 97, False: 30}
    [(unknown_events,)] = rows_of(
        f"select count(*) from '{sparkify_events}' where client_session_id in ("
        f"select client_session_id from '{sparkify_events}' group by 1 "
        "having max(user_id) = '')"
    )
    assert (
        warehouse.value(
            "select count(*) from marts.events "
            "inner join marts.customers using (customer_id) where not is_identified"
        )
        == unknown_events
    )


# Published edge lists with their connected components


@pytest.mark.filterwarnings("error")
def test_published_components_are_customers(
    shared_data: Path, warehouse: Warehouse
) -> None:
    """Every vertex is a cookie; an edge is a device that both were seen on."""
    folder = shared_data / "graph_components"
    events, expected = [], set()
    for path in sorted((folder / "edges").glob("*.csv")):
        edges = pd.read_csv(path, dtype=str, keep_default_na=False)
        for edge in edges.to_dict("records"):
            graph = f"{path.stem}/{edge.get('graph_id', '')}"
            for vertex in (edge["vertex_1"], edge["vertex_2"]):
                if vertex:
                    events.append(
                        {
                            "event_type": "page_view",
                            "occurred_at": pd.Timestamp("2024-03-01")
                            + pd.Timedelta(minutes=len(events)),
                            "anonymous_id": f"{graph}/{vertex}",
                            "device_id": f"{graph}/edge {edge['id']}",
                        }
                    )
        members = pd.read_csv(
            folder / "expected" / path.name, dtype=str, keep_default_na=False
        )
        for (graph, _), part in members.groupby(["graph_id", "subgraph_id"]):
            expected.add(frozenset(f"{path.stem}/{graph}/{v}" for v in part.vertex))
    events_path = warehouse.folder / "events.parquet"
    pd.DataFrame(events).to_parquet(events_path)
    warehouse.build(
        *WITHOUT_ANALYSES, sources=["files"], files_events_path=str(events_path)
    )
    found = {
        frozenset(members)
        for (members,) in warehouse.query(
            "select list(vault.raw_value) from marts.customer_identifiers as names "
            "inner join vault.identifiers as vault using (pseudonym) "
            "where vault.identifier_kind = 'anonymous_id' group by names.customer_id"
        )
    }
    assert len(expected) == 23
    assert found == expected


@pytest.mark.parametrize(
    ("node_count", "edge_count"), [(30, 20), (3_000, 2_000), (3_000, 9_000)]
)
def test_contraction_gives_the_components_of_networkx(
    warehouse: Warehouse, node_count: int, edge_count: int
) -> None:
    """Random graphs with loops and repeats, a long path and a star."""
    rng = np.random.default_rng([node_count, edge_count])
    edges = rng.integers(0, node_count, (edge_count, 2)).tolist()
    path = rng.permutation(np.arange(10**6, 10**6 + node_count)).tolist()
    edges += pairwise(path)
    edges += [(2 * 10**6, 2 * 10**6 + leaf) for leaf in range(node_count)]
    graph = networkx.Graph(edges)
    expected = [
        (node, number)
        for number, nodes in enumerate(networkx.connected_components(graph))
        for node in nodes
        if len(nodes) > 1
    ]
    pd.DataFrame(edges, columns=["left_key", "right_key"]).to_parquet(
        warehouse.folder / "edges.parquet"
    )
    pd.DataFrame(expected, columns=["node_key", "expected_key"]).to_parquet(
        warehouse.folder / "expected.parquet"
    )
    shown = warehouse.dbt(
        *("show", "--quiet", "--output", "json", "--inline"),
        "select count(*) as node_count, "
        "count(distinct component_key) as component_count, "
        "count(distinct (component_key, expected_key)) as pair_count "
        f"from '{warehouse.folder}/expected.parquet' full outer join ("
        "{% call contract_components() %} select left_key, right_key "
        f"from '{warehouse.folder}/edges.parquet' "
        "{% endcall %}) as contracted using (node_key)",
    )
    assert shown.succeeded, shown.output
    [row] = json.loads(shown.output[shown.output.index("{") :])["show"]
    count = len({number for _, number in expected})
    assert row == {
        "node_count": len(expected),
        "component_count": count,
        "pair_count": count,
    }


# Lists of people with duplicates: every row a user of its own


def build_people(warehouse: Warehouse, people: pd.DataFrame) -> None:
    """Every row identifies itself once; the rules are the documented ones."""
    start = pd.Timestamp("2024-03-01")
    people["event_type"] = "identify"
    people["occurred_at"] = start + pd.to_timedelta(np.arange(len(people)), unit="min")
    events_path = warehouse.folder / "events.parquet"
    people.to_parquet(events_path)
    warehouse.build(
        *WITHOUT_ANALYSES,
        **yaml.safe_load(STRICT_MATCHING.read_text()),
        sources=["files"],
        files_events_path=str(events_path),
    )


def pair_counts(warehouse: Warehouse, people: pd.DataFrame) -> tuple[int, int, int]:
    """Pairs of rows: put together rightly, put together, and truly of one person."""
    customers = dict(
        warehouse.query(
            "select vault.raw_value, names.customer_id "
            "from marts.customer_identifiers as names "
            "inner join vault.identifiers as vault using (pseudonym) "
            "where vault.identifier_kind = 'user_id'"
        )
    )
    found = people.user_id.map(customers)
    assert found.notna().all()

    def pairs(keys: list[pd.Series]) -> int:
        return sum(size * (size - 1) // 2 for size in people.groupby(keys).size())

    return (
        pairs([found, people.cluster]),
        pairs([found]),
        pairs([people.cluster]),
    )


def test_a_published_list_of_people_is_matched_without_an_error(
    shared_data: Path,
    warehouse: Warehouse,
    record_property: Callable[[str, object], None],
) -> None:
    people = pd.read_csv(
        shared_data / "splink_fake_1000/fake_1000.csv", dtype=str
    ).rename(
        columns={
            "unique_id": "user_id",
            "surname": "last_name",
            "dob": "birth_date",
        }
    )
    build_people(warehouse, people)
    right, found, true = pair_counts(warehouse, people)
    score = 2 * right / (found + true)
    record_property(
        "figure",
        f"splink_fake_1000: {right:,} of {found:,} pairs right, {true:,} true, "
        f"F1 {score:.4f}",
    )
    assert true == 2_031
    assert right == found
    assert score >= 0.91
    for _, one, other in warehouse.query(
        "select left_pseudonym, min(right_customer_id), max(right_customer_id) "
        "from marts.identity_edges where left_kind = 'match_key' and is_used "
        "group by 1"
    ):
        assert one == other


def test_the_same_rules_carry_over_to_another_list(
    shared_data: Path,
    warehouse: Warehouse,
    record_property: Callable[[str, object], None],
) -> None:
    """1,000 other people, half of them twice, with other kinds of mistakes."""
    people = pd.read_csv(
        shared_data / "febrl/dataset1.csv", dtype=str, skipinitialspace=True
    ).rename(
        columns={
            "rec_id": "user_id",
            "given_name": "first_name",
            "surname": "last_name",
            "date_of_birth": "birth_date",
            "suburb": "city",
            "postcode": "postal_code",
        }
    )
    people["cluster"] = people.user_id.str.extract(r"rec-(\d+)-")[0]
    people = people.drop(columns=["street_number", "soc_sec_id"])
    build_people(warehouse, people)
    right, found, true = pair_counts(warehouse, people)
    record_property(
        "figure",
        f"febrl dataset1: precision {right / found:.4f}, recall {right / true:.4f}",
    )
    assert true == 500
    assert right / found >= 0.99
    assert right / true >= 0.85


# A family's tablet and an office's address, under each mode, from build to build

HEADER = "event_id,event_type,occurred_at,anonymous_id,user_id,email\n"
TABLET = """
1,page_view,2024-03-01 08:00:00,tablet,,
2,page_view,2024-03-01 10:00:00,tablet,ada,
3,page_view,2024-03-01 12:00:00,tablet,,
4,page_view,2024-03-01 14:00:00,tablet,bob,
5,page_view,2024-03-01 16:00:00,tablet,,
6,page_view,2024-03-01 18:00:00,tablet,ada,
7,page_view,2024-03-01 20:00:00,tablet,,
8,page_view,2024-03-02 10:00:00,tablet,bob,
9,page_view,2024-03-02 12:00:00,tablet,,
"""
HOUSEHOLDS = {
    "last_touch": ["bob", "ada", "bob", "bob", "bob", "ada", "bob", "bob", "bob"],
    "first_touch": ["ada", "ada", "ada", "bob", "ada", "ada", "ada", "bob", "ada"],
    "time_bounded": ["ada", "ada", "ada", "bob", "bob", "ada", "ada", "bob", "bob"],
}


def build_identity(warehouse: Warehouse, *arguments: str, **variables: Any) -> None:
    build = warehouse.dbt(
        *UP_TO_IDENTITY,
        *arguments,
        variables={
            "sources": ["files"],
            "files_events_path": str(warehouse.folder / "events_*.csv"),
        }
        | variables,
    )
    assert build.succeeded, build.output[-3000:]


def owners_of_sessions(warehouse: Warehouse) -> list[str]:
    """The user that each session's customer is called after, in time."""
    return [
        user
        for (user,) in warehouse.query(
            "select vault.raw_value from marts.sessions "
            "inner join vault.identifiers as vault "
            "on sessions.customer_id = vault.pseudonym order by started_at"
        )
    ]


def changes_of(warehouse: Warehouse) -> list[tuple[str, str, str, int]]:
    """What happened to customers, by the identifier they are called after."""
    return warehouse.query(
        "select change_kind, befores.raw_value, afters.raw_value, identifier_count "
        "from marts.identity_changes "
        "inner join vault.identifiers as befores "
        "on from_customer_id = befores.pseudonym "
        "inner join vault.identifiers as afters on to_customer_id = afters.pseudonym "
        "order by changed_at, 1, 2"
    )


def test_a_changed_mode_applies_at_the_next_build_and_is_put_on_record(
    warehouse: Warehouse,
) -> None:
    (warehouse.folder / "events_1.csv").write_text(HEADER + TABLET.lstrip())
    for mode, owners in HOUSEHOLDS.items():
        build_identity(warehouse, identity_mode=mode)
        assert owners_of_sessions(warehouse) == owners, mode
        assert warehouse.value("select count(*) from marts.customers") == 2
    changes = [("moved", "bob", "ada", 1), ("moved", "ada", "bob", 1)]
    assert changes_of(warehouse) == changes
    # An address that both give makes one person of them, in any mode.
    (warehouse.folder / "events_2.csv").write_text(
        HEADER
        + "10,identify,2024-03-03 10:00:00,laptop,ada,US@home.example\n"
        + "11,identify,2024-03-03 11:00:00,phone,bob,us@home.example\n"
    )
    build_identity(warehouse, identity_mode="time_bounded")
    changes.append(("merged", "bob", "ada", 2))
    assert changes_of(warehouse) == changes
    assert set(owners_of_sessions(warehouse)) == {"ada"}
    # A second build and a full refresh find nothing new and forget nothing.
    logged = "select * from intermediate.int_identity__assigned order by all"
    before = warehouse.query(logged)
    build_identity(warehouse, identity_mode="time_bounded")
    build_identity(warehouse, "--full-refresh", identity_mode="time_bounded")
    assert warehouse.query(logged) == before
    assert changes_of(warehouse) == changes
    # Without the rule the address is held by one of them, and they part again.
    build_identity(warehouse, identity_mode="last_touch", identity_rules={})
    assert changes_of(warehouse)[3:] == [("split", "ada", "bob", 4)]
    # So they do when the address stands for an office.
    build_identity(warehouse, max_group_size={"email": 1})
    told = compare(warehouse.database, "ada", "bob")
    assert not told.is_same
    assert [(link.kind, link.is_used, link.reason) for link in told.chain] == [
        (
            "user_id-anonymous_id",
            False,
            "another person was seen with it later",
        ),
        ("user_id-anonymous_id", True, None),
    ]
    office = explain(warehouse.database, "US@home.example")
    assert {link.reason for link in office.unused_links if "email" in link.kind} >= {
        "2 people were seen with it, at most 1 may be"
    }
    owner = explain(warehouse.database, "tablet")
    assert [(link.kind, link.is_used) for link in owner.links] == [
        ("user_id-anonymous_id", True),
        ("user_id-anonymous_id", True),
    ]
    assert owner.unused_links[0].reason == ("another person was seen with it later")
    ran = CliRunner().invoke(
        app,
        ["identity", "explain", "ada", "--database", str(warehouse.database)],
        env={"COLUMNS": "160"},
    )
    assert ran.exit_code == 0
    assert not {"tablet", "laptop", "home.example", "bob"} & set(ran.stdout.split())


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"identity_mode": "any_touch"}, "identity_mode is any_touch"),
        ({"identity_rules": {"kin": ["last_name", "mood"]}}, "asks for mood"),
        ({"identity_rules": {"kin": []}}, "kin must be a list of attributes"),
        ({"identity_rules": {"kin": ["email", "city"]}}, "the e-mail stands alone"),
        ({"max_group_size": {"cookie": 5}}, "cookie: 5 means nothing"),
        ({"max_group_size": {"default": 0}}, "default: 0 means nothing"),
    ],
)
def test_settings_that_mean_nothing_stop_the_build(
    warehouse: Warehouse, variables: dict[str, Any], complaint: str
) -> None:
    build = warehouse.dbt(
        "compile", "--select", "int_identity__crowded int_identity__anchors match_keys",
        variables=variables,
    )  # fmt: skip
    assert not build.succeeded
    assert complaint in " ".join(build.output.split())
