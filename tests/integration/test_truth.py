"""The generated shop against what was planted in it; the figures are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sklearn.metrics import adjusted_rand_score
from warehouse import PROJECT

from habitue.generation import generate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def test_planted_rows_are_in_their_bucket_and_no_others(
    shop: Warehouse, tell: Callable[[str], None]
) -> None:
    labels = f"read_parquet('{shop.folder}/truth/row_labels.parquet')"
    counts = dict(
        shop.query(
            f"select label, count(*) from {labels} as labels "
            "where label in ('duplicate', 'invalid', 'late', 'bot') group by 1"
        )
    )
    found = dict(
        shop.query(
            "select bucket, sum(bucket_row_count) from marts.row_ledger "
            "where source = 'web' and dataset = 'events' and bucket != 'kept' "
            "group by 1"
        )
    )
    assert all(count > 50 for count in counts.values())
    tell(f"rows planted {counts}")
    tell(f"rows found   { {name: int(found[name]) for name in counts} }")
    assert {name: int(found[name]) for name in counts} == counts


def test_double_fires_are_the_planted_ones(
    shop: Warehouse, tell: Callable[[str], None]
) -> None:
    planted = {
        row[0]
        for row in shop.query(
            f"select id from read_parquet('{shop.folder}/truth/row_labels.parquet') "
            "where label = 'double_fired'"
        )
    }
    buckets = dict(
        shop.query(
            "select row_id, bucket from intermediate.int_rows__bucketed "
            "where dataset = 'events'"
        )
    )
    found = {row_id for row_id, bucket in buckets.items() if bucket == "double_fired"}
    withheld = {row_id for row_id in planted if buckets[row_id] == "no_consent"}
    tell(
        f"double-fires: {len(planted)} planted, {len(withheld)} of them without "
        f"consent, {len(found)} found"
    )
    assert len(found) > 100
    assert found == planted - withheld


def test_customers_are_persons(
    shop: Warehouse, holdings: str, tell: Callable[[str], None]
) -> None:
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
    # A cookie that its person never logged in on says nothing, and rows without consent
    # are not looked at: what can be found are the identifiers that some raw row shows
    # together with the id of a user who never said no.
    [(recall, linkable_recall)] = shop.query(
        f"""
        with holdings as ({holdings}),
        shown as (
            select distinct coalesce(anonymous_id, context_device_id) as raw_value
            from (
                select anonymous_id, context_device_id, user_id
                from read_parquet('{shop.folder}/raw/web_pages.parquet')
                union all
                select anonymous_id, context_device_id, user_id
                from read_parquet('{shop.folder}/raw/web_tracks.parquet')
            )
            where user_id != '' and user_id not in (
                select user_id
                from read_parquet('{shop.folder}/raw/web_consents.parquet')
                where user_id is not null and status = 'denied'
            )
        ),
        single as (
            select * from holdings
            qualify count(*) over (partition by pseudonym) = 1
        ),
        pairs as (
            select
                one.customer_id = other.customer_id as is_found,
                vault.raw_value in (select raw_value from shown) as is_linkable
            from single as one
            inner join single as other using (person_id)
            inner join vault.identifiers as vault on one.pseudonym = vault.pseudonym
            where
                one.identifier_kind in ('anonymous_id', 'device_id')
                and other.identifier_kind = 'user_id'
        )
        select
            avg(cast(is_found as integer)),
            avg(case when is_linkable then cast(is_found as integer) end)
        from pairs
        """
    )
    tell(f"identity: precision {precision:.4f} over {pair_count:,} pairs")
    tell(f"identity: recall {recall:.3f} of all cookies and devices of known persons")
    tell(f"identity: recall {linkable_recall:.4f} of those seen with consent and login")
    assert precision >= 0.995
    assert linkable_recall >= 0.99
    assert recall >= 0.80


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
