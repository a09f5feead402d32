"""What the Polars rival does before sessions: identifiers, events, verdicts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from same_ground import (
    BOT_EVENTS_PER_MINUTE,
    BOT_MINUTE_SPREAD_SECONDS,
    BOT_VIEWS_WITHOUT_ENGAGEMENT,
    DOUBLE_FIRE_SECONDS,
    EVENT_NUMBERS,
    EVENT_TEXTS,
    EVENT_TIMES,
    IDLE_VIEWS,
    LATE_AFTER_DAYS,
    VIEWS,
    event_type_names,
    given_threads,
    leave_uninstalled,
    names_of_nothing,
    pseudonyms_of,
    robots_among,
)

if TYPE_CHECKING:
    from same_ground import Task

SECOND = 1_000_000
DAY = 86_400 * SECOND
PATH = r"^(?:[a-z]+://[^/?#]*)?(/[^?#]*)"
NOTHINGS = names_of_nothing()
WHO = ("anonymous_id", "device_id", "user_id", "user_agent")
TARGET = (
    *("event_name", "product_id", "order_id", "feature_name", "experiment_id"),
    *("experiment_arm", "page_path"),
)
QUARTERS = (0.2, 0.4, 0.6, 0.8)

os.environ.setdefault("POLARS_MAX_THREADS", given_threads())
try:
    import polars as pl
except ImportError:
    leave_uninstalled("polars")


def read(
    files: str, texts: tuple[str, ...], numbers: tuple[str, ...], times: tuple[str, ...]
) -> pl.LazyFrame:
    """The columns of the files; those that no file has are null."""
    frame = pl.scan_parquet(files, include_file_paths="input_name")
    found = frame.collect_schema().names()
    types = (
        dict.fromkeys(texts, pl.String)
        | dict.fromkeys(numbers, pl.Float64)
        | dict.fromkeys(times, pl.Datetime("us"))
    )
    return frame.select(
        *(
            (pl.col(name) if name in found else pl.lit(None)).cast(kind).alias(name)
            for name, kind in types.items()
        ),
        "input_name",
    )


def text_of(name: str) -> pl.Expr:
    """A text trimmed; an empty one is none."""
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text)


def id_of(name: str, kind: str = "") -> pl.Expr:
    """An identifier trimmed; one that stands for nothing is none."""
    text = pl.col(name).str.strip_chars()
    is_nothing = text.str.to_lowercase().is_in(NOTHINGS[kind or name])
    return pl.when(~is_nothing).then(text)


def standing_in() -> pl.Expr:
    """The client session of rows that have no other identifier."""
    others = [
        id_of(name).is_null() for name in ("anonymous_id", "device_id", "user_id")
    ]
    return pl.when(*others).then(pl.col("client_session_id")).alias("standing_in")


def numbered_identifiers(events: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who stands behind each combination of identifiers, and the identifiers."""
    combinations = (
        events.select(*WHO, standing_in()).unique().collect(engine="streaming")
    )
    kinds = ("anonymous_id", "device_id", "user_id")
    cleaned = combinations.with_columns(
        user_value=id_of("user_id"),
        visitor_kind=pl.coalesce(
            *(pl.when(id_of(kind).is_not_null()).then(pl.lit(kind)) for kind in kinds),
            pl.lit("client_session_id"),
        ),
        visitor_value=pl.coalesce(
            *(id_of(kind) for kind in kinds),
            id_of("standing_in", "client_session_id"),
        ),
    )
    identifiers = (
        pl.concat(
            [
                cleaned.select(kind="visitor_kind", value="visitor_value"),
                cleaned.select(kind=pl.lit("user_id"), value="user_value"),
            ]
        )
        .drop_nulls()
        .unique()
    )
    identifiers = pl.concat(
        part.with_columns(
            pseudonym=pl.Series(
                pseudonyms_of(str(kind), part["value"]), dtype=pl.String
            )
        )
        for (kind,), part in identifiers.group_by("kind")
    ).with_row_index("number")
    robots = robots_among(combinations["user_agent"].drop_nulls().unique())
    who = (
        cleaned.join(
            identifiers.select(
                visitor_kind="kind",
                visitor_value="value",
                visitor_number="number",
                visitor_id="pseudonym",
            ),
            on=["visitor_kind", "visitor_value"],
        )
        .join(
            identifiers.filter(kind="user_id").select(
                user_value="value", user_number="number", user_key="pseudonym"
            ),
            on="user_value",
            how="left",
        )
        .with_columns(is_bot=pl.col("user_agent").is_in(robots).fill_null(value=False))
        .drop("visitor_kind", "visitor_value", "user_value")
    )
    return who, identifiers


