"""The generated shop against what was planted in it; the figures are printed."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

import networkx
import pytest
from sklearn.metrics import adjusted_rand_score
from warehouse import PROJECT

from habitue.generation import generate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from warehouse import Warehouse

SEED_SETTINGS = {"customers": 120, "days": 60, "seed": 7, "intensity": 0.5}

# One row per identifier that a customer holds and person that used it.
HOLDINGS = """
    select distinct
        held.customer_id, held.pseudonym, held.identifier_kind,
        persons.person_id, persons.persona
    from read_parquet('{truth}/identifiers.parquet') as planted
    inner join read_parquet('{truth}/persons.parquet') as persons using (person_id)
    inner join vault.identifiers as vault
        on planted.identifier_kind = vault.identifier_kind
        and case
            when planted.identifier_kind = 'email' then lower(trim(planted.raw_value))
            else planted.raw_value
        end = vault.raw_value
    inner join marts.customer_identifiers as held using (pseudonym)
"""


WEB_COLUMNS = (
    "id, anonymous_id, user_id, context_device_id, "
    "received_at, sent_at, original_timestamp"
)

# One row per web row as it was delivered. `copy` counts deliveries of one id in the
# order of receipt, as the labels do. A row is withheld while analytics consent was
# denied for its cookie or its user, at the time of the event.
LABELLED = """
    with raw as (
        select
            *,
            row_number() over (partition by id order by received_at) as copy,
            received_at - (sent_at - original_timestamp) as occurred_at
        from (
            select {columns}, null as email
            from read_parquet('{folder}/raw/web_pages.parquet')
            union all
            select {columns}, null as email
            from read_parquet('{folder}/raw/web_tracks.parquet')
            union all
            select {columns}, email
            from read_parquet('{folder}/raw/web_identifies.parquet')
        )
    ),
    denials as (
        select
            coalesce(user_id, anonymous_id) as subject,
            user_id is not null as is_user,
            status,
            changed_at as denied_from,
            lead(changed_at, 1, timestamp 'infinity') over (
                partition by user_id, anonymous_id order by changed_at
            ) as denied_until
        from read_parquet('{folder}/raw/web_consents.parquet')
        where purpose = 'analytics'
        qualify status = 'denied'
    ),
    withheld as (
        select distinct raw.id, raw.copy
        from raw
        inner join denials
            on raw.occurred_at >= denials.denied_from
            and raw.occurred_at < denials.denied_until
            and denials.subject
            = case when is_user then nullif(raw.user_id, '') else raw.anonymous_id end
    ),
    labelled as (
        select
            raw.*,
            case
                when raw.id is null then 'not delivered'
                else coalesce(labels.label, 'clean')
            end as label,
            withheld.id is not null as is_withheld,
            bucketed.bucket
        from raw
        left join read_parquet('{folder}/truth/row_labels.parquet') as labels
            using (id, copy)
        left join withheld using (id, copy)
        full join (
            select * from intermediate.int_rows__bucketed
            where dataset = 'events' and source = 'web'
        ) as bucketed
            on raw.id = bucketed.row_id and raw.received_at = bucketed.received_at
    )
"""

# Which identifiers a used row of the raw data shows together, by the row.
SHOWN = """
    , used as (
        select 'web ' || id as row_id, anonymous_id, user_id, context_device_id, email
        from labelled where label = 'clean' and not is_withheld
        union all
        select 'order ' || order_id, anonymous_id, user_id, null, email
        from read_parquet('{folder}/raw/shop_orders.parquet')
        union all
        select 'ticket ' || ticket_id, null, user_id, null, email
        from read_parquet('{folder}/raw/support_tickets.parquet')
    ),
    shown as (
        select row_id, 'anonymous_id' as kind, anonymous_id as value from used
        union all
        select row_id, 'user_id', user_id from used
        union all
        select row_id, 'device_id', context_device_id from used
        union all
        select row_id, 'email', lower(trim(email)) from used
    )
    select distinct nodes
    from (
        select list_sort(list(distinct vault.pseudonym)) as nodes
        from shown
        inner join vault.identifiers as vault
            on shown.kind = vault.identifier_kind and shown.value = vault.raw_value
        group by row_id
    )
"""


@pytest.fixture(scope="module")
def holdings(shop: Warehouse) -> str:
    return HOLDINGS.format(truth=shop.folder / "truth")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Note a figure, to be printed below the results also when the test passes."""
    return lambda text: record_property("figure", text)


def test_the_seeds_are_what_the_documented_command_writes(tmp_path: Path) -> None:
    report = generate(**SEED_SETTINGS, out=tmp_path, file_format="csv")  # type: ignore[arg-type]
    written = {path.name: path.read_bytes() for path in report.raw_folder.iterdir()}
    committed = {
        path.name: path.read_bytes() for path in (PROJECT / "seeds/raw").glob("*.csv")
    }
    assert written == committed


@pytest.fixture(scope="module")
def labelled(shop: Warehouse) -> str:
    """Every web row: its label, whether consent was withheld, its bucket."""
    return LABELLED.format(folder=shop.folder, columns=WEB_COLUMNS)


