"""What the pandas rival does before sessions: identifiers, events, verdicts."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pandas as pd
from same_ground import (
    BOT_EVENTS_PER_MINUTE,
    BOT_MINUTE_SPREAD_SECONDS,
    BOT_VIEWS_WITHOUT_ENGAGEMENT,
    DOUBLE_FIRE_SECONDS,
    IDLE_VIEWS,
    LATE_AFTER_DAYS,
    VIEWS,
    event_type_names,
    names_of_nothing,
    pseudonyms_of,
    robots_among,
)

if TYPE_CHECKING:
    from pathlib import Path

    from same_ground import Task

SECOND = 1_000_000
DAY = 86_400 * SECOND
LONG_AGO, FAR_AHEAD = pd.Timedelta(days=LATE_AFTER_DAYS), pd.Timedelta(days=1)
PATH = r"^(?:[a-z]+://[^/?#]*)?(/[^?#]*)"
NOTHINGS = names_of_nothing()
KINDS = ("anonymous_id", "device_id", "user_id", "client_session_id")
TARGET = [
    *("visitor_id", "event_name", "product_id", "order_id", "feature_name"),
    *("experiment_id", "experiment_arm", "page_path"),
]


def read(
    folder: Path,
    files: str,
    texts: tuple[str, ...],
    numbers: tuple[str, ...],
    times: tuple[str, ...],
) -> pd.DataFrame:
    """All files, with null columns where no file has them; texts are trimmed."""
    frames = [
        pd.read_parquet(path).assign(input_name=path.name)
        for path in sorted(folder.glob(files))
    ]
    frame = pd.concat(frames, ignore_index=True).reindex(
        columns=[*texts, *numbers, *times, "input_name"]
    )
    for name in texts:
        text = frame[name].astype("string").str.strip()
        frame[name] = text.mask(text == "")
    frame[list(numbers)] = frame[list(numbers)].astype("float64")
    for name in times:
        frame[name] = frame[name].astype("datetime64[us]")
    return frame


def id_of(values: pd.Series, kind: str) -> pd.Series:
    """Identifiers; those that stand for nothing are none."""
    return values.mask(values.str.lower().isin(NOTHINGS[kind]))


def pseudonym_of(values: pd.Series, kind: str) -> pd.Series:
    """The pseudonyms of identifiers, each distinct one hashed once."""
    distinct = values.dropna().unique()
    return values.map(dict(zip(distinct, pseudonyms_of(kind, distinct), strict=True)))


def read_owners(task: Task) -> pd.Series:
    """The customer of each pseudonym, as texts; UUIDs may come as 16 bytes."""
    identities = pd.read_parquet(task.identities, columns=["pseudonym", "customer_id"])
    texts = identities.map(
        lambda key: str(uuid.UUID(bytes=key)) if isinstance(key, bytes) else str(key)
    )
    return texts.set_index("pseudonym")["customer_id"]


def validated_events(raw: pd.DataFrame) -> pd.DataFrame:
    """Usable rows with their type, path, corrected time and pseudonyms."""
    given = raw["occurred_at"].fillna(raw["device_created_at"])
    is_skewed = (given == raw["device_created_at"]) & raw["sent_at"].notna()
    is_skewed &= raw["received_at"].notna()
    skewed = raw["received_at"] + (raw["device_created_at"] - raw["sent_at"])
    names = raw["event_type"].str.lower().str.replace("[ -]", "_", regex=True)
    paths = raw["page_path"].str.extract(PATH, expand=False)
    event_ids = id_of(raw["event_id"], "event_id")
    nameless = raw.loc[event_ids.isna()].drop(columns="input_name").astype(str)
    row_hash = pd.util.hash_pandas_object(nameless, index=False).astype("string")
    events = raw.assign(
        source="files",
        event_name=names,
        event_type=names.map(event_type_names()).fillna("other"),
        occurred_at=given.mask(is_skewed, skewed),
        page_path=paths.fillna(raw["page_url"].str.extract(PATH, expand=False)),
        order_id=id_of(raw["order_id"], "order_id"),
        page_view_id=id_of(raw["page_view_id"], "page_view_id"),
        is_late=raw["sent_at"] > raw["device_created_at"] + LONG_AGO,
        is_bot=raw["user_agent"].isin(
            robots_among(raw["user_agent"].dropna().unique())
        ),
    )
    events["event_id"] = event_ids.fillna("row-" + row_hash)
    events["visitor_id"] = pd.Series(pd.NA, index=raw.index, dtype="string")
    for kind in KINDS:
        ids = pseudonym_of(id_of(raw[kind], kind), kind)
        events["visitor_id"] = events["visitor_id"].fillna(ids.astype("string"))
        if kind == "user_id":
            events["user_key"] = ids.astype("string")
    now = pd.Timestamp.now("UTC").tz_localize(None)
    is_in_time = events["occurred_at"] <= raw["received_at"].fillna(now) + FAR_AHEAD
    is_usable = is_in_time & names.notna() & events["visitor_id"].notna()
    return events[is_usable].reset_index(drop=True)


def without_duplicates(events: pd.DataFrame) -> pd.DataFrame:
    """Each event id once; repeated orders and views are marked."""
    events = events.sort_values(
        ["event_id", "received_at", "device_created_at", "occurred_at"]
    ).drop_duplicates("event_id")
    is_order = (events["event_type"] == "purchase") & events["order_id"].notna()
    is_view = events["event_type"].isin(VIEWS) & events["page_view_id"].notna()
    ordered = events.sort_values(
        ["occurred_at", "received_at", "device_created_at", "event_id"]
    )
    orders = ordered[is_order.reindex(ordered.index)]
    views = ordered[is_view.reindex(ordered.index)]
    again = orders.index[orders.duplicated(["order_id", "product_id"])]
    seen = views.index[views.duplicated("page_view_id")]
    return events.assign(
        is_order_again=events.index.isin(again), is_view_again=events.index.isin(seen)
    )


def robot_days(events: pd.DataFrame) -> pd.MultiIndex:
    """Visitors and days that are a robot's: too fast, or nothing but views."""
    single = events[~events["is_order_again"] & ~events["is_view_again"]]
    active = single[single["event_type"] != "page_ping"]
    minutes = active.assign(minute=active["moment"] // (60 * SECOND)).groupby(
        ["visitor_id", "day", "minute"]
    )["moment"]
    spread = minutes.max() - minutes.min()
    fast = (minutes.size() > BOT_EVENTS_PER_MINUTE) & (
        spread >= BOT_MINUTE_SPREAD_SECONDS * SECOND
    )
    is_idle = single["event_type"].isin(IDLE_VIEWS) & single["user_key"].isna()
    days = is_idle.groupby([single["visitor_id"], single["day"]])
    idle = (days.size() > BOT_VIEWS_WITHOUT_ENGAGEMENT) & days.all()
    return fast.index[fast].droplevel("minute").union(idle.index[idle])


def used_events(events: pd.DataFrame) -> pd.DataFrame:
    """Events that make sessions: no duplicates, late rows, robots or double-fires."""
    events = without_duplicates(events)
    events = events[~events["is_late"] & ~events["is_bot"]]
    events = events.assign(moment=events["occurred_at"].astype("int64"))
    events["day"] = events["moment"] // DAY
    events = events.sort_values(["moment", "event_id"])
    target = events.groupby(TARGET, dropna=False, sort=False).ngroup()
    gap = events.groupby(target)["moment"].diff()
    place = pd.MultiIndex.from_frame(events[["visitor_id", "day"]])
    is_used = ~(gap <= DOUBLE_FIRE_SECONDS * SECOND) & ~events["is_order_again"]
    used = events[is_used & ~place.isin(robot_days(events))]
    return used.assign(
        event_type=used["event_type"].mask(used["is_view_again"], "other")
    )