def write_events(events: pl.LazyFrame, who: pl.DataFrame, task: Task) -> pl.LazyFrame:
    """Write the usable rows, typed and with pseudonyms, and return them."""
    given = pl.coalesce("occurred_at", "device_created_at")
    is_skewed = (
        pl.col("sent_at").is_not_null()
        & pl.col("received_at").is_not_null()
        & (given == pl.col("device_created_at"))
    )
    skewed = pl.col("received_at") + (pl.col("device_created_at") - pl.col("sent_at"))
    row_hash = pl.struct(*EVENT_TEXTS, *EVENT_NUMBERS, *EVENT_TIMES).hash()
    path = pl.coalesce(
        pl.col("page_path").str.extract(PATH), pl.col("page_url").str.extract(PATH)
    )
    name = text_of("event_type").str.to_lowercase().str.replace_all("[ -]", "_")
    now = datetime.now(UTC).replace(tzinfo=None)
    written = task.out / "events.parquet"
    (
        events.with_columns(
            standing_in(),
            event_name=name,
            at=pl.when(is_skewed).then(skewed).otherwise(given),
        )
        .filter(
            pl.col("event_name").is_not_null(),
            pl.col("at")
            <= pl.coalesce("received_at", pl.lit(now)) + pl.duration(days=1),
        )
        .join(who.lazy(), on=[*WHO, "standing_in"], nulls_equal=True)
        .select(
            pl.coalesce(id_of("event_id"), pl.lit("row-") + row_hash.cast(pl.String)),
            pl.lit("files").alias("source"),
            pl.col("event_name")
            .replace_strict(event_type_names(), default="other")
            .alias("event_type"),
            "event_name",
            "visitor_id",
            "user_key",
            path.alias("page_path"),
            text_of("product_id"),
            text_of("category"),
            id_of("order_id"),
            id_of("page_view_id"),
            text_of("feature_name"),
            text_of("experiment_id"),
            text_of("experiment_arm"),
            *EVENT_NUMBERS,
            "visitor_number",
            "user_number",
            "is_bot",
            is_late=(
                pl.col("sent_at")
                > pl.col("device_created_at") + pl.duration(days=LATE_AFTER_DAYS)
            ).fill_null(value=False),
            moment=pl.col("at").dt.epoch("us"),
            device_created_at="device_created_at",
            received_at="received_at",
        )
        .sink_parquet(written)
    )
    return pl.scan_parquet(written, row_index_name="row")


