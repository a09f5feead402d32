"""Little worlds of people, cookies and devices, with all that consent must tell apart.

Times are whole hours of four days, so that words and events often fall together.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

Rows = dict[str, list[dict[str, Any]]]

WORLDS = 220
START = datetime(2024, 3, 1)  # noqa: DTZ001
COLUMNS = {
    "events": (
        *("event_id", "event_type", "occurred_at", "user_id", "anonymous_id"),
        *("device_id", "email", "region", "opt_out_signal", "page_path"),
    ),
    "consents": (
        *("user_id", "anonymous_id", "subject_identifier", "identifier_kind"),
        *("purpose", "status", "policy_version", "source", "changed_at"),
    ),
    "order_lines": (
        *("order_id", "line_id", "ordered_at", "unit_price", "user_id"),
        *("anonymous_id", "email"),
    ),
}
REGIONS = (None, None, "DE", "de-by", "US-CA", "US-NY", "us", "BR", "Germany", "?")
NAMES = (
    *("analytics", "Analytics", "statistics", "analytics", "analytics-storage"),
    *("marketing", "Advertising", "personalization", "sale", "do_not_sell", "curling"),
)
STATUSES = ("granted", "denied", "yes", "Withdrawn", "granted", "denied", "perhaps")


class World:
    """Three people on three cookies and two devices; names of its own."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.rng = random.Random(f"world {number}")  # noqa: S311

    def moment(self) -> str:
        return str(START + timedelta(hours=self.rng.randrange(96)))

    def user(self, share: float = 1) -> str | None:
        return self._name("user", 3, share)

    def cookie(self, share: float = 1) -> str | None:
        return self._name("cookie", 3, share)

    def device(self, share: float = 1) -> str | None:
        return self._name("device", 2, share)

    def mail(self, share: float = 1) -> str | None:
        name = self._name("mail", 2, share)
        return f"{name}@example.com" if name else None

    def _name(self, kind: str, count: int, share: float) -> str | None:
        """One of so many of a kind, or nothing."""
        if self.rng.random() >= share:
            return None
        return f"{kind}-{self.number}-{self.rng.randrange(count)}"

    def rows(self) -> Rows:
        login_share = self.rng.choice((0.3, 0.7))
        consents = [self.consent() for _ in range(self.rng.randrange(9))]
        if consents and self.rng.random() < 0.3:
            consents.append(dict(self.rng.choice(consents)))
        return {
            "events": [self.event(place, login_share) for place in range(12)],
            "consents": consents,
            "order_lines": [
                self.order(place) for place in range(self.rng.randrange(3))
            ],
        }

    def event(self, place: int, login_share: float) -> dict[str, Any]:
        event = {
            "event_id": f"e{self.number}-{place}",
            "event_type": "page_view",
            "page_path": f"/{place}",
            "occurred_at": self.moment(),
            "user_id": self.user(login_share),
            "anonymous_id": self.cookie(0.75),
            "device_id": self.device(0.5),
            "email": self.mail(0.2),
            "region": self.rng.choice(REGIONS),
            "opt_out_signal": self.rng.choice((*[None] * 7, "gpc", "GPC", "dnt")),
        }
        if not (event["user_id"] or event["anonymous_id"] or event["device_id"]):
            event["user_id"] = self.user()
        return event

    def consent(self) -> dict[str, Any]:
        return self.subject() | {
            "purpose": self.rng.choice(NAMES),
            "status": self.rng.choice(STATUSES),
            "policy_version": self.rng.choice((None, "v1", "v2")),
            "source": self.rng.choice((None, "banner", "app")),
            "changed_at": self.moment(),
        }

    def subject(self) -> dict[str, Any]:
        mail = {"subject_identifier": self.mail(), "identifier_kind": "email"}
        usual = ({"user_id": self.user()}, {"anonymous_id": self.cookie()}, mail)
        rare = (
            {"user_id": self.user(), "anonymous_id": self.cookie()},
            {"user_id": "null", "anonymous_id": self.cookie()},
            {"subject_identifier": self.user()},
            {"subject_identifier": self.device(), "identifier_kind": "device_id"},
            {
                "subject_identifier": str(self.mail()).upper(),
                "identifier_kind": "Email",
            },
            {"subject_identifier": "x", "identifier_kind": "shoe size"},
            {},
        )
        return self.rng.choice(rare if self.rng.random() < 0.4 else usual)

    def order(self, place: int) -> dict[str, Any]:
        return {
            "order_id": f"o{self.number}-{place}",
            "line_id": "1",
            "ordered_at": self.moment(),
            "unit_price": "5",
            "user_id": self.user(0.7),
            "anonymous_id": self.cookie(0.5),
            "email": self.mail(0.7),
        }


