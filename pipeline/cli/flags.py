"""What can be typed behind a command: each flag once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_type_hints

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

File = Annotated[Path, typer.Argument(metavar="FILE", help="A workbook or a CSV file; - is standard input.")]
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="Workbooks, CSV files, or folders of them; - is standard input."),
]
RowNumber = Annotated[int, typer.Argument(min=1, metavar="ROW", help="The row's number as Excel shows it.")]

Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="The sheet; else the one that fits.")]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="The encoding of a CSV file.")]
Delimiter = Annotated[str | None, typer.Option(metavar="CHAR", help="What divides its cells; or tab, space.")]
Quote = Annotated[str | None, typer.Option(metavar="CHAR", help="What stands around its texts; or none.")]
Layout = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="Another system's columns; 'none' for our own.")
]
Given = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PROPERTY=VALUE", help="The same for all rows; repeat it."),
]
Alias = Annotated[
    list[str] | None, typer.Option(metavar="NAME=ID", help="What a name in the file means; repeat it.")
]
Aliases = Annotated[Path | None, typer.Option(metavar="FILE", help="Many of them, as CSV or TOML.")]

CheckImages = Annotated[bool, typer.Option("--check-images", help="Ask whether each picture is there.")]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings count as faults.")]
First = Annotated[int | None, typer.Option(min=0, metavar="N", help="Create N courses at most.")]
MaxNew = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Stop before sending when it would be more courses.")
]
MaxFaulty = Annotated[
    str | None, typer.Option(metavar="PERCENT", help="Stop before sending when more rows have faults.")
]
MaxShrink = Annotated[
    str | None,
    typer.Option(metavar="PERCENT", help="Stop before sending when more rows are gone since last time."),
]
PlanId = Annotated[
    str | None, typer.Option("--plan", metavar="ID", help="Send what this plan says, or nothing.")
]
AllOrNothing = Annotated[
    bool, typer.Option("--all-or-nothing", help="Send nothing when any row has a fault.")
]
Pace = Annotated[
    str | None, typer.Option(metavar="documented|off", help="'off' is for a loopback target only.")
]
MaxWait = Annotated[
    str | None, typer.Option(metavar="DURATION", help="Stop when the next slot is further away: 90s, 2h.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for a slot however long it takes.")]
NoVerify = Annotated[
    bool, typer.Option("--no-verify", help="Do not read created courses back to compare them.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before the first course is sent.")]
Unattended = Annotated[
    bool, typer.Option("--unattended", help="Never ask; take each file once by content; tell a line of each.")
]
LogFormat = Annotated[
    Literal["text", "json"], typer.Option(metavar="text|json", help="json: an object a line on stderr.")
]
Metrics = Annotated[Path | None, typer.Option(metavar="FILE", help="Write metrics for node_exporter.")]
Notify = Annotated[str | None, typer.Option(metavar="URL", help="Post how it ended, signed.")]
Created = Annotated[int | None, typer.Option(min=1, metavar="ID", help="It exists under this Id.")]
NotCreated = Annotated[bool, typer.Option("--not-created", help="It does not exist: send it next time.")]

Target = Annotated[str | None, typer.Option(metavar="sandbox|URL", help="Who receives the courses.")]
StateDir = Annotated[Path | None, typer.Option(metavar="DIR", help="Keeps journal and sandbox.")]
ReportDir = Annotated[Path | None, typer.Option(metavar="DIR", help="Receives one folder a run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print report.json instead of the summary.")]
OneDocument = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
EverySetting = Annotated[
    bool, typer.Option("--verbose", help="Tell the settings left at their default, too.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but what went wrong.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Tell every request on stderr.")]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="Draw no progress bar.")]

RunId = Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id; else the last.")]
Out = Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="The workbook to write.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")]
Store = Annotated[Path | None, typer.Option(metavar="FILE", help="Keeps its courses.")]
Limits = Annotated[
    Literal["documented", "off"], typer.Option(metavar="documented|off", help="The API's limits, or none.")
]
Faults = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What shall break, such as samples/bad-day.json.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of FILE and its rows, as it was typed."""

    sheet: Sheet = None
    encoding: Encoding = None
    delimiter: Delimiter = None
    quote: Quote = None
    layout: Layout = None
    given: Given = None
    alias: Alias = None
    aliases: Aliases = None
    flags: tuple[str, ...] = ()  # every flag that was typed and says what is done, as --name=value


# They say how a run is shown, agreed to or hurried; a report names the sheet itself.
_NOT_AGAIN: Final = frozenset(
    {
        "sheet",
        "pace",
        "as_json",
        "quiet",
        "verbose",
        "no_progress",
        "yes",
        "unattended",
        "log_format",
        "metrics",
        "notify",
        "plan_id",
        "created",
        "not_created",
    }
)


def reads_a_file(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of `Said`; it receives them as one value, `said`."""
    hints = get_type_hints(Said, include_extras=True)
    del hints["flags"]

    @wraps(command)
    def typed(context: typer.Context, **words: Any) -> None:  # noqa: ANN401 - whatever the flags hold
        said = Said(**{name: words.pop(name) for name in hints}, flags=tuple(_typed(context)))
        command(said=said, **words)

    own = [each for each in signature(command, eval_str=True).parameters.values() if each.name != "said"]
    flags = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint) for name, hint in hints.items()
    ]
    arguments = [each for each in own if each.kind is not Parameter.KEYWORD_ONLY]
    typed.__signature__ = Signature(  # type: ignore[attr-defined]  # what inspect, and so typer, looks for
        [_CONTEXT, *arguments, *flags, *own[len(arguments) :]]
    )
    return typed


_TYPED: Final = "COMMANDLINE"  # what typer calls the source of such a value
_CONTEXT: Final = Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def _typed(context: typer.Context) -> Iterator[str]:
    """Yield the flags that were typed, but for those that a next run has to be told anew."""
    for param in context.command.params:
        name = str(param.name)
        source = context.get_parameter_source(name)
        if name in _NOT_AGAIN or param.param_type_name != "option" or getattr(source, "name", "") != _TYPED:
            continue
        value = context.params[name]
        for each in value if isinstance(value, list) else [value]:
            yield param.opts[0] if each is True else f"{param.opts[0]}={each}"
