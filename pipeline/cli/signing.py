"""The command that signs in once, for machines and for accounts with two factors."""

from __future__ import annotations

import getpass
import sys
import warnings
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import typer

from pipeline.cli.flags import StateDir, Target
from pipeline.errors import AccessRefused, CodeNeeded, Exit, SettingsRefused, UsageError

if TYPE_CHECKING:
    from pipeline.api import Client
    from pipeline.cli.interrupt import Interrupt
    from pipeline.settings import Credentials, KeptSignIn, Settings

_LIFE: Final = timedelta(days=15)  # of a refresh token, from its last use


def sign_in(*, target: Target = None, state_dir: StateDir = None) -> None:
    """Sign in once; later runs need neither password nor code."""
    from pipeline.cli import entrance, workplace
    from pipeline.cli.interrupt import Interrupt
    from pipeline.settings import SANDBOX, KeptSignIn, environment_name, load_settings

    given = load_settings(connects=False, target=target, state_dir=state_dir)
    settings = given.model_copy(update={"target": given.target or given.url, "token": None})
    with Interrupt().listening() as interrupt:
        settings = _with_account(settings, interrupt)
        with workplace.opened(settings) as (journal, connection):
            clock = journal.common_clock(entrance.now)
            log = journal.log(run_id=workplace.new_run_id(), host=connection.host, now=clock)
            client = entrance.client_of(settings, connection, interrupt, journal, log, clock=clock)
            client_id = entrance.client_id_of(settings)
            email = _sign_in(client, settings.credentials, client_id, interrupt)
            log.settle()
    if settings.target == SANDBOX:
        typer.echo(f"{email} may sign in. Nothing was kept: a rehearsal signs in by itself.")
        return
    # At first in the keyring; a file takes its place where that cannot be.
    kept = KeptSignIn(address=settings.address, email=email, client_id=client_id, place="keyring")
    typer.echo(_keep(client.refresh_token(), kept, settings))
    for secret in ("token", "password"):
        if getattr(given, secret):
            name = environment_name(secret)
            typer.echo(f"course-import: {name} is set and goes before what was kept: remove it.", err=True)


def _keep(refresh_token: str | None, kept: KeptSignIn, settings: Settings) -> str:
    """Keep what a sign-in can be renewed with; return in a line what was kept, where, and until when.

    Raises:
        AccessRefused: there is nothing to keep, or no place for it.
    """
    from pipeline.cli import entrance

    if refresh_token is None:
        raise AccessRefused(f"{kept.address} gave no refresh token. Nothing was kept.")
    vault = entrance.vault_of(kept, settings)
    with vault.alone():
        vault.keep(refresh_token)
    return (
        f"{kept.email} is signed in at {kept.address}: kept in {vault.place} until "
        f"{entrance.now() + _LIFE:%Y-%m-%d %H:%M} UTC, which each use puts off by {_LIFE.days} days."
    )


def _with_account(settings: Settings, interrupt: Interrupt) -> Settings:
    """Return settings with an e-mail and a password, asked for where they are not set.

    Raises:
        SettingsRefused: the address cannot be asked, or what is set cannot be used.
        UsageError: nobody is there to be asked.
    """
    from pydantic import SecretStr

    problems = settings.address_problems()
    if not problems:
        email = settings.email or _asked("E-mail", "NEXUDUS_EMAIL", interrupt)
        password = settings.password or SecretStr(
            _asked(f"Password of {email}", "NEXUDUS_PASSWORD", interrupt, hidden=True)
        )
        settings = settings.model_copy(update={"email": email.strip(), "password": password})
        problems = settings.account_problems()
    if problems:
        raise SettingsRefused("\n".join(problems))
    return settings


def _sign_in(client: Client, given: Credentials, client_id: str, interrupt: Interrupt) -> str:
    """Sign in, with the code of the moment when the API asks for it; return the account's e-mail."""
    from pydantic import SecretStr

    try:
        return client.sign_in(given, client_id=client_id).email
    except CodeNeeded:
        code = _asked("Code of this moment (two factors)", "NEXUDUS_TOTP", interrupt, hidden=True)
        given = replace(given, totp=SecretStr(code.replace(" ", "")))  # apps show it in two halves
        return client.sign_in(given, client_id=client_id).email


def _asked(what: str, variable: str, interrupt: Interrupt, *, hidden: bool = False) -> str:
    """Return what a person types.

    Raises:
        UsageError: nobody is there to be asked.
    """
    if not (sys.stdin and sys.stdin.isatty()):
        raise UsageError(f"Nobody is there to be asked. Set {variable}, or sign in on a terminal.")
    try:
        with interrupt.asking():
            return _hidden(what) if hidden else str(typer.prompt(what, err=True))
    except (typer.Abort, EOFError, KeyboardInterrupt):  # the end of the input; Ctrl-C
        typer.echo(err=True)  # what follows begins a line of its own
        raise typer.Exit(Exit.INTERRUPTED) from None


def _hidden(what: str) -> str:
    """Return what is typed unseen; the terminal hides it before the question shows.

    typer's own prompt asks first: who types ahead would see the password.
    """
    typed = ""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        while not typed:
            try:
                typed = getpass.getpass(f"{what}: ")
            except getpass.GetPassWarning as shown:
                raise UsageError("This terminal cannot hide what is typed. Use another.") from shown
    return typed