def test_every_planted_row_is_in_its_bucket_and_no_other_row_is(
    shop: Warehouse, labelled: str, tell: Callable[[str], None]
) -> None:
    """Row by row; without consent a double-fire or a clean row is not looked at."""
    counts = shop.query(
        f"{labelled} select label, is_withheld, bucket, count(*) from labelled "
        "group by all order by all"
    )
    for label, is_withheld, bucket, count in counts:
        consent = "without consent" if is_withheld else "with consent"
        tell(f"web rows planted {label}, {consent}: {count:,} {bucket}")
    wrong = [
        (label, is_withheld, bucket, count)
        for label, is_withheld, bucket, count in counts
        if bucket != _bucket_of(label, is_withheld=is_withheld)
    ]
    assert wrong == []
    planted = {label for label, *_ in counts}
    assert planted == {"clean", "duplicate", "double_fired", "invalid", "late", "bot"}
    assert sum(count for *_, count in counts) > 1_000_000


def _bucket_of(label: str, *, is_withheld: bool) -> str:
    if label in {"clean", "double_fired"} and is_withheld:
        return "no_consent"
    return "kept" if label == "clean" else label


def test_customers_are_persons(
    shop: Warehouse, holdings: str, tell: Callable[[str], None]
) -> None:
    """Of all pairs of identifiers that one customer holds, one person used both."""
    [(precision, pair_count)] = shop.query(
        f"""
        with holdings as ({holdings}),
        held as (select distinct customer_id, pseudonym from holdings),
        pairs as (
            select one.pseudonym as one, other.pseudonym as other
            from held as one
            inner join held as other using (customer_id)
            where one.pseudonym < other.pseudonym
        ),
        same as (
            select distinct one.pseudonym as one, other.pseudonym as other
            from holdings as one
            inner join holdings as other using (person_id)
        )
        select avg(case when same.one is null then 0 else 1 end), count(*)
        from pairs
        left join same using (one, other)
        """
    )
    tell(f"identity: precision {precision:.5f} over {pair_count:,} pairs")
    assert pair_count > 10_000
    assert precision >= 0.995


def test_persons_are_customers(
    shop: Warehouse, holdings: str, labelled: str, tell: Callable[[str], None]
) -> None:
    """Of all pairs of identifiers of one person, one customer holds both.

    The strict recall counts every identifier in the raw data. Some cannot be linked by
    anything but a guess: a cookie that its person never logged in on. A pair counts as
    shown if a chain of used rows with both ends of each link leads from one to the
    other: rows that are clean, whose time, consent and identifiers count.
    """
    shown = networkx.Graph()
    for (nodes,) in shop.query(labelled + SHOWN.format(folder=shop.folder)):
        shown.add_edges_from(combinations(nodes, 2))
    # A shared cookie or device is not said to be one person's, and links nobody.
    shared = {
        node
        for (node,) in shop.query(
            f"with holdings as ({holdings}) select pseudonym from holdings "
            "group by 1 having count(distinct person_id) > 1"
        )
    }
    assert len(shared) > 300
    shown.remove_nodes_from(shared & set(shown))
    group_of = {
        node: number
        for number, nodes in enumerate(networkx.connected_components(shown))
        for node in nodes
    }
    persons: dict[str, list[tuple[UUID, UUID]]] = defaultdict(list)
    for person, pseudonym, customer in shop.query(
        f"with holdings as ({holdings}) "
        "select distinct person_id, pseudonym, customer_id from holdings"
    ):
        persons[person].append((pseudonym, customer))
    all_pairs, shown_pairs = [], []
    for holding in persons.values():
        for (one, customer), (other, other_customer) in combinations(holding, 2):
            all_pairs.append(customer == other_customer)
            if group_of.get(one, one) == group_of.get(other, other):
                shown_pairs.append(customer == other_customer)
    strict = sum(all_pairs) / len(all_pairs)
    recall = sum(shown_pairs) / len(shown_pairs)
    tell(f"identity: recall {strict:.4f} of all {len(all_pairs):,} pairs of a person")
    tell(f"identity: recall {recall:.4f} of {len(shown_pairs):,} pairs that rows show")
    tell(f"identity: {len(shared):,} shared cookies and devices planted")
    assert recall >= 0.95
    assert strict >= 0.80


def test_segments_find_the_personas(
    shop: Warehouse, holdings: str, tell: Callable[[str], None]
) -> None:
    rows = shop.query(
        f"""
        with holdings as ({holdings})
        select min(holdings.persona), min(segments.segment_name)
        from holdings
        inner join marts.customer_segments as segments using (customer_id)
        where holdings.identifier_kind = 'user_id'
        group by holdings.person_id
        """
    )
    personas, names = zip(*rows, strict=True)
    index = adjusted_rand_score(personas, names)
    tell(
        f"segments: adjusted Rand index {index:.3f} of {len(set(names))} segments "
        f"against {len(set(personas))} personas over {len(rows):,} known persons"
    )
    assert index >= 0.40
    # Names are meant: most of those called bargain hunters were planted as such.
    hunters = [persona for persona, name in rows if name == "Bargain hunters"]
    assert hunters.count("bargain_hunter") > 0.7 * len(hunters) > 0
