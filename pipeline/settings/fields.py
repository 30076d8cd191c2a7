"""Everything a user can set, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from platformdirs import user_state_path
from pydantic import Field, PrivateAttr, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.settings.addresses import (
    is_loopback,
    is_of_postgresql,
    parts_of,
    without_user,
)
from pipeline.settings.kept import KeptSignIn, read_kept
from pipeline.settings.kinds import Character, Duration, Encoding, Percent, Seconds, SigningKey

PROJECT_FILE: Final = "course-import.toml"
PREFIX: Final = "COURSE_IMPORT_"
SANDBOX: Final = "sandbox"  # what --target calls the embedded stand-in
SECRETS: Final = ("token", "password", "totp", "notify_secret", "journal_url")  # fields that are never shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How to sign in; nothing of it shows in a repr."""

    token: SecretStr | None = None
    email: str | None = None
    password: SecretStr | None = None
    totp: SecretStr | None = None


class Settings(BaseSettings):
    """Everything a user can set. Each field's description is its line in the README."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        toml_file=PROJECT_FILE,
        env_ignore_empty=True,
        extra="ignore",  # another program's variables may stand in .env; our own are checked below
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        populate_by_name=True,
    )

    url: str = Field(
        "https://spaces.nexudus.com", validation_alias="NEXUDUS_URL", description="Where the API is"
    )
    token: SecretStr | None = Field(None, validation_alias="NEXUDUS_TOKEN", description="A bearer token,")
    email: str | None = Field(
        None, validation_alias="NEXUDUS_EMAIL", description="or the e-mail to sign in with,"
    )
    password: SecretStr | None = Field(None, validation_alias="NEXUDUS_PASSWORD", description="its password,")
    totp: SecretStr | None = Field(
        None,
        validation_alias="NEXUDUS_TOTP",
        description="and the code of the moment, for an account with 2FA",
    )
    client_id: str | None = Field(
        None,
        validation_alias="NEXUDUS_CLIENT_ID",
        description="This installation's client id; made and kept in the state folder when left out",
    )
    target: str | None = Field(
        None, description="`sandbox`, or an address; the sandbox when there is no account to sign in with"
    )
    encoding: Encoding | None = Field(
        None, description="Of text files, found out when left out: the encoding, such as `cp1252`,"
    )
    delimiter: Character | None = Field(None, description="the delimiter (one character, `tab` or `space`),")
    quote: Character | None = Field(None, description="the quotation mark (one character, or `none`)")
    max_file_mb: int = Field(500, ge=1, description="What a file may hold at most: megabytes,")
    max_unpacked_mb: int = Field(2048, ge=1, description="megabytes when a workbook is unpacked,")
    max_unpacked_ratio: int = Field(500, ge=1, description="times its packed size,")
    max_rows: int = Field(200_000, ge=1, description="rows,")
    max_cell_characters: int = Field(1_000_000, ge=1, description="characters in a cell,")
    reader_seconds: Seconds = Field(120, description="seconds that reading an unusual workbook takes,")
    reader_mb: int = Field(2048, ge=256, description="and megabytes of memory it needs")
    pace: Literal["documented", "off"] = Field(
        "documented", description="`off` sends as fast as it goes; for a loopback target only"
    )
    state_dir: Path = Field(
        default_factory=lambda: user_state_path("course-import"),
        description="Folder of the journal, which a scheduled run must find again,",
    )
    journal_url: SecretStr | None = Field(  # it may hold a password
        None,
        description="or the address of one on PostgreSQL, which several machines may share,",
    )
    report_dir: Path = Field(Path("reports"), description="folder that receives one report folder a run")
    connect_timeout_seconds: Seconds = Field(10, description="Wait for a connection, in seconds,")
    read_timeout_seconds: Seconds = Field(60, description="for an answer (28.8 were seen),")
    max_attempts: int = Field(6, ge=1, description="attempts at one request the API surely did not apply,")
    max_retry_seconds: Seconds = Field(300, description="the seconds all of them may take,")
    settle_seconds: float = Field(
        60,
        ge=0,
        allow_inf_nan=False,
        description="and seconds after a lost answer in which a course may still appear; waited out",
    )
    max_wait: Duration = Field(
        timedelta(minutes=10),
        description="Longest wait for a slot under the API's limits, such as `90s` or `2h`,",
    )
    wait: bool = Field(default=False, description="or as long as it takes")
    max_new: int | None = Field(
        None, ge=0, description="Stop before sending when more courses than this would be sent,"
    )
    max_faulty: Percent | None = Field(
        None, description="or more than this per cent of the rows have faults,"
    )
    max_shrink: Percent | None = Field(
        None, description="or the file has lost more than this per cent of the rows it had last time"
    )
    notify: str | None = Field(None, description="Address that is told how an import ended,")
    notify_secret: SigningKey | None = Field(
        None, description="and the key its notices are signed with (HMAC-SHA256, Standard Webhooks)"
    )
    verify: bool = Field(default=True, description="Read created courses back and compare them with the file")
    max_in_flight: int = Field(4, ge=1, le=16, description="Courses in flight while answers are slow,")
    writes_a_minute: int = Field(60, ge=1, description="and the API's limits: courses a minute,")
    writes_a_day: int = Field(5000, ge=1, description="courses a day,")
    requests_a_minute: int = Field(120, ge=1, description="requests of any kind a minute,")
    requests_an_hour: int = Field(5000, ge=1, description="an hour,")
    requests_a_day: int = Field(200_000, ge=1, description="a day,")
    request_spacing_seconds: float = Field(
        0.1, ge=0, allow_inf_nan=False, description="and from one request to the next"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the project file behind flags, environment and `.env`."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    _kept: KeptSignIn | None = PrivateAttr(None)

    def model_post_init(self, _context: object, /) -> None:
        """Look for a kept sign-in; raises SettingsRefused for one that cannot be read."""
        self._kept = read_kept(self.state_dir)

    @property
    def rehearsal(self) -> bool:
        """Whether the target is the embedded sandbox."""
        return self.target == SANDBOX or (self.target is None and not self.has_account)

    @property
    def has_account(self) -> bool:
        """Whether there is something to sign in with."""
        return bool(self.token or self.email or self.kept)

    @property
    def kept(self) -> KeptSignIn | None:
        """The kept sign-in that is used: what stands in the environment, and another address, go before."""
        kept = self._kept
        if kept is None or self.token or self.password:
            return None
        if self.email and self.email.casefold() != kept.email.casefold():
            return None
        wanted = self.target or (self.url if "url" in self.model_fields_set else kept.address)
        return kept if wanted.rstrip("/") == kept.address else None

    @property
    def address(self) -> str:
        """The API's address, without a slash at its end."""
        given = self.url if self.target in (None, SANDBOX) else self.target
        if self.kept is not None:
            return self.kept.address
        return str(given).rstrip("/")

    @property
    def credentials(self) -> Credentials:
        """What to sign in with."""
        return Credentials(token=self.token, email=self.email, password=self.password, totp=self.totp)

    @field_validator(*SECRETS, mode="before")
    @classmethod
    def _without_line_end(cls, secret: object) -> object:
        """Take away the line end that a secret read from a file often has."""
        return secret.strip("\r\n") if isinstance(secret, str) else secret

    @field_validator("journal_url")
    @classmethod
    def _of_postgresql(cls, address: SecretStr | None) -> SecretStr | None:
        """Refuse what is no address of a PostgreSQL database, without showing it."""
        if address is not None and not is_of_postgresql(address.get_secret_value()):
            raise ValueError("is no address of a PostgreSQL database. Write postgresql://user@host/database.")
        return address

    def account_problems(self) -> list[str]:
        """Name everything that keeps these settings from signing in anywhere."""
        problems = []
        if self.email and not self.password and not self.kept:
            problems.append("NEXUDUS_EMAIL is set without NEXUDUS_PASSWORD. Set both, or NEXUDUS_TOKEN.")
        if self.password and not self.email:
            problems.append("NEXUDUS_PASSWORD is set without NEXUDUS_EMAIL. Set both, or NEXUDUS_TOKEN.")
        if not self.rehearsal and not self.has_account:
            there = without_user(str(self.target))
            problems.append(
                f"{there} needs an account. Set NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD, "
                "or sign in there once with course-import sign-in."
            )
        for name, value in (
            ("TOKEN", self.token and self.token.get_secret_value()),
            ("CLIENT_ID", self.client_id),
        ):
            if value and not (value.isascii() and value.isprintable()):
                problems.append(f"NEXUDUS_{name} holds letters that no token has. Copy it again.")
        return problems

    def notice_problems(self) -> list[str]:
        """Name what keeps a notice from being sent as it should be."""
        if self.notify is None:
            return []
        parts = parts_of(self.notify, with_query=True)
        if parts is None or (parts.scheme == "http" and not is_loopback(self.notify)):
            return ["--notify: write the https:// address that is to be told."]
        if self.notify_secret is None:
            return ["--notify needs COURSE_IMPORT_NOTIFY_SECRET, the key its notices are signed with."]
        return []

    def address_problems(self) -> list[str]:
        """Name what keeps the address from being asked."""
        parts = parts_of(self.address)
        if parts is None:
            return [f"{without_user(self.address)} is no address of an API. Write https://host."]
        if parts.scheme == "http" and not is_loopback(self.address):
            return [f"{self.address} would send passwords in the clear. Write https://…"]
        if self.pace == "off" and not self.rehearsal and not is_loopback(self.address):
            return [f"--pace off is for a loopback target only, not for {parts.hostname}."]
        return []


def environment_name(field: str) -> str:
    """Return the environment variable of a field of `Settings`."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias) if alias else f"{PREFIX}{field}".upper()