def find_repeats(events: pl.LazyFrame) -> pl.DataFrame:
    """Rows that repeat an event id, or an order or view under another id."""
    is_view = pl.col("event_type").is_in(VIEWS) & pl.col("page_view_id").is_not_null()
    is_order = (pl.col("event_type") == "purchase") & pl.col("order_id").is_not_null()
    key = (
        pl.when(is_order)
        .then(pl.struct("order_id", "product_id").hash())
        .when(is_view)
        .then(pl.col("page_view_id").hash(seed=1))
    )
    narrow = events.select("row", id_hash=pl.col("event_id").hash(), key_hash=key)
    repeated = [
        narrow.filter(pl.col(name).is_not_null())
        .group_by(name)
        .len()
        .filter(pl.col("len") > 1)
        .select(name)
        for name in ("id_hash", "key_hash")
    ]
    rows = pl.concat(
        narrow.join(found, on=name, how="semi").select("row")
        for name, found in zip(("id_hash", "key_hash"), repeated, strict=True)
    ).unique()
    columns = ("event_id", "event_type", "moment", "received_at", "device_created_at")
    ranked = (
        events.select("row", *columns, key_hash=key)
        .join(rows, on="row", how="semi")
        .collect(engine="streaming")
        .sort(
            *("event_id", "received_at", "device_created_at", "moment", "row"),
            nulls_last=True,
        )
        .with_columns(is_duplicate=~pl.col("event_id").is_first_distinct())
    )
    firsts = (
        ranked.filter(~pl.col("is_duplicate"), pl.col("key_hash").is_not_null())
        .sort(
            *("key_hash", "moment", "received_at", "device_created_at", "event_id"),
            nulls_last=True,
        )
        .filter(~pl.col("key_hash").is_first_distinct())
    )
    return pl.concat(
        [
            ranked.filter("is_duplicate").select("row", "is_duplicate", is_order=False),
            firsts.select(
                "row",
                is_duplicate=False,
                is_order=pl.col("event_type") == "purchase",
            ),
        ]
    )


def used_steps(events: pl.LazyFrame, repeats: pl.DataFrame) -> pl.DataFrame:
    """The narrow columns of events that no verdict of their own sets aside."""
    types = pl.Enum(sorted({*event_type_names().values(), "other"}))
    return (
        events.filter(~pl.col("is_late"), ~pl.col("is_bot"))
        .join(repeats.lazy(), on="row", how="left")
        .filter(~pl.col("is_duplicate").fill_null(value=False))
        .select(
            "row",
            "visitor_number",
            "user_number",
            "moment",
            "is_order",
            pl.col("event_type").cast(types),
            target=pl.struct("visitor_number", *TARGET).hash(),
        )
        .collect(engine="streaming")
    )


def double_fired(events: pl.LazyFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Rows of the same visitor, type and target at once with the one before."""
    is_next = (pl.col("target") == pl.col("target").shift()) & (
        pl.col("moment") - pl.col("moment").shift() <= DOUBLE_FIRE_SECONDS * SECOND
    )
    close = (
        steps.select("row", "target", "moment")
        .sort("target", "moment")
        .filter(
            is_next.fill_null(value=False) | is_next.shift(-1).fill_null(value=False)
        )
    )
    return (
        events.select("row", "event_id")
        .join(close.lazy(), on="row")
        .collect(engine="streaming")
        .sort("target", "moment", "event_id")
        .filter(is_next)
        .select("row")
    )


def automated_days(steps: pl.DataFrame) -> pl.DataFrame:
    """Visitors and days that are a robot's: too fast, or nothing but views."""
    day = pl.col("moment") // DAY
    single = steps.filter(pl.col("is_order").is_null()).with_columns(day=day)
    busy = (
        single.group_by("visitor_number", "day")
        .len()
        .filter(
            pl.col("len") > min(BOT_EVENTS_PER_MINUTE, BOT_VIEWS_WITHOUT_ENGAGEMENT)
        )
    )
    suspects = single.join(busy, on=["visitor_number", "day"], how="semi")
    spread = pl.col("moment").max() - pl.col("moment").min()
    fast = (
        suspects.filter(pl.col("event_type") != "page_ping")
        .group_by("visitor_number", "day", minute=pl.col("moment") // (60 * SECOND))
        .agg(pl.len(), spread=spread)
        .filter(
            pl.col("len") > BOT_EVENTS_PER_MINUTE,
            pl.col("spread") >= BOT_MINUTE_SPREAD_SECONDS * SECOND,
        )
    )
    is_idle = pl.col("user_number").is_null() & pl.col("event_type").is_in(IDLE_VIEWS)
    idle = (
        suspects.group_by("visitor_number", "day")
        .agg(pl.len(), is_idle=is_idle.all())
        .filter(pl.col("len") > BOT_VIEWS_WITHOUT_ENGAGEMENT, "is_idle")
    )
    return pl.concat(
        [fast.select("visitor_number", "day"), idle.select("visitor_number", "day")]
    ).unique()
