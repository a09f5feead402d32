"""Work on the vault and the database that was begun and must be finished.

One transaction can write to one database file only, so an erasure or a rotation is done
in steps. The row in ``pending_work`` is there from before the first to after the last:
a build that finds it refuses to start and names the command that finishes it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from habitue.database import has_table

if TYPE_CHECKING:
    import duckdb


class PendingWorkError(RuntimeError):
    """Something that was begun has to be finished first."""


class PendingWork(NamedTuple):
    """What was begun.

    Attributes:
        work: What it is, such as ``erasure`` or ``rotation``.
        command: The command that finishes it.
        begun_at: When it was begun, UTC.
    """

    work: str
    command: str
    begun_at: datetime


def find_pending(
    connection: duckdb.DuckDBPyConnection, *, vault: str
) -> list[PendingWork]:
    """What is pending in a vault, oldest first."""
    if not has_table(connection, "pending_work", schema=vault):
        return []
    rows = connection.execute(
        f"select work, command, begun_at from {vault}.pending_work "  # noqa: S608
        "order by begun_at"
    ).fetchall()
    return [PendingWork._make(row) for row in rows]


def require_none_pending(
    connection: duckdb.DuckDBPyConnection, *, vault: str, but: str = ""
) -> None:
    """Stop where something is pending.

    Args:
        connection: Any connection that sees the vault.
        vault: Qualified schema of the vault.
        but: Work that may be pending, since the caller is about to finish it.

    Raises:
        PendingWorkError: If there is; the message names the command.
    """
    for pending in find_pending(connection, vault=vault):
        if pending.work != but:
            raise PendingWorkError(
                f"The {pending.work} that was begun on "
                f"{pending.begun_at:%Y-%m-%d %H:%M} UTC is not finished: "
                f"run `{pending.command}` first."
            )


def begin_work(
    connection: duckdb.DuckDBPyConnection, *, vault: str, work: str, command: str
) -> None:
    """Note that something is begun, once however often it is."""
    connection.execute(
        f"create table if not exists {vault}.pending_work "
        "(work varchar, command varchar, begun_at timestamp)"
    )
    if any(one.work == work for one in find_pending(connection, vault=vault)):
        return
    connection.execute(
        f"insert into {vault}.pending_work values (?, ?, ?)",  # noqa: S608
        [work, command, datetime.now(tz=UTC).replace(tzinfo=None)],
    )


def finish_work(
    connection: duckdb.DuckDBPyConnection, *, vault: str, work: str
) -> None:
    """Note that it is done."""
    connection.execute(
        f"delete from {vault}.pending_work where work = ?",  # noqa: S608
        [work],
    )
