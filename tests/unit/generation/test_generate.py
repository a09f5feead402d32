"""The generated shop against independent, naive readings of its files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from habitue.generation import PERSONAS, RAW_TABLES, GenerationError, generate
from habitue.generation.run import TRUTH_TABLES

if TYPE_CHECKING:
    from pathlib import Path

WEB_EVENTS = ("web_pages", "web_tracks", "web_identifies")
CLOCKS = ("received_at", "sent_at", "original_timestamp")
IDENTIFIERS = {
    "user_id": "user_id",
    "anonymous_id": "anonymous_id",
    "context_device_id": "device_id",
    "email": "email",
}


class Shop:
    """The files of one run, read as plain text or typed Parquet."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.raw = {path.stem: _read(path) for path in (out / "raw").iterdir()}
        self.truth = {path.stem: _read(path) for path in (out / "truth").iterdir()}

    def labelled(self, table: str) -> pd.DataFrame:
        """A raw table with the label of each row; copies are counted by arrival."""
        rows = self.raw[table].copy()
        order = rows.sort_values("received_at", kind="stable").groupby("id").cumcount()
        rows["copy"] = order + 1
        labels = self.truth["row_labels"].query("table == @table")
        labels = labels.astype({"copy": int}).drop(columns="table")
        merged = rows.merge(labels, on=["id", "copy"], how="left", validate="1:1")
        assert merged["label"].notna().sum() == len(labels)
        return merged.fillna({"label": "clean"})


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pandas()
    return pd.read_csv(path, dtype=str)


def _run(out: Path, **options: Any) -> Path:
    settings = {"customers": 120, "days": 45, "seed": 7, "file_format": "csv"}
    generate(**{**settings, **options}, out=out)
    return out


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(_run(tmp_path_factory.mktemp("csv")))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    out = tmp_path_factory.mktemp("parquet")
    _run(out, customers=1_400, days=120, file_format="parquet")
    return Shop(out)


