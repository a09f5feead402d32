"""Polars: the same sessions and features, lazy and streaming where the rows are many.

The event table is written once as Parquet, as the others write it; verdicts and
sessions read its narrow columns. What is left out is what ``duckdb_by_hand`` leaves
out.

    python polars_frames.py --raw data/raw --identities who.parquet --out results
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from polars_events import (
    DAY,
    SECOND,
    automated_days,
    double_fired,
    find_repeats,
    id_of,
    numbered_identifiers,
    pl,
    read,
    text_of,
    used_steps,
    write_events,
)
from same_ground import (
    ACTIVE_DAYS,
    CANCELLED,
    COUNTED,
    EVENT_NUMBERS,
    EVENT_TEXTS,
    EVENT_TIMES,
    HEARTBEAT_SECONDS,
    LINE_NUMBERS,
    LINE_TEXTS,
    LINE_TIMES,
    LONGEST_GAP_SECONDS,
    MINIMUM_VISIT_SECONDS,
    RECENT_DAYS,
    SCORE_CUTS,
    SESSION_CAP_DAYS,
    SESSION_TIMEOUT_SECONDS,
    pseudonyms_of,
    read_task,
)

if TYPE_CHECKING:
    from same_ground import Task

MONEY = 10_000


def session_days_of(steps: pl.DataFrame) -> pl.DataFrame:
    """Sessions cut at midnight, with their counts and engaged time."""
    is_new = (pl.col("visitor_number") != pl.col("visitor_number").shift()).fill_null(
        value=True
    ) | (pl.col("moment") - pl.col("moment").shift() > SESSION_TIMEOUT_SECONDS * SECOND)
    start = pl.when("is_new").then("moment")
    cap = SESSION_CAP_DAYS * DAY
    cut = (
        steps.sort("visitor_number", "moment")
        .with_columns(
            is_new=is_new,
            streak=is_new.cum_sum(),
            gap=pl.when(~is_new).then(pl.col("moment") - pl.col("moment").shift()),
            day=pl.col("moment") // DAY,
        )
        .with_columns(
            part=(pl.col("moment") - start.forward_fill()) // cap,
        )
        .with_columns(
            gap=pl.when(pl.col("part") == pl.col("part").shift()).then(
                pl.col("gap").clip(upper_bound=LONGEST_GAP_SECONDS * SECOND)
            )
        )
    )
    keys = ("streak", "part", "day")
    bucket = pl.col("moment") // (HEARTBEAT_SECONDS * SECOND)
    heartbeats = (
        cut.filter(pl.col("event_type") == "page_ping")
        .select(*keys, bucket.alias("bucket"))
        .unique()
        .group_by(keys)
        .agg(heartbeat=pl.len().cast(pl.Int64) * HEARTBEAT_SECONDS * SECOND)
    )
    days = (
        cut.group_by(keys)
        .agg(
            pl.col("visitor_number").first(),
            pl.col("user_number").last(ignore_nulls=True),
            pl.col("gap").sum(),
            *(
                pl.col("event_type").is_in(types).sum().cast(pl.Int64).alias(name)
                for name, types in COUNTED.items()
            ),
            event_count=pl.len().cast(pl.Int64),
            started=pl.col("moment").min(),
            ended=pl.col("moment").max(),
        )
        .join(heartbeats, on=keys, how="left")
    )
    has_ping = pl.col("page_ping_count") > 0
    first_ping = pl.when(has_ping).then(pl.col("day")).min().over("streak", "part")
    visit = pl.when(pl.col("day") == first_ping).then(MINIMUM_VISIT_SECONDS * SECOND)
    return days.with_columns(
        is_first_day=pl.col("day") == pl.col("day").min().over("streak", "part"),
        engaged=pl.when(has_ping)
        .then(pl.col("heartbeat") + visit.otherwise(0))
        .otherwise(pl.col("gap")),
    )


def sessions_of(
    days: pl.DataFrame, identifiers: pl.DataFrame, owners: pl.DataFrame
) -> pl.DataFrame:
    """Visitor sessions, put together from their days."""
    return (
        days.sort("day")
        .group_by("streak", "part")
        .agg(
            pl.col("visitor_number").first(),
            pl.col("user_number").last(ignore_nulls=True),
            pl.col("event_count", *COUNTED, "engaged").sum(),
            pl.col("started").min(),
            pl.col("ended").max(),
        )
        .join(identifiers, left_on="visitor_number", right_on="number")
        .pipe(with_customer, owners)
        .select(
            "customer_id",
            "event_count",
            *COUNTED,
            visitor_id="pseudonym",
            engaged_seconds=pl.col("engaged") / SECOND,
            has_login=pl.col("user_number").is_not_null(),
            started_at=pl.col("started").cast(pl.Datetime("us")),
            ended_at=pl.col("ended").cast(pl.Datetime("us")),
        )
    )


def with_customer(frame: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The customer of rows: their user's, else their visitor's."""
    users = owners.rename({"number": "user_number", "customer_id": "of_user"})
    visitors = owners.rename({"number": "visitor_number", "customer_id": "of_visitor"})
    return (
        frame.join(users, on="user_number", how="left")
        .join(visitors, on="visitor_number", how="left")
        .with_columns(customer_id=pl.coalesce("of_user", "of_visitor"))
    )