def stories() -> list[tuple[int, str, dict[str, Any]]]:
    """What reaches back to events of an earlier batch: batch, kind of input, row.

    Nothing else arrives in the second batch for the day of the event that changes.
    """

    def event(day: int, region: str = "BR", **more: str) -> tuple[str, dict[str, Any]]:
        name = f"story {day} " + " ".join(more.values())
        return "events", more | {
            "event_id": name,
            "event_type": "page_view",
            "page_path": f"/{name}",
            "occurred_at": str(START + timedelta(days=day)),
            "region": region,
        }

    def consent(status: str, kind: str, subject: str) -> tuple[str, dict[str, Any]]:
        return "consents", {
            "subject_identifier": subject,
            "identifier_kind": kind,
            "purpose": "analytics",
            "status": status,
            "changed_at": str(START),
        }

    order = {"order_id": "story", "line_id": "1", "ordered_at": str(START)}
    return [
        # A cookie and a device that said yes come to be shared.
        (0, *consent("granted", "anonymous_id", "cookie a")),
        (0, *event(1, "DE", user_id="user a", anonymous_id="cookie a")),
        (1, *event(3, "DE", user_id="user b", anonymous_id="cookie a")),
        (0, *consent("granted", "device_id", "device c")),
        (0, *event(1, "DE", user_id="user c", device_id="device c")),
        (1, *event(3, "DE", user_id="user d", device_id="device c")),
        # A user turns out to have an e-mail that said no; so it does in an order.
        (0, *consent("denied", "email", "e@example.com")),
        (0, *event(1, user_id="user e")),
        (1, *event(3, user_id="user e", email="e@example.com")),
        (0, *consent("denied", "email", "f@example.com")),
        (0, *event(1, user_id="user f")),
        (1, "order_lines", order | {"user_id": "user f", "email": "f@example.com"}),
        # The e-mail of a user, and a user, said no before.
        (0, *event(1, user_id="user g", email="g@example.com")),
        (0, *event(2, user_id="user g")),
        (1, *consent("denied", "email", "g@example.com")),
        (0, *event(1, user_id="user h")),
        (1, *consent("denied", "user_id", "user h")),
        # A cookie, and a user elsewhere, had sent a signal before.
        (0, *event(2, anonymous_id="cookie i")),
        (1, *event(1, anonymous_id="cookie i", opt_out_signal="gpc")),
        (0, *event(2, user_id="user j")),
        (1, *event(1, user_id="user j", device_id="device j", opt_out_signal="gpc")),
        # Two say yes and no at the same time.
        (0, *consent("granted", "user_id", "user k")),
        (1, *consent("denied", "anonymous_id", "cookie k")),
        (0, *event(1, user_id="user k", anonymous_id="cookie k")),
        (0, *consent("granted", "anonymous_id", "cookie l")),
        (1, *consent("denied", "device_id", "device l")),
        (0, *event(1, anonymous_id="cookie l", device_id="device l")),
    ]


def make_batches(count: int) -> tuple[Rows, list[Rows]]:
    """All rows of all worlds, and the same in batches, in no order."""
    rng = random.Random("batches")  # noqa: S311
    everything: Rows = {kind: [] for kind in COLUMNS}
    batches: list[Rows] = [{kind: [] for kind in COLUMNS} for _ in range(count)]
    for number in range(WORLDS):
        for kind, rows in World(number).rows().items():
            everything[kind] += rows
            # Consents may all come first, or last, or in between.
            first, last = sorted(rng.choices(range(count), k=2))
            for row in rows:
                batches[rng.randint(first, last)][kind].append(row)
    for place, kind, row in stories():
        everything[kind].append(row)
        batches[place][kind].append(row)
    return everything, batches