def _bytes(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.*")}


def _visitor(rows: pd.DataFrame) -> pd.Series:
    return (
        rows["anonymous_id"]
        .fillna(rows["context_device_id"])
        .fillna(rows["user_id"].replace("", None))
    )


def _time(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, errors="coerce", format="%Y-%m-%d %H:%M:%S.%f")


def _occurred(rows: pd.DataFrame) -> pd.Series:
    """The corrected clock: received - (sent - original)."""
    received, sent, original = (_time(rows[clock]) for clock in CLOCKS)
    return received - (sent - original)


def _repeats(rows: pd.DataFrame, kind: pd.Series, target: pd.Series) -> set[str]:
    """Ids of rows within a second of the row before them, naively."""
    view = pd.DataFrame(
        {
            "id": rows["id"],
            "key": _visitor(rows) + "|" + kind + "|" + target.fillna(""),
            "at": _occurred(rows),
        }
    ).sort_values(["key", "at"])
    gap = view.groupby("key")["at"].diff()
    return set(view.loc[gap <= pd.Timedelta(seconds=1), "id"])


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_same_arguments_give_the_same_bytes(tmp_path: Path, file_format: str) -> None:
    first = _bytes(_run(tmp_path / "a", file_format=file_format, days=20))
    again = _bytes(_run(tmp_path / "b", file_format=file_format, days=20))
    other = _bytes(_run(tmp_path / "c", file_format=file_format, days=20, seed=8))
    assert first == again
    assert (
        first["raw/web_pages." + file_format] != other["raw/web_pages." + file_format]
    )
    assert len(first) == len(RAW_TABLES) + len(TRUTH_TABLES)


def test_a_chunk_does_not_depend_on_how_many_follow(tmp_path: Path) -> None:
    few = _run(tmp_path / "a", customers=296, days=1_000, file_format="parquet")
    more = _run(tmp_path / "b", customers=310, days=1_000, file_format="parquet")
    for table in ("web_pages", "shop_orders"):
        files = [
            pq.ParquetFile(out / "raw" / f"{table}.parquet") for out in (few, more)
        ]
        assert files[0].num_row_groups < files[1].num_row_groups
        assert files[0].read_row_group(0).equals(files[1].read_row_group(0))


def test_every_planted_kind_is_in_a_small_output(shop: Shop) -> None:
    labels = shop.truth["row_labels"]
    reasons = labels[labels["table"] == "web_tracks"].groupby("reason").size()
    for reason in (
        "redelivered",
        "fired_twice_within_a_second",
        "sent_after_more_than_three_days",
        "no_identifier",
        "missing_time",
        "far_future_time",
        "unparsable_time",
    ):
        assert reasons[reason] >= 3, reason
    pages = labels[labels["table"] == "web_pages"].groupby("reason").size()
    assert pages["crawler_user_agent"] > 30
    assert pages["request_rate"] > 600
    assert set(shop.truth["anomalies"]["kind"]) == {
        "traffic_spike",
        "order_burst",
        "view_burst",
    }
    assert shop.truth["identifiers"].query("is_shared == 'true'")["raw_value"].nunique()
    events = set(shop.raw["web_tracks"]["event"])
    assert {"Wishlist Shared", "Email Opened", "Experiment Viewed"} <= events
    assert set(shop.raw["shop_orders"]["status"]) == {
        "completed",
        "cancelled",
        "refunded",
    }
    assert len(events) == 12
    analytics = shop.raw["web_consents"].query("purpose == 'analytics'")
    history = (
        analytics.fillna("").groupby(["user_id", "anonymous_id"])["status"].agg(list)
    )
    assert ["granted", "denied"] in history.tolist()
    assert ["granted", "denied", "granted"] in history.tolist()
    pages_raw = shop.raw["web_pages"]
    both = pages_raw["anonymous_id"].notna() & pages_raw["context_device_id"].notna()
    assert both.any()
    assert (
        pages_raw["anonymous_id"].isna() & pages_raw["context_device_id"].notna()
    ).any()


@pytest.mark.parametrize("table", WEB_EVENTS)
def test_redelivered_rows_are_labelled_and_identical(shop: Shop, table: str) -> None:
    rows = shop.labelled(table)
    repeated = rows["id"].duplicated(keep=False)
    assert set(rows.loc[rows["copy"] > 1, "label"]) == {"duplicate"}
    assert set(rows.loc[rows["copy"] == 1, "label"]).isdisjoint({"duplicate"})
    content = [c for c in shop.raw[table].columns if c != "received_at"]
    same = rows.loc[repeated, content].drop_duplicates()
    assert len(same) == rows.loc[repeated, "id"].nunique()


def test_double_fires_are_exactly_the_labelled_rows(large: Shop) -> None:
    for table in ("web_pages", "web_tracks"):
        rows = large.labelled(table).query("copy == 1 and label != 'invalid'")
        kind = rows.get("event", pd.Series("page", index=rows.index))
        target = rows["page_view_id"] if table == "web_pages" else rows["product_id"]
        if table == "web_tracks":
            target = target.fillna(rows["query"]).fillna(rows["feature"])
            target = target.fillna(rows["page_view_id"])
        expected = set(rows.loc[rows["label"] == "double_fired", "id"])
        assert expected
        assert _repeats_typed(rows, kind, target) == expected
        # By address too: what a producer without page view ids would have to do.
        if table == "web_pages":
            assert _repeats_typed(rows, kind, rows["url"]) == expected


def _repeats_typed(rows: pd.DataFrame, kind: pd.Series, target: pd.Series) -> set[str]:
    view = pd.DataFrame(
        {
            "id": rows["id"],
            "key": _visitor(rows) + "|" + kind + "|" + target.fillna(""),
            "at": rows["received_at"] - (rows["sent_at"] - rows["original_timestamp"]),
        }
    ).sort_values(["key", "at"])
    gap = view.groupby("key")["at"].diff()
    return set(view.loc[gap <= pd.Timedelta(seconds=1), "id"])


def test_clean_rows_keep_two_seconds(large: Shop) -> None:
    rows = large.labelled("web_tracks").query("label in ('clean', 'late')")
    key = _visitor(rows) + rows["event"] + rows["product_id"].fillna("")
    key += rows["query"].fillna("") + rows["feature"].fillna("")
    at = rows["received_at"] - (rows["sent_at"] - rows["original_timestamp"])
    gap = at.sort_values().groupby(key).diff()
    assert gap.min() >= pd.Timedelta(seconds=2)


@pytest.mark.parametrize("table", WEB_EVENTS)
def test_late_rows_are_exactly_those_sent_after_three_days(
    shop: Shop, table: str
) -> None:
    rows = shop.labelled(table)
    wait = _time(rows["sent_at"]) - _time(rows["original_timestamp"])
    late = set(rows.loc[wait > pd.Timedelta(days=3), "id"])
    assert late == set(rows.loc[rows["label"] == "late", "id"])


@pytest.mark.parametrize("table", WEB_EVENTS)
def test_invalid_rows_are_exactly_the_unusable_ones(shop: Shop, table: str) -> None:
    rows = shop.labelled(table)
    identified = (
        rows[["anonymous_id", "user_id", "context_device_id"]].notna().any(axis=1)
    )
    original, received = _time(rows["original_timestamp"]), _time(rows["received_at"])
    future = original > received + pd.Timedelta(hours=24)
    unusable = ~identified | original.isna() | future
    assert set(rows.loc[unusable, "id"]) == set(
        rows.loc[rows["label"] == "invalid", "id"]
    )
    corrected_future = _occurred(rows) > received + pd.Timedelta(hours=24)
    assert (corrected_future == future).all()
    text = rows.loc[rows["reason"] == "unparsable_time", "original_timestamp"]
    assert text.notna().all()


def test_parquet_turns_unparsable_times_into_missing_ones(large: Shop) -> None:
    rows = large.labelled("web_pages")
    assert "unparsable_time" not in set(rows["reason"].dropna())
    missing = rows["original_timestamp"].isna()
    assert (missing == (rows["reason"] == "missing_time")).all()
    assert str(rows["original_timestamp"].dtype) == "datetime64[us]"


def test_only_planted_rate_bots_fetch_fast(large: Shop) -> None:
    rows = large.labelled("web_pages")
    minute = rows["original_timestamp"].dt.floor("min")
    pace = rows.groupby([_visitor(rows), minute]).size()
    fast = set(pace[pace > 60].index.get_level_values(0))
    bots = rows[rows["reason"] == "request_rate"]
    assert fast == set(bots["anonymous_id"])
    per_minute = bots.groupby(
        ["anonymous_id", bots["original_timestamp"].dt.floor("min")]
    )
    assert per_minute.size().gt(200).groupby("anonymous_id").sum().eq(3).all()
    humans = rows[rows["label"] != "bot"]
    by_name = rows["context_user_agent"].str.contains("Googlebot|bingbot|AhrefsBot")
    assert (by_name == (rows["reason"] == "crawler_user_agent")).all()
    assert humans["context_user_agent"].str.contains("CUBOT").any()


def test_visits_of_a_visitor_are_half_an_hour_apart(large: Shop) -> None:
    rows = large.labelled("web_pages").query("label in ('clean', 'late')")
    at = rows["received_at"] - (rows["sent_at"] - rows["original_timestamp"])
    visits = at.groupby([_visitor(rows), rows["context_session_id"]]).agg(
        ["min", "max"]
    )
    visits = visits.reset_index(names=["visitor", "session"]).sort_values(
        ["visitor", "min"]
    )
    gap = visits["min"] - visits.groupby("visitor")["max"].shift()
    assert gap.min() > pd.Timedelta(minutes=30)


def test_arrival_order_is_not_the_order_of_events(shop: Shop) -> None:
    rows = shop.labelled("web_tracks").query("label == 'clean'")
    received, original = _time(rows["received_at"]), _time(rows["original_timestamp"])
    assert received.is_monotonic_increasing
    assert not original.is_monotonic_increasing
    skew = (_time(rows["sent_at"]) - received).abs() > pd.Timedelta(minutes=5)
    assert skew.any()


def test_personas_have_their_share(large: Shop) -> None:
    found = large.truth["persons"]["persona"].value_counts()
    for persona in PERSONAS:
        # Each chunk rounds its own shares, by less than one person.
        assert abs(found[persona.name] - 1_400 * persona.share) < 2
    assert sum(persona.share for persona in PERSONAS) == pytest.approx(1)


def test_identifier_counts_match_the_raw_rows(shop: Shop) -> None:
    robots = set(shop.labelled("web_pages").query("label == 'bot'")["anonymous_id"])
    seen: dict[tuple[str, str], int] = {}
    for table in RAW_TABLES:
        for column, kind in IDENTIFIERS.items():
            if column in shop.raw[table]:
                counts = shop.raw[table][column].dropna().value_counts()
                for value, count in counts.items():
                    if value not in robots:
                        key = (kind, str(value))
                        seen[key] = seen.get(key, 0) + int(count)
    listed = shop.truth["identifiers"].astype({"event_count": int})
    expected = listed.groupby(["identifier_kind", "raw_value"])["event_count"].sum()
    assert expected.to_dict() == seen


def test_identifiers_are_shared_where_two_persons_use_them(shop: Shop) -> None:
    listed = shop.truth["identifiers"]
    users = listed.groupby(["identifier_kind", "raw_value"])["person_id"].nunique()
    flags = listed.groupby(["identifier_kind", "raw_value"])["is_shared"].first()
    assert ((users > 1) == (flags == "true")).all()
    assert set(users[users > 1].index.get_level_values(0)) <= {
        "anonymous_id",
        "device_id",
    }
    persons = shop.truth["persons"].set_index("person_id")
    sharers = listed.loc[listed["is_shared"] == "true", "person_id"].unique()
    assert (persons.loc[sharers, "is_shared_device_user"] == "true").all()
    identified = set(listed.query("identifier_kind == 'user_id'")["person_id"])
    flagged = set(persons.index[persons["is_identifiable"] == "true"])
    assert identified == flagged
    assert len(flagged) < len(persons)


def test_user_ids_that_differ_in_case_belong_to_different_persons(shop: Shop) -> None:
    users = shop.truth["persons"]["user_id"].dropna()
    assert users.is_unique
    assert users.str.lower().duplicated().any()


def test_sessions_log_in_half_way(shop: Shop) -> None:
    pages = shop.raw["web_pages"].dropna(subset=["context_session_id"])
    known = (
        pages["user_id"]
        .notna()
        .groupby(pages["context_session_id"])
        .agg(["any", "all"])
    )
    late_logins = set(known.index[known["any"] & ~known["all"]])
    logins = set(shop.raw["web_identifies"]["context_session_id"])
    assert late_logins
    assert len(late_logins - logins) <= 0.05 * len(late_logins)


def test_orders_agree_with_their_lines_and_events(shop: Shop) -> None:
    orders, lines = shop.raw["shop_orders"], shop.raw["shop_order_lines"]
    assert orders["order_id"].is_unique
    assert set(lines["order_id"]) == set(orders["order_id"])
    assert lines.groupby("order_id").size().between(1, 5).all()
    events = shop.raw["web_tracks"].query("event == 'Order Completed'")
    sold = set(orders.query("channel != 'pos'")["order_id"])
    announced = set(events["order_id"])
    assert announced <= sold
    assert 0 < len(sold - announced) < 0.15 * len(sold)
    amounts = lines[["quantity", "unit_price", "discount"]].astype(float)
    assert (amounts["discount"] < amounts["quantity"] * amounts["unit_price"]).all()
    value = amounts["quantity"] * amounts["unit_price"] - amounts["discount"]
    value = value.groupby(lines["order_id"]).sum()
    priced = events.dropna(subset=["price"]).drop_duplicates("order_id")
    told = priced.set_index("order_id")["price"].astype(float)
    assert np.allclose(told, value[told.index], atol=0.005)
    guests = orders[orders["user_id"].isna()]
    assert (guests["anonymous_id"].notna() & guests["email"].notna()).all()


def test_burst_customers_order_thirty_times_that_day(shop: Shop) -> None:
    burst = shop.truth["anomalies"].query("kind == 'order_burst'").iloc[0]
    persons = shop.truth["persons"].set_index("person_id")
    user = persons.loc[burst["person_id"], "user_id"]
    mine = shop.truth["identifiers"].query("person_id == @burst.person_id")["raw_value"]
    orders = shop.raw["shop_orders"]
    own = orders[(orders["user_id"] == user) | orders["anonymous_id"].isin(mine)]
    own = own[own["channel"] != "pos"]
    assert own["ordered_at"].str.startswith(burst["date"]).sum() == 30


def test_treatment_sells_a_fifth_more_at_the_checkout(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    out = tmp_path_factory.mktemp("experiment")
    _run(out, customers=6_000, days=60, file_format="parquet", seed=3)
    tracks = pq.read_table(
        out / "raw" / "web_tracks.parquet",
        columns=["event", "experiment_arm", "context_session_id"],
    ).to_pandas()
    exposed = tracks.query("event == 'Experiment Viewed'")
    exposed = exposed.drop_duplicates("context_session_id")
    bought = tracks.query("event == 'Order Completed'")["context_session_id"]
    rate = (
        exposed["context_session_id"]
        .isin(set(bought))
        .groupby(exposed["experiment_arm"])
        .agg(["mean", "size"])
    )
    lift = rate.loc["treatment", "mean"] / rate.loc["control", "mean"] - 1
    # Delta method: the standard error of a ratio of two proportions.
    odds = (1 - rate["mean"]) / (rate["mean"] * rate["size"])
    error = (1 + lift) * np.sqrt(odds.sum())
    assert error < 0.05
    assert abs(lift - 0.20) < 3 * error


def test_one_persona_visits_more_often_after_the_drift(large: Shop) -> None:
    start = pd.Timestamp(large.truth["drift"]["starts_at"].iloc[0])
    persons = large.truth["persons"].set_index("person_id")["persona"]
    listed = large.truth["identifiers"].query("not is_shared")
    owner = listed.set_index("raw_value")["person_id"]
    pages = large.raw["web_pages"]
    pages = pages[pages["original_timestamp"] < pages["received_at"].max()]
    persona = _visitor(pages).map(owner).map(persons)
    visits = pages.assign(persona=persona).drop_duplicates("context_session_id")
    spike = pd.Timestamp(large.truth["anomalies"]["date"].iloc[0])
    calm = visits[visits["original_timestamp"].dt.normalize() != spike]
    week = pd.Timedelta(weeks=4)
    before = calm[calm["original_timestamp"].between(start - week, start)]
    after = calm[calm["original_timestamp"].between(start, start + week)]
    ratio = after.groupby("persona").size() / before.groupby("persona").size()
    assert ratio["occasional"] / ratio["loyal"] == pytest.approx(1.8, rel=0.2)


def test_new_and_churned_customers_keep_to_their_time(large: Shop) -> None:
    persons = large.truth["persons"].set_index("person_id")["persona"]
    listed = large.truth["identifiers"].query("not is_shared")
    pages = large.labelled("web_pages").query("label == 'clean'")
    at = pages["received_at"] - (pages["sent_at"] - pages["original_timestamp"])
    day = (at - pd.Timestamp("2025-01-06")).dt.total_seconds() / 86_400
    persona = (
        _visitor(pages).map(listed.set_index("raw_value")["person_id"]).map(persons)
    )
    assert day[persona == "new"].min() > 0.84 * 120
    assert day[persona == "churned"].max() < 0.66 * 120


def test_progress_ends_at_the_last_chunk(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    generate(
        customers=20,
        days=10,
        seed=1,
        out=tmp_path,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls[0][0] == 0
    assert calls[-1][0] == calls[-1][1]


def test_the_report_counts_what_is_in_the_files(tmp_path: Path) -> None:
    report = generate(customers=30, days=15, seed=2, out=tmp_path, file_format="csv")
    for name, count in report.row_counts.items():
        lines = (report.raw_folder / f"{name}.csv").read_text().splitlines()
        assert len(lines) == count + 1
    assert report.event_count == sum(report.row_counts[name] for name in WEB_EVENTS)


@pytest.mark.parametrize("customers", [1, 2, 3])
@pytest.mark.parametrize("days", [1, 2, 7])
def test_the_smallest_shops_work(tmp_path: Path, customers: int, days: int) -> None:
    report = generate(customers=customers, days=days, seed=0, out=tmp_path)
    assert report.truth_counts["persons"] == customers
    assert report.event_count > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"customers": 0}, "customers must be"),
        ({"days": 0}, "days must be"),
        ({"seed": -1}, "seed must not"),
        ({"file_format": "json"}, "file_format must be one of csv, parquet"),
        ({"intensity": 0.0}, "intensity must be"),
        ({"intensity": float("nan")}, "intensity must be"),
        ({"start": date(1960, 1, 1)}, "start must be"),
    ],
)
def test_bad_arguments_are_explained(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(GenerationError, match=message):
        _run(tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("kept")
    with pytest.raises(GenerationError, match="is a file"):
        _run(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "kept"


def test_foreign_files_are_kept(tmp_path: Path) -> None:
    _run(tmp_path, customers=5, days=5)
    (tmp_path / "raw" / "mine.csv").write_text("kept")
    before = _bytes(tmp_path)
    with pytest.raises(GenerationError, match=r"mine\.csv"):
        _run(tmp_path, customers=6, days=5)
    assert _bytes(tmp_path) == before


def test_an_earlier_output_is_replaced(tmp_path: Path) -> None:
    _run(tmp_path, customers=5, days=5)
    _run(tmp_path, customers=5, days=5, file_format="parquet")
    assert {path.suffix for path in (tmp_path / "raw").iterdir()} == {".parquet"}
