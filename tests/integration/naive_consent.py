"""Consent read a second time, with dictionaries, from its rules and not from the SQL.

A subject is (kind, raw value), as in ("user_id", "ada"). A subject's word is the last
thing it said: at one moment no wins, and of two nos the one in words. An opt-out signal
counts where the subject's word is not a no already.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable

Subject = tuple[str, str]
Row = dict[str, Any]

LOOKUPS = PROJECT / "seeds/lookups"
PURPOSES = ("analytics", "personalisation", "marketing", "sale_sharing")
HELD = ("anonymous_id", "device_id")


class Word(NamedTuple):
    """One thing that was said; `signal` names the signal that said it, if one did."""

    at: Any
    status: str
    source: str = ""
    policy_version: str = ""
    signal: str | None = None

    @property
    def is_no(self) -> bool:
        return self.status == "denied"


def lookup(name: str) -> list[dict[str, str]]:
    """The rows of a seed."""
    with (LOOKUPS / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


@dataclass
class Book:
    """Everything that was said, and who was named with whom."""

    signals: dict[str, list[str]]
    defaults: dict[tuple[str, str], str] = field(
        default_factory=lambda: {
            (row["region"], row["purpose"]): row["status"]
            for row in lookup("consent_defaults")
        }
    )
    said: dict[tuple[Subject, str], list[Word]] = field(
        default_factory=lambda: defaultdict(list)
    )
    emails_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    users_on: dict[Subject, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note_consent(self, subject: Subject, purpose: str, word: Word) -> None:
        self.said[subject, purpose].append(word)

    def note_row(self, row: Row) -> None:
        """An event or order line: who is named, and the signal that it carries."""
        user = row["user_id"]
        if user and row["email"]:
            self.emails_of[user].add(row["email"])
        for kind in HELD:
            if user and row.get(kind):
                self.users_on[kind, row[kind]].add(user)
        signal = row.get("opt_out_signal")
        for purpose in self.signals.get(signal or "", []):
            word = Word(row["at"], "denied", f"signal {signal}", signal=signal)
            for subject in {row["visitor"], ("user_id", user)}:
                if subject[1]:
                    self.said[subject, purpose].append(word)

    def history(self, subject: Subject, purpose: str) -> list[Word]:
        """What counts of all that the subject said, in order."""
        moments: dict[Any, list[Word]] = defaultdict(list)
        for word in self.said.get((subject, purpose), []):
            moments[word.at].append(word)
        words: list[Word] = []
        for at in sorted(moments):
            said = [word for word in moments[at] if word.is_no] or moments[at]
            said = [word for word in said if not word.signal] or said
            policy = max(word.policy_version for word in said)
            said = [word for word in said if word.policy_version == policy]
            word = min(said, key=lambda word: word.source)
            if not (word.signal and words and words[-1].is_no):
                words.append(word)
        return words

    def word(self, subject: Subject, purpose: str, at: Any) -> Word | None:
        """What the subject says at a time; at None, in the end."""
        past = [w for w in self.history(subject, purpose) if at is None or w.at <= at]
        return past[-1] if past else None

    def words_of(self, subject: Subject, purpose: str, at: Any) -> list[Word]:
        """Its own word, and for a user the nos of the e-mails that it gave."""
        own = self.word(subject, purpose, at)
        words = [own] if own else []
        if subject[0] == "user_id":
            mails = [
                self.word(("email", email), purpose, at)
                for email in self.emails_of.get(subject[1], ())
            ]
            words += [word for word in mails if word and word.is_no]
        return words

    def final_no(self, subject: Subject, purpose: str) -> Word | None:
        """The no that the subject ends with, if it does."""
        last = latest(self.words_of(subject, purpose, None))
        return last if last and last.is_no else None

    def default(self, region: str | None, purpose: str) -> tuple[str, str]:
        """The region that a rule is made for, and what it says."""
        region = (region or "").upper()
        is_iso = len(region) == 2 or region[2:3] == "-"
        for key in (region, region[:2] if is_iso else "", "*"):
            if (key, purpose) in self.defaults:
                return key, self.defaults[key, purpose]
        raise LookupError(purpose)


def latest(words: Iterable[Word]) -> Word | None:
    """The last of several words; at one moment no wins."""
    return max(words, key=lambda word: (word.at, word.is_no), default=None)


def subjects_of(event: Row) -> dict[str, Subject]:
    """Whom an event names: user, e-mail, visitor, device, in this order."""
    named = {
        "user": ("user_id", event["user_id"]),
        "email": ("email", event["email"]),
        "visitor": event["visitor"],
        "device": ("device_id", event["device_id"]),
    }
    return {role: subject for role, subject in named.items() if subject[1]}


def reason_to_withhold(book: Book, event: Row, policy: str) -> str | None:
    """Why an event must not be analysed; None where it may."""
    subjects, at = subjects_of(event), event["at"]
    if policy == "backwards":
        for subject in subjects.values():
            no = book.final_no(subject, "analytics")
            if no and no.at > at:
                return "analytics consent withdrawn later"
    words = {
        role: book.words_of(subject, "analytics", at)
        for role, subject in subjects.items()
    }
    nos = [word for said in words.values() for word in said if word.is_no]
    if "analytics" in book.signals.get(event.get("opt_out_signal") or "", []):
        nos.append(Word(at, "denied", signal=event["opt_out_signal"]))
    yes = governing_yes(book, event, subjects, words)
    last_no = max(nos, key=lambda word: word.at, default=None)
    if last_no and (yes is None or last_no.at >= yes.at):
        if last_no.signal:
            return f"opted out by signal {last_no.signal}"
        return "analytics consent denied"
    region, status = book.default(event.get("region"), "analytics")
    if yes is None and status == "denied":
        return f"no analytics consent given (default of {region})"
    return None


def governing_yes(
    book: Book,
    event: Row,
    subjects: dict[str, Subject],
    words: dict[str, list[Word]],
) -> Word | None:
    """The yes that speaks for an event, if one does."""
    for person in ("user", "email"):
        if words.get(person):
            return latest(word for word in words[person] if not word.is_no)
    return latest(
        word
        for role in ("visitor", "device")
        for word in words.get(role, [])
        if not word.is_no
        and not (event["user_id"] and len(book.users_on[subjects[role]]) > 1)
    )
