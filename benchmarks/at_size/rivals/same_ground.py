"""What all rivals stand on: their arguments, the project's lookups and its rules.

The rules are those of the project's defaults (``dbt_project.yml``), written once so
that no rival is measured against another rule.
"""

from __future__ import annotations

import argparse
import csv
import hmac
import json
import os
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from habitue.privacy.keys import find_key, pad_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from habitue.privacy.keys import PaddedKeys

LOOKUPS = Path(__file__).parents[3] / "seeds" / "lookups"
NOT_INSTALLED = 3

LATE_AFTER_DAYS = 3
DOUBLE_FIRE_SECONDS = 1
BOT_EVENTS_PER_MINUTE = 120
BOT_MINUTE_SPREAD_SECONDS = 10
BOT_VIEWS_WITHOUT_ENGAGEMENT = 200
SESSION_TIMEOUT_SECONDS = 1800
SESSION_CAP_DAYS = 3
HEARTBEAT_SECONDS = 10
MINIMUM_VISIT_SECONDS = 5
LONGEST_GAP_SECONDS = 60
RECENT_DAYS = 90
ACTIVE_DAYS = 28
SCORE_CUTS = (0.2, 0.4, 0.6, 0.8)
CANCELLED = ("cancelled", "canceled", "returned", "refunded")
VIEWS = ("page_view", "screen_view")
IDLE_VIEWS = ("page_view", "screen_view", "product_view")

# Counts of sessions and days, and the event types that each one adds up.
COUNTED = {
    "page_view_count": ("page_view", "screen_view"),
    "page_ping_count": ("page_ping",),
    "product_view_count": ("product_view",),
    "search_count": ("search",),
    "add_to_cart_count": ("add_to_cart",),
    "checkout_count": ("begin_checkout",),
    "purchase_count": ("purchase",),
    "feature_use_count": ("feature_use",),
    "email_click_count": ("email_click",),
}

# Columns that the rivals read. What a raw file lacks is null, as in the project.
EVENT_TEXTS = (
    *("event_id", "event_type", "user_id", "anonymous_id", "device_id"),
    *("client_session_id", "user_agent", "page_url", "page_path", "product_id"),
    *("category", "order_id", "page_view_id", "feature_name", "experiment_id"),
    "experiment_arm",
)
EVENT_NUMBERS = ("quantity", "unit_price")
EVENT_TIMES = ("occurred_at", "device_created_at", "sent_at", "received_at")
LINE_TEXTS = (
    *("order_id", "line_id", "user_id", "anonymous_id", "email", "product_id"),
    *("currency", "status"),
)
LINE_NUMBERS = ("quantity", "unit_price", "discount")
LINE_TIMES = ("ordered_at", "received_at")


@dataclass
class Task:
    """What a rival was asked for.

    Attributes:
        raw: Folder with ``events_*.parquet`` and ``order_lines_*.parquet``.
        identities: Parquet of ``pseudonym`` and ``customer_id``.
        out: Folder for ``sessions.parquet``, ``features.parquet``, ``parts.json``.
        threads: Threads to use.
        memory_limit: Memory to stay under, such as ``8GB``.
        seconds: Wall seconds by part of the work.
    """

    raw: Path
    identities: Path
    out: Path
    threads: int
    memory_limit: str
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def events(self) -> str:
        """The glob of the raw events."""
        return str(self.raw / "events_*.parquet")

    @property
    def order_lines(self) -> str:
        """The glob of the raw order lines."""
        return str(self.raw / "order_lines_*.parquet")

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part of the work."""
        started = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.monotonic() - started

    def finish(self) -> None:
        """Write what each part took beside the results."""
        written = json.dumps(self.seconds, indent=2)
        (self.out / "parts.json").write_text(written)


def read_task(description: str) -> Task:
    """The task that the command line describes; its output folder is made."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--identities", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-limit", default="8GB")
    task = Task(**vars(parser.parse_args()))
    task.out.mkdir(parents=True, exist_ok=True)
    return task


def leave_uninstalled(library: str) -> None:
    """Say on standard error that a library is missing, and stop.

    Raises:
        SystemExit: Always, with the exit code that the benchmark knows.
    """
    sys.stderr.write(f"{library} is not installed\n")
    raise SystemExit(NOT_INSTALLED)


def read_lookup(name: str) -> list[dict[str, str]]:
    """The rows of one of the project's lookup tables."""
    with (LOOKUPS / f"{name}.csv").open(newline="") as opened:
        return list(csv.DictReader(opened))


def padded_keys() -> PaddedKeys:
    """The padded pseudonym keys of the project's demo target."""
    return pad_key(pseudonym_key())


def pseudonym_key() -> str:
    """The pseudonym key of the project's demo target."""
    return find_key(os.environ, allow_demo_key=True)


def pseudonyms_of(kind: str, values: Iterable[str]) -> list[str]:
    """The pseudonyms of distinct normalised identifiers of one kind, as UUID texts."""
    key, start = pseudonym_key().encode(), f"{kind}:".encode()
    digests = (
        hmac.digest(key, start + value.encode(), "sha256").hex()[:32]
        for value in values
    )
    return [
        f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in digests
    ]


def names_of_nothing() -> dict[str, list[str]]:
    """Spellings, in lower case, that stand for no identifier, by kind."""
    found: dict[str, list[str]] = {}
    for row in read_lookup("identity_exclusions"):
        found.setdefault(row["identifier_kind"], [""]).append(row["raw_value"])
    return found


def event_type_names() -> dict[str, str]:
    """The event type of each event name that files may hold."""
    return {
        row["event_name"]: row["event_type"]
        for row in read_lookup("event_types")
        if row["producer"] == "files"
    }


def robots_among(user_agents: Iterable[str]) -> list[str]:
    """Those of the distinct user agents that belong to a robot."""
    patterns = [
        (re.compile(row["pattern"]), row["is_exception"] == "true")
        for row in read_lookup("bot_user_agents")
    ]
    found = []
    for user_agent in user_agents:
        text = user_agent.strip().lower()
        kinds = {exempt for pattern, exempt in patterns if pattern.search(text)}
        if kinds == {False}:
            found.append(user_agent)
    return found


def given_threads() -> str:
    """The threads asked for, for libraries that ask when they are imported."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--threads", default="2")
    return parser.parse_known_args()[0].threads