def orders_of(task: Task, identities: pl.DataFrame) -> pl.DataFrame:
    """Orders with their customer, amounts in ten-thousandths."""
    raw = read(task.order_lines, LINE_TEXTS, LINE_NUMBERS, LINE_TIMES).collect()
    line_id = pl.struct(*LINE_TEXTS, *LINE_NUMBERS, *LINE_TIMES).hash().cast(pl.String)
    number = pl.int_range(pl.len()).over("input_name", "hash").cast(pl.String)
    lines = (
        raw.with_columns(hash=line_id)
        .with_columns(
            id_of("order_id"),
            pl.coalesce(id_of("line_id"), pl.col("hash") + "-" + number),
            text_of("product_id"),
            text_of("currency").str.to_uppercase(),
            text_of("status").str.to_lowercase().fill_null("completed"),
            pl.col("discount").fill_null(0),
        )
        .filter(
            pl.col("order_id").is_not_null(),
            pl.col("ordered_at")
            <= pl.coalesce("received_at", "ordered_at") + pl.duration(days=1),
        )
        .sort(
            *("received_at", "quantity", "unit_price", "status"),
            descending=[True, True, True, False],
            nulls_last=True,
        )
        .unique(["order_id", "line_id"], keep="first", maintain_order=True)
        .with_columns(
            pl.col("unit_price")
            .fill_null(pl.col("unit_price").median().over("product_id", "currency"))
            .fill_null(0),
            pl.col("quantity").fill_null(1),
            is_cancelled=pl.col("status").is_in(CANCELLED),
        )
    )
    is_void = pl.col("is_cancelled") & (pl.col("quantity") > 0)
    amount = pl.col("quantity") * pl.col("unit_price") - pl.col("discount")
    return (
        lines.pipe(with_buyer, identities)
        .with_columns(
            amount=pl.when(is_void).then(0).otherwise(whole(amount)),
            discount=pl.when(is_void).then(0).otherwise(whole(pl.col("discount"))),
            is_sold=(pl.col("quantity") > 0) & ~pl.col("is_cancelled"),
        )
        .group_by("order_id")
        .agg(
            pl.col("customer_id").min(),
            pl.col("amount", "discount").sum(),
            day=pl.col("ordered_at").min().dt.epoch("us") // DAY,
            is_purchase=pl.col("is_sold").any(),
        )
    )


def read_identities(task: Task) -> pl.DataFrame:
    """Pseudonyms and their customers as texts; UUIDs in Parquet are 16 bytes."""
    identities = pl.read_parquet(task.identities, columns=["pseudonym", "customer_id"])
    if identities.schema["pseudonym"] == pl.String:
        return identities
    starts, lengths = (0, 8, 12, 16, 20), (8, 4, 4, 4, 12)
    return identities.select(
        *(
            pl.concat_str(
                [
                    pl.col(name).bin.encode("hex").str.slice(start, length)
                    for start, length in zip(starts, lengths, strict=True)
                ],
                separator="-",
            ).alias(name)
            for name in identities.columns
        )
    )


def whole(money: pl.Expr) -> pl.Expr:
    """An amount in whole ten-thousandths, so that sums are exact."""
    return (money * MONEY).round().cast(pl.Int64)


