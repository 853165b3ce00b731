"""Parts that several commands share: options, the clock, the user, progress."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from etl.safe_text import one_line, printable

_Function = TypeVar("_Function", bound=Callable[..., None])
CONFIG = click.option(
    "--config", "config", default="billsight.toml", show_default=True, type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration.",
)  # fmt: skip


WHO = click.option("--as", "who", metavar="WHO", help="Name of the person who decides; your login is recorded with it.")


def import_options(command: _Function) -> _Function:
    """The arguments and options of each import of decision files."""
    path = click.Path(path_type=Path, exists=True, dir_okay=False)
    settled = "Confirm that two people who decided differently within a day agreed on FILES."
    for option in reversed((
        click.argument("files", nargs=-1, required=True, type=path),
        click.option("--dry-run", is_flag=True, help="Show the result for each row, and change nothing."),
        click.option("--again", is_flag=True, help="Import decisions again that were superseded or reverted."),
        click.option("--settled", is_flag=True, help=settled),
        WHO,
        CONFIG,
    )):  # fmt: skip
        command = option(command)
    return command


class Commands(click.Group):
    """A group that lists its commands in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order in which they are used."""
        del ctx
        return list(self.commands)


class Root(Commands):
    """The command itself: it imports a command when that is called, and makes its errors of usage safe to print.

    Args:
        places: command -> its module and name there, `module:name`, and what it does.
    """

    def __init__(self, *args: Any, places: Mapping[str, tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self._places = places
        for name, (_, summary) in places.items():
            self.add_command(click.Command(name, short_help=summary))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the command."""
        del ctx
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self._places.items()])

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Read the words before the name of a command."""
        with _safe_words():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the words after the name of the command, and run it."""
        with _safe_words():
            return super().invoke(ctx)


@contextmanager
def _safe_words() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise click.UsageError(printable(error.format_message()), error.ctx) from None


def say(text: object, *, err: bool = False, nl: bool = True) -> None:
    """Print lines for a person: whatever stands in them, the terminal only shows it."""
    click.echo(printable(str(text)), err=err, nl=nl)


def hand_over(data: bytes) -> None:
    """Write data for a program to stdout: exactly these bytes to a file or a pipe, but safe text to a terminal."""
    if sys.stdout.isatty():
        say(data.decode("utf-8-sig").replace("\r\n", "\n"), nl=False)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def user() -> str:
    """The logged-in user by the system's own account, which no variable changes; some accounts have no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError):
        return f"user {os.getuid()}"


def progress() -> Callable[[str], None]:
    """Show the stages on a terminal; be silent in cron."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda stage: say(f"  {stage} ...", err=True)


def asking() -> Callable[[str, str], str] | None:
    """What asks the person at the terminal a question with a default; None if nobody is there."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    return lambda question, default: str(click.prompt(printable(question), default=default))


def warn(sentence: str) -> None:
    """Print a warning on stderr; the exit code does not change."""
    say(f"billsight: warning: {one_line(sentence)}", err=True)
