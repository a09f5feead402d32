"""A few people, row by row, with whose row each one is.

Ada is the one who is erased: two user ids that her e-mail makes one, a cookie and a
phone of her own, and a tablet that she shares with Ben and with those who do not log
in. Her rows are mixed with others' in every way that lets the one depend on the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[[str, dict[str, str]], dict[str, str] | None]

ADA = "ada"
# Everything of hers that rows hold, for looking for it.
RAW_VALUES = (
    "u-ada",
    "u-lovelace",
    "ada@mail.example",
    "c-ada",
    "c-old-ada",
    "d-ada",
    "s-ada",
    "+44 20 7946 0001",
    "Byron",
    "AdaPhone/1",
)
IDENTIFIERS = {
    ("user_id", "u-ada"),
    ("user_id", "u-lovelace"),
    ("email", "ada@mail.example"),
    ("anonymous_id", "c-ada"),
    ("anonymous_id", "c-old-ada"),
    ("device_id", "d-ada"),
    ("client_session_id", "s-ada"),
}
HEADERS = {
    "events": (
        "event_id,event_type,occurred_at,device_created_at,sent_at,received_at,user_id,"
        "anonymous_id,device_id,client_session_id,email,phone,first_name,last_name,"
        "user_agent,page_path,page_view_id,product_id,order_id,quantity,unit_price"
    ),
    "order_lines": (
        "order_id,line_id,ordered_at,user_id,anonymous_id,email,product_id,quantity,"
        "unit_price,received_at"
    ),
    "consents": "user_id,anonymous_id,purpose,status,changed_at,policy_version",
    "shop_orders": (
        "order_id,user_id,anonymous_id,email,status,channel,payment_method,currency,"
        "ordered_at,updated_at,received_at"
    ),
    "shop_order_lines": (
        "order_id,line_id,product_id,category,quantity,unit_price,discount,received_at"
    ),
}


def event(name: str, kind: str, at: str, **values: str) -> dict[str, str]:
    """An event at a time of March 2024, received a second later."""
    moment = f"2024-03-{at}"
    row = {"event_id": name, "event_type": kind, "occurred_at": moment}
    if "received_at" not in values:
        row["received_at"] = moment
    return row | values


def _events() -> list[tuple[str, dict[str, str]]]:
    hers = {"anonymous_id": "c-ada", "device_id": "d-ada", "user_agent": "AdaPhone/1"}
    tablet = {
        "anonymous_id": "c-tablet",
        "device_id": "d-tablet",
        "user_agent": "Pad/1",
    }
    ben = {"user_id": "u-ben", "anonymous_id": "c-ben", "user_agent": "Desk/1"}
    said = {"email": " Ada@Mail.example", "phone": "+44 20 7946 0001"}
    name = {"first_name": "Ada", "last_name": "Byron"}
    cleo = {"user_id": "u-cleo", "anonymous_id": "c-cleo", "user_agent": "Desk/1"}
    return [
        # Her own cookie: before she logs in, and after.
        (ADA, event("a1", "page_view", "01 10:00:00", page_path="/", **hers)),
        (ADA, event("a2", "identify", "01 10:01:00", user_id="u-ada", **said, **name,
                    **hers)),
        (ADA, event("a3", "product_view", "01 10:02:00", user_id="u-ada",
                    product_id="p1", **hers)),
        (ADA, event("a4", "product_view", "01 10:02:00.400", user_id="u-ada",
                    product_id="p1", **hers)),
        # The other user id, by the same e-mail, at a browser that was hers before.
        (ADA, event("a5", "identify", "02 09:00:00", user_id="u-lovelace",
                    anonymous_id="c-old-ada", email="ada@mail.example")),
        (ADA, event("a6", "page_view", "02 09:05:00", anonymous_id="c-old-ada")),
        # A session id stands in for her, with and without her name.
        (ADA, event("a7", "feature_use", "02 12:00:00", user_id="u-ada",
                    client_session_id="s-ada")),
        (ADA, event("a8", "feature_use", "02 12:10:00", client_session_id="s-ada")),
        # Rows that are not used: late, without a time, only her telephone number.
        (ADA, event("a9", "page_view", "01 11:00:00", user_id="u-ada",
                    device_created_at="2024-03-01 11:00:00",
                    sent_at="2024-03-09 11:00:00",
                    received_at="2024-03-09 11:00:00", **hers)),
        (ADA, event("a10", "page_view", "", user_id="u-ada", occurred_at="never",
                    received_at="2024-03-01 12:00:00")),
        (ADA, event("a11", "feedback", "03 12:00:00", phone="0044 2079460001")),
        (ADA, event("a17", "feedback", "03 13:00:00", user_id="u-ada",
                    phone="+44 20 7946 0001")),
        # Between two visits of Ben's on the tablet: they are one until she goes.
        ("ben", event("b1", "page_view", "04 20:00:00", user_id="u-ben", **tablet)),
        (ADA, event("a12", "page_view", "04 20:20:00", user_id="u-ada", **tablet)),
        ("ben", event("b2", "page_view", "04 20:40:00", user_id="u-ben", **tablet)),
        ("none", event("n1", "page_view", "05 08:00:00", page_path="/n", **tablet)),
        (ADA, event("a13", "page_view", "05 21:00:00", user_id="u-ada", **tablet)),
        # She was the first of what can happen once only, and of one event id.
        (ADA, event("a14", "purchase", "06 10:00:00", user_id="u-ada", order_id="e1",
                    product_id="p1", quantity="1", unit_price="10", **hers)),
        ("ben", event("b3", "purchase", "06 11:00:00", order_id="e1", product_id="p1",
                      quantity="1", unit_price="10", **ben)),
        (ADA, event("twice", "page_view", "06 12:00:00", user_id="u-ada", **hers)),
        ("ben", event("twice", "page_view", "06 13:00:00", **ben)),
        (ADA, event("a15", "page_view", "07 23:59:59.500", user_id="u-ada",
                    page_view_id="v1", **tablet)),
        ("ben", event("b4", "page_view", "08 00:00:00.200", user_id="u-ben",
                      page_view_id="v1", **tablet)),
        # A double-fire over midnight whose first half is hers.
        (ADA, event("a16", "search", "08 23:59:59.800", user_id="u-ada", **tablet)),
        ("none", event("n2", "search", "09 00:00:00.300", **tablet)),
        # Others, who have nothing to do with her.
        ("ben", event("b5", "identify", "10 10:00:00", email="ben@mail.example",
                      phone="+44 20 7946 0002", first_name="Ben", **ben)),
        ("ben", event("b6", "product_view", "10 10:05:00", product_id="p2", **ben)),
        ("cleo", event("c1", "page_view", "10 10:00:00", **cleo)),
        ("cleo", event("c2", "page_view", "11 10:00:00", **cleo)),
        ("cleo", event("c3", "page_view", "", occurred_at="never", user_id="u-cleo",
                       received_at="2024-03-11 12:00:00")),
        ("none", event("n3", "page_view", "11 10:00:00", page_path="/nobody")),
        ("none", event("n4", "page_view", "12 10:00:00", anonymous_id="c-none",
                       user_agent="AdaPhone/2")),
    ]  # fmt: skip


def _order_lines() -> list[tuple[str, dict[str, str]]]:
    def line(order: str, number: str, **values: str) -> dict[str, str]:
        return {
            "order_id": order,
            "line_id": number,
            "ordered_at": "2024-03-06 15:00:00",
            "product_id": "p1",
            "quantity": "1",
            "unit_price": "10",
            "received_at": "2024-03-06 16:00:00",
        } | values

    return [
        (ADA, line("f1", "1", user_id="u-ada", unit_price="30")),
        (ADA, line("f1", "2", product_id="p2")),
        (ADA, line("f2", "1", email="ADA@mail.example")),
        (ADA, line("f3", "1", user_id="u-lovelace", ordered_at="someday")),
        ("ben", line("f4", "1", user_id="u-ben", unit_price="12")),
        ("ben", line("f4", "2", user_id="u-ben", unit_price="")),
        ("cleo", line("f5", "1", email="cleo@mail.example", anonymous_id="c-cleo")),
    ]


def _consents() -> list[tuple[str, dict[str, str]]]:
    def consent(at: str, status: str, **values: str) -> dict[str, str]:
        return {
            "purpose": "analytics",
            "status": status,
            "changed_at": f"2024-03-{at}",
            "policy_version": "v1",
        } | values

    return [
        (ADA, consent("05 00:00:00", "denied", user_id="u-ada")),
        (ADA, consent("06 00:00:00", "granted", user_id="u-ada")),
        (ADA, consent("06 00:00:00", "perhaps", user_id="u-ada")),
        (ADA, consent("01 00:00:00", "granted", anonymous_id="c-ada")),
        ("ben", consent("10 10:02:00", "denied", user_id="u-ben")),
        ("cleo", consent("11 09:00:00", "denied", anonymous_id="c-cleo")),
        ("none", consent("11 09:00:00", "granted")),
    ]


def _shop_orders() -> list[tuple[str, dict[str, str]]]:
    def header(order: str, **values: str) -> dict[str, str]:
        return {
            "order_id": order,
            "status": "completed",
            "channel": "web",
            "ordered_at": "2024-03-07 10:00:00",
            "updated_at": "2024-03-07 10:00:00",
            "received_at": "2024-03-07 11:00:00",
        } | values

    return [
        (ADA, header("o1", user_id="u-ada", payment_method="card")),
        (ADA, header("o1", status="returned", updated_at="2024-03-08 10:00:00")),
        (ADA, header("o2", email="Ada@mail.example", anonymous_id="c-tablet")),
        (
            "ben",
            header(
                "o3",
                user_id="u-ben",
                anonymous_id="c-tablet",
                ordered_at="2024-03-05 10:00:00",
            ),
        ),
        ("ben", header("o4", user_id="u-ben")),
    ]


def _shop_order_lines() -> list[tuple[str, dict[str, str]]]:
    def line(order: str, number: str, price: str) -> dict[str, str]:
        return {
            "order_id": order,
            "line_id": number,
            "product_id": "p3",
            "quantity": "2",
            "unit_price": price,
            "received_at": "2024-03-07 11:00:00",
        }

    return [
        (ADA, line("o1", "1", "40")),
        (ADA, line("o1", "2", "44")),
        (ADA, line("o2", "1", "48")),
        ("ben", line("o3", "1", "20")),
        ("ben", line("o4", "1", "")),
        ("none", line("o9", "1", "99")),
    ]


ROWS = {
    "events": _events(),
    "order_lines": _order_lines(),
    "consents": _consents(),
    "shop_orders": _shop_orders(),
    "shop_order_lines": _shop_order_lines(),
}


def variables(folder: Path) -> dict[str, object]:
    """The vars that read the files of a world."""
    return {
        "sources": ["files", "shop"],
        "raw_location": str(folder),
        "raw_format": "csv",
        "identity_rules": {"email": ["email"], "caller": ["phone", "first_name"]},
    } | {
        f"files_{kind}_path": str(folder / f"{kind}_*.csv")
        for kind in ("events", "order_lines", "consents")
    }


def write(
    folder: Path,
    kind: str,
    *,
    without: str = "",
    change: Change = lambda _, row: row,
    name: str = "",
) -> None:
    """Write a file of one kind, in place of what it held.

    Args:
        folder: Where to.
        kind: The kind of its rows.
        without: Whose rows are left out.
        change: What becomes of others, by kind and row; None leaves a row out.
        name: Its name; the usual one without.
    """
    folder.mkdir(parents=True, exist_ok=True)
    header = HEADERS[kind].split(",")
    lines = [HEADERS[kind]]
    for owner, row in ROWS[kind]:
        changed = None if owner == without else change(kind, row)
        if changed is not None:
            lines.append(",".join(changed.get(column, "") for column in header))
    usual = kind if kind.startswith("shop_") else f"{kind}_1"
    (folder / f"{name or usual}.csv").write_text("\n".join(lines) + "\n")


def write_all(
    folder: Path,
    *,
    without: str = "",
    change: Change = lambda _, row: row,
) -> None:
    """Write a file of each kind."""
    for kind in ROWS:
        write(folder, kind, without=without, change=change)


def count_of(owner: str, kind: str) -> int:
    """How many rows of one kind are somebody's."""
    return sum(1 for whose, _ in ROWS[kind] if whose == owner)
