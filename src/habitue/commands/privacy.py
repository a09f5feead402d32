"""`habitue privacy`: what a person may ask for, in the terminal."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from habitue.audit import read_trail, record
from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.commands.rotation import rotate_key_command
from habitue.database import DatabaseError
from habitue.privacy import erasure
from habitue.privacy.absence import look_for
from habitue.privacy.access import as_json, as_page, read_held
from habitue.privacy.certificate import (
    CertificateError,
    certificate_of,
    read_certificate,
    write_certificate,
)
from habitue.privacy.compaction import CompactionError, compact
from habitue.privacy.connection import opened_vault
from habitue.privacy.files import PrivateFileError, write_private
from habitue.privacy.person import (
    KINDS,
    AlreadyErasedError,
    PersonError,
    find_person,
    tombstone_of_asked,
    tombstones_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from habitue.privacy.absence import Verdict
    from habitue.privacy.connection import PrivacyConnection

privacy_app = typer.Typer(
    help="What is held about a person: show it, erase it, prove it.",
    no_args_is_help=True,
    add_completion=False,
)
privacy_app.command(name="rotate-key")(rotate_key_command)
_STILL_THERE = 1
_FOLDER = Path("privacy")

_Identifier = Annotated[
    str,
    typer.Argument(
        metavar="IDENTIFIER",
        help="A user id, e-mail, cookie, device or session as it was sent, or a "
        "customer id.",
    ),
]
_Kind = Annotated[
    str | None,
    typer.Option(help=f"Its kind, where it may be several: {', '.join(KINDS)}."),
]
_Folder = Annotated[Path, typer.Option(help="Folder to write into.")]


@privacy_app.callback()
def privacy() -> None:
    """What is held about a person: show it, erase it, prove it."""


@privacy_app.command(name="access")
def access_command(
    *,
    identifier: _Identifier,
    kind: _Kind = None,
    database: Database = None,
    out: _Folder = _FOLDER,
    is_json: AsJson = False,
) -> None:
    """Show everything that is held about a person, as JSON and as a page to read.

    The files are readable by their owner only. With --json the JSON is printed, and
    nothing is written.
    """
    with _refusing(), Console(stderr=True).status("Reading"):
        with opened_vault(path_of(database)) as opened:
            person = find_person(opened, identifier, kind=kind)
            held = read_held(opened, person, identifier)
            parts = {part.name: len(part.rows) for part in held.parts}
            subject = tombstone_of_asked(opened, person)
            _on_record(opened, "access", subject, {"rows": parts}, held.row_count)
        text = json.dumps(as_json(held), indent=2, ensure_ascii=False)
        files = []
        if not is_json:
            name = f"access_{held.read_at:%Y-%m-%d_%H%M%S}"
            files.append(write_private(out / f"{name}.json", text + "\n"))
            files.append(write_private(out / f"{name}.html", as_page(held)))
    if is_json:
        typer.echo(text)
        return
    console = Console()
    for part in held.parts:
        if part.rows:
            console.print(f"{len(part.rows):>8,}  {part.name}", highlight=False)
    console.print(f"Written: {files[1]} and {files[0]}", soft_wrap=True)


@privacy_app.command(name="erase")
def erase_command(
    *,
    identifier: _Identifier = "",
    kind: _Kind = None,
    database: Database = None,
    out: _Folder = _FOLDER,
    is_agreed: Annotated[
        bool, typer.Option("--yes", help="Do not ask before it is done.")
    ] = False,
    is_resumed: Annotated[
        bool, typer.Option("--resume", help="Finish an erasure that was interrupted.")
    ] = False,
    is_compacted: Annotated[
        bool,
        typer.Option(
            "--compact/--no-compact",
            help="Rewrite the file, so that none of its bytes is the person's.",
        ),
    ] = True,
    is_json: AsJson = False,
) -> None:
    """Erase a person: from the vault, the rows and everything made of them.

    What is made again, like features and segments, follows at the next `dbt build`.
    """
    console = Console(stderr=True)
    path = path_of(database)
    with _refusing(), console.status("Looking") as status:
        with opened_vault(path, finishing=erasure.WORK) as opened:
            plan = _begun(opened, identifier, is_resumed=is_resumed)
            if plan is None:
                person = find_person(opened, identifier, kind=kind)
                plan = erasure.make_plan(opened, person)
                counts = erasure.preview(opened, plan)
                status.stop()
                if not is_agreed:
                    console.print(_preview_table(plan, counts))
                    typer.confirm("Erase for good?", abort=True, err=True)
                status.start()
                erasure.begin(opened, plan)
            files: list[Path] = []
            told: dict[str, Any] = {}

            def certify(outcome: erasure.Outcome) -> None:
                told.update(
                    certificate_of(
                        outcome,
                        trail=read_trail(opened.connection),
                        secret=opened.keyring.secret,
                    )
                )
                files.extend(write_certificate(told, out))

            erasure.finish(
                opened,
                plan,
                certify=certify,
                progress=lambda what: status.update(f"Erasing: {what}"),
            )
        if is_compacted:
            status.update("Rewriting the file")
            _compact(path)
    if is_json:
        typer.echo(json.dumps(told | {"files": [str(one) for one in files]}, indent=2))
        return
    _print_erased(Console(), told, files)


@privacy_app.command(name="compact")
def compact_command(*, database: Database = None) -> None:
    """Rewrite the database file, so that its bytes hold nothing of what was deleted."""
    with _refusing(), Console(stderr=True).status("Rewriting the file"):
        freed = _compact(path_of(database))
    typer.echo(f"Freed {freed:,} bytes.")


@privacy_app.command(name="verify")
def verify_command(
    *,
    identifier: _Identifier = "",
    kind: _Kind = None,
    certificate: Annotated[
        Path | None, typer.Option(help="The certificate of an erasure, JSON.")
    ] = None,
    published: Annotated[
        Path | None,
        typer.Option(help="A published copy to look through instead of the database."),
    ] = None,
    database: Database = None,
    is_json: AsJson = False,
) -> None:
    """Prove that nothing is left of a person, or show where something is.

    Ends with 0 if nothing is left in what habitue holds, and with 1 if something is.
    """
    with _refusing(), Console(stderr=True).status("Looking at every column"):
        if bool(identifier.strip()) == bool(certificate):
            raise PersonError("Give an identifier, or --certificate with its file.")
        if published and not published.is_file():
            raise PersonError(f"No published copy at {published}.")
        with opened_vault(path_of(database)) as opened:
            secret = opened.keyring.secret
            told = read_certificate(certificate, secret=secret) if certificate else None
            stones = [one["tombstone"] for one in told["tombstones"]] if told else []
            verdict = look_for(
                opened,
                asked=identifier or None,
                kind=kind,
                tombstones=stones,
                copy=published,
            )
            _on_record(
                opened,
                "verify erasure",
                stones[0] if stones else tombstones_of(opened, identifier, kind)[0],
                {"findings": len(verdict.findings), "published": str(published or "")},
            )
    if is_json:
        findings = [one._asdict() for one in verdict.findings]
        typer.echo(
            json.dumps(
                verdict._asdict()
                | {"findings": findings, "is_absent": verdict.is_absent},
                indent=2,
            )
        )
    else:
        _print_verdict(Console(), verdict)
    if not verdict.is_absent:
        raise typer.Exit(_STILL_THERE)


@contextmanager
def _refusing() -> Iterator[None]:
    """One line for what cannot be done, and 2; a person erased before is no error."""
    try:
        yield
    except AlreadyErasedError as error:
        typer.echo(str(error))
        raise typer.Exit(0) from error
    except (
        CertificateError,
        CompactionError,
        DatabaseError,
        PersonError,
        PrivateFileError,
    ) as error:
        raise refused(error) from error


def _begun(
    opened: PrivacyConnection, identifier: str, *, is_resumed: bool
) -> erasure.Plan | None:
    """The erasure to finish, None to begin one."""
    plan = erasure.unfinished(opened)
    if plan and not is_resumed:
        raise PersonError(
            f"The erasure that was begun on {plan.planned_at:%Y-%m-%d %H:%M} UTC is "
            f"not finished: run `{erasure.COMMAND}` first."
        )
    if is_resumed and identifier:
        raise PersonError("--resume takes no identifier: it finishes what was begun.")
    if is_resumed and not plan:
        raise PersonError("There is no erasure to finish.")
    return plan


def _compact(path: Path) -> int:
    try:
        return compact(path)
    except DatabaseError as error:
        raise CompactionError(
            f"{error} The file was not rewritten: run `habitue privacy compact` later."
        ) from error


def _on_record(
    opened: PrivacyConnection,
    action: str,
    subject: str,
    parameters: Mapping[str, object],
    row_count: int | None = None,
) -> None:
    record(
        opened.connection,
        opened.keyring.secret,
        action=action,
        subject=subject,
        row_count=row_count,
        parameters=parameters,
    )


def _preview_table(plan: erasure.Plan, counts: Mapping[str, int]) -> Table:
    table = Table(title="What is going to be erased", title_justify="left")
    table.add_column("what", style="bold", overflow="fold")
    table.add_column("how many", justify="right")
    for kind, count in plan.vault_entries.items():
        table.add_row(f"{kind.replace('_', ' ')} in the vault", f"{count:,}")
    for name, count in counts.items():
        what = name.removeprefix("int_").removesuffix("__delivered").replace("_", " ")
        table.add_row(f"rows of {what}", f"{count:,}")
    if plan.shared_key_count:
        table.caption = (
            f"{plan.shared_key_count} cookies or devices were seen with other people "
            "as well: of these only the rows go that name the person."
        )
    return table


def _print_erased(console: Console, told: Mapping[str, Any], files: list[Path]) -> None:
    console.print(
        f"Erased: {sum(told['rows_made_stubs'].values()):,} rows, "
        f"{sum(told['vault_entries_deleted'].values()):,} entries of the vault. "
        "Run `dbt build` now: it makes everything again that was made of them.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    for name, count in told["raw_rows_still_there"].items():
        console.print(
            f"Still there, at the source: {count:,} rows of {name}. habitue does not "
            "take them in again, but they are yours to erase.",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    for copy in told["published_before"]:
        console.print(
            f"Published before: {copy}. Publish it again after the build.",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    console.print(
        f"Certificate: {files[-1]} and {files[0]}", highlight=False, soft_wrap=True
    )


def _print_verdict(console: Console, verdict: Verdict) -> None:
    if verdict.is_absent:
        console.print(
            f"Nothing is left: {verdict.table_count} tables were looked at.",
            style="bold", highlight=False,
        )  # fmt: skip
    else:
        table = Table(title="Something is left", title_justify="left")
        table.add_column("place", style="bold", overflow="fold")
        table.add_column("what", overflow="fold")
        table.add_column("rows", justify="right")
        for finding in verdict.findings:
            table.add_row(finding.place, finding.what, f"{finding.row_count:,}")
        console.print(table)
    if verdict.has_tombstone:
        console.print(f"Erased on {verdict.erased_at}; it cannot come back.")
    elif verdict.has_tombstone is False:
        console.print("It was never erased: rows that bring it will be taken in.")
    for name, count in verdict.raw_rows.items():
        console.print(
            f"At the source: {count:,} rows of {name} name it; they are the host's.",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