def with_buyer(lines: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    """The customer of order lines: of the user, else the e-mail, else the visitor."""
    owners = []
    for kind in ("user_id", "email", "anonymous_id"):
        value = id_of(kind)
        if kind == "email":
            is_address = pl.col("email").str.contains(".@.")
            value = pl.when(is_address).then(value.str.to_lowercase())
        raw = lines.select(raw=kind, value=value).drop_nulls().unique()
        distinct = raw["value"].unique()
        pseudonyms = pl.Series(pseudonyms_of(kind, distinct), dtype=pl.String)
        owner = (
            pl.DataFrame({"value": distinct, "pseudonym": pseudonyms})
            .join(identities, on="pseudonym")
            .join(raw, on="value")
            .select(pl.col("raw").alias(kind), of=pl.col("customer_id"))
        )
        owners.append(f"of_{kind}")
        lines = lines.join(owner.rename({"of": owners[-1]}), on=kind, how="left")
    return lines.with_columns(customer_id=pl.coalesce(*owners))


def features_of(
    days: pl.DataFrame, orders: pl.DataFrame, owners: pl.DataFrame
) -> pl.DataFrame:
    """Features of all customers as of the day after the last one."""
    keys = ("customer_id", "day")
    behaviour = (
        days.pipe(with_customer, owners)
        .filter(pl.col("customer_id").is_not_null())
        .group_by(keys)
        .agg(
            pl.col(*COUNTED, "engaged").sum(),
            session_count=pl.col("is_first_day").sum().cast(pl.Int64),
        )
    )
    sold = pl.col("is_purchase")
    purchases = (
        orders.filter(pl.col("customer_id").is_not_null())
        .group_by(keys)
        .agg(
            order_count=sold.sum().cast(pl.Int64),
            revenue=pl.col("amount").sum(),
            sold_amount=pl.col("amount").filter(sold).sum(),
            discount=pl.col("discount").filter(sold).sum(),
        )
    )
    as_of = max(int(days["day"].max()), int(orders["day"].max())) + 1
    of_90_days = ("session_count", "product_view_count", "search_count")
    of_90_days += ("add_to_cart_count", "feature_use_count")
    of_all_time = ("session_count", "page_view_count", "engaged", "order_count")
    of_all_time += ("revenue", "sold_amount", "discount")
    is_recent = as_of - pl.col("day") <= RECENT_DAYS
    summed = (
        behaviour.join(purchases, on=keys, how="full", coalesce=True)
        .group_by("customer_id")
        .agg(
            pl.col(*of_all_time).sum(),
            pl.col(*of_90_days).filter(is_recent).sum().name.suffix("_90"),
            recency_days=as_of - pl.col("day").max(),
            tenure_days=as_of - pl.col("day").min(),
            active_days_28=(as_of - pl.col("day") <= ACTIVE_DAYS).sum().cast(pl.Int64),
            order_recency_days=as_of
            - pl.col("day").filter(pl.col("order_count") > 0).max(),
        )
    )
    return summed.with_columns(
        pl.col("revenue") / MONEY,
        page_views_per_session=ratio("page_view_count", "session_count"),
        engaged_minutes_per_session=ratio("engaged", "session_count") / (60 * SECOND),
        average_order_value=ratio("sold_amount", "order_count") / MONEY,
        discount_ratio=(
            pl.col("discount") / (pl.col("sold_amount") + pl.col("discount"))
        ).fill_nan(0),
        **scores_of(summed.filter(pl.col("order_count") > 0)),
    )


def ratio(part: str, whole: str) -> pl.Expr:
    """One number over another, 0 where there is nothing to divide by."""
    return pl.when(pl.col(whole) != 0).then(pl.col(part) / pl.col(whole)).otherwise(0)


def scores_of(buyers: pl.DataFrame) -> dict[str, pl.Expr]:
    """R, F and M of buyers: how many of four cuts a value reaches."""
    measures = {
        "recency_score": ("order_recency_days", 1),
        "frequency_score": ("order_count", 1),
        "monetary_score": ("revenue", MONEY),
    }
    scores = {}
    for score, (measure, unit) in measures.items():
        values = buyers[measure] / unit
        reached = sum(
            (pl.col(measure) / unit >= values.quantile(at, "linear") + 1).cast(pl.Int32)
            for at in SCORE_CUTS
        )
        value = 5 - reached if score == "recency_score" else 1 + reached
        scores[score] = pl.when(pl.col("order_count") > 0).then(value)
    return scores


def main() -> None:
    """Make the sessions and features, and write what each part took."""
    task = read_task(__doc__ or "")
    raw = read(task.events, EVENT_TEXTS, EVENT_NUMBERS, EVENT_TIMES)
    identities = read_identities(task)
    with task.part("identifiers"):
        who, identifiers = numbered_identifiers(raw)
        owners = identifiers.join(identities, on="pseudonym").select(
            "number", "customer_id"
        )
    with task.part("events"):
        events = write_events(raw, who, task)
    with task.part("duplicates"):
        repeats = find_repeats(events)
    with task.part("steps"):
        steps = used_steps(events, repeats)
    with task.part("verdicts"):
        fired = double_fired(events, steps)
        automated = automated_days(steps)
    with task.part("sessions"):
        used = (
            steps.filter(~pl.col("is_order").fill_null(value=False))
            .join(fired, on="row", how="anti")
            .with_columns(day=pl.col("moment") // DAY)
            .join(automated, on=["visitor_number", "day"], how="anti")
            .with_columns(
                event_type=pl.when(pl.col("is_order").is_null())
                .then("event_type")
                .otherwise(pl.lit("other", dtype=steps["event_type"].dtype))
            )
        )
        del steps
        days = session_days_of(used)
        sessions = sessions_of(days, identifiers, owners)
    with task.part("orders"):
        orders = orders_of(task, identities)
    with task.part("features"):
        features = features_of(days, orders, owners)
    with task.part("results"):
        sessions.write_parquet(task.out / "sessions.parquet")
        features.write_parquet(task.out / "features.parquet")
    (task.out / "events.parquet").unlink()
    task.finish()


if __name__ == "__main__":
    main()
