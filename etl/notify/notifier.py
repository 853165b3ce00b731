"""The notifier of a run: metrics, health check, messages. Nothing here can make the run fail."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from etl.config import Settings
from etl.domain import Run
from etl.errors import BillsightError, ExitCode, JoinError
from etl.notify import addresses, last_sent, metrics
from etl.notify.digest import Figures, figures
from etl.notify.health_check import LOG, START, ping, signal_of
from etl.notify.messages import Failure, Message, count, failure_message, run_message, trial_message
from etl.notify.send import send

_LATEST: Final = Path("latest") / "report.html"
_HOW: Final = """No notification target is configured. In billsight.toml, any of these:

[notify]
urls_file = "notify_urls"        # apprise addresses, one per line: mailto://..., slack://..., msteams://..., json://...
ping_url_file = "ping_url"       # the address of a health check, as healthchecks.io gives it
metrics_file = "billsight.prom"  # where node_exporter's textfile collector reads

Or in the environment BILLSIGHT_NOTIFY_URLS and BILLSIGHT_PING_URL, or as systemd credentials
notify_urls and ping_url."""


@dataclass(frozen=True)
class Trial:
    """The result of `billsight notify test`: a line for each target."""

    lines: tuple[str, ...]
    exit_code: ExitCode

    def __str__(self) -> str:
        return "\n".join(self.lines)


class Notifier:
    """Notifications of one run; every method returns warnings, and none of them ever fails.

    Args:
        settings: the configuration.
        environment: where secrets may be; the process's where not given.
        clock: seconds since 1970, for the metrics.
    """

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._started = time.monotonic()
        self._warnings: list[str] = []
        self.is_over = False
        self._environment = os.environ if environment is None else environment
        self._addresses = self._find(addresses.messages_secret, settings.notify.urls_file)
        self._ping_url = self._find(addresses.ping_secret, settings.notify.ping_url_file)

    def start(self, run: Run) -> list[str]:
        """Signal to the health check that a run begins, and start the clock."""
        self._started = time.monotonic()
        self._ping(START, f"run {run.run_id} begins", has_patience=False)
        return self._take_warnings()

    def published(self, summary: dict[str, Any], folder: Path, exit_code: int) -> list[str]:
        """Notify of a published run."""
        self.is_over = True
        ending = metrics.Ending(self._clock(), int(exit_code), time.monotonic() - self._started)
        with self._safe("the figures of the run cannot be sent"):
            run = figures(summary)
            self._measure(lambda path: metrics.write_run(path, run, ending))
            self._ping(signal_of(ending.exit_code), _line(run, ending))
            link = self._settings.notify.report_link or str(folder.resolve() / "report.html")
            self._say(
                lambda last: run_message(run, ending.exit_code, link, is_recovered=last is not None and last.is_failure)
            )
        return self._take_warnings()

    def failed(self, run: Run, error: BaseException) -> list[str]:
        """Notify of a run that published nothing; only its kind, its exit code and the names of joins are sent."""
        self.is_over = True
        exit_code = error.exit_code if isinstance(error, BillsightError) else ExitCode.BUG
        ending = metrics.Ending(self._clock(), int(exit_code), time.monotonic() - self._started)
        self._measure(lambda path: metrics.write_failure(path, ending))
        self._ping(
            signal_of(ending.exit_code), f"run {run.run_id}: exit code {ending.exit_code}, {ending.seconds:.0f} s"
        )
        kind = type(error).__name__
        joins = error.joins if isinstance(error, JoinError) else ()
        failure = Failure(run.run_id, self._provider(), ending.exit_code, kind, self._last_report(), joins)
        self._say(lambda _: failure_message(failure))
        return self._take_warnings()

    def try_out(self) -> Trial:
        """Send a test to each address and a remark to the health check, and check that the metrics can be written."""
        lines = [f"warning: {warning}" for warning in self._take_warnings()]
        troubles = ["missing" for found in (self._addresses, self._ping_url) if found.is_missing]
        places = list(range(1, len(self._addresses.values) + 1))
        for delivery in send(trial_message(self._provider()), self._addresses.values, places) if places else []:
            lines.append(str(delivery))
            troubles.append(delivery.trouble)
        for url in self._ping_url.values[:1]:
            trouble = ping(url, LOG, "a test: billsight notify test")
            lines.append(f"the health check did not work: {trouble}" if trouble else "the health check worked")
            troubles.append(trouble)
        path = self._metrics_path()
        if path is not None:
            trouble = metrics.is_writable(path)
            place = addresses.safe_path(path, "metrics_file")
            lines.append(f"{place} {f'cannot be written: {trouble}' if trouble else 'can be written'} (metrics)")
            troubles.append(trouble)
        if not troubles:
            return Trial((*lines, _HOW), ExitCode.UNREACHABLE)
        return Trial(tuple(lines), ExitCode.UNREACHABLE if any(troubles) else ExitCode.COMPLETE)

    def _find(self, secret: Callable[[Path | None], addresses.Secret], file: Path | None) -> addresses.SecretValues:
        found = addresses.SecretValues((), is_missing=True)
        with self._safe("what [notify] needs could not be read"):
            found = addresses.find(secret(None if file is None else self._settings.base / file), self._environment)
        self._warnings += found.warnings
        return found

    def _provider(self) -> str:
        return " ".join(self._settings.provider.name.split())

    def _metrics_path(self) -> Path | None:
        file = self._settings.notify.metrics_file
        return None if file is None else self._settings.base / file

    def _last_report(self) -> str:
        latest = self._settings.out / _LATEST
        if not latest.exists():
            return ""
        return self._settings.notify.report_link or str(latest.absolute())

    def _ping(self, signal: str, body: str, *, has_patience: bool = True) -> None:
        for url in self._ping_url.values[:1]:
            with self._safe("the health check was not reached"):
                trouble = ping(url, signal, body, has_patience=has_patience)
                if trouble:
                    self._warnings.append(f"the health check was not reached ({signal}): {trouble}")

    def _measure(self, write: Callable[[Path], None]) -> None:
        path = self._metrics_path()
        if path is not None:
            with self._safe(f"the metrics could not be written to {addresses.safe_path(path, 'metrics_file')}"):
                write(path)

    def _say(self, write: Callable[[last_sent.SentMessage | None], Message]) -> None:
        """Send the message to the addresses that did not get it yet, and remember it."""
        if not self._addresses.values:
            return
        path = self._settings.history_path.with_name("notified.json")
        with self._safe("the message could not be sent"):
            last = last_sent.read_last(path)
            message = write(last)
            places = self._places_to_send(message, last)
            if not places:
                return
            deliveries = send(message, self._addresses.values, places)
            missed = tuple(delivery.place for delivery in deliveries if delivery.trouble)
            self._warnings += [str(delivery) for delivery in deliveries if delivery.trouble]
            sent = last_sent.SentMessage(message.fingerprint, message.kind == "failure", missed)
            if len(missed) == len(self._addresses.values):
                # nobody got the message: the last one that arrived stays in effect
                sent = (
                    last_sent.SentMessage("", is_failure=False, missed=missed)
                    if last is None
                    else replace(last, missed=missed)
                )
            with self._safe(f"{path} could not be written, so the same message may be sent again"):
                last_sent.write_last(path, sent)

    def _places_to_send(self, message: Message, last: last_sent.SentMessage | None) -> list[int]:
        """The places of the addresses that still need the message."""
        every = range(1, len(self._addresses.values) + 1)
        is_known = last is not None and last.fingerprint == message.fingerprint and not message.is_news
        if last is None or not is_known or self._settings.notify.when == "always":
            return list(every)
        return [place for place in every if place in last.missed]

    @contextmanager
    def _safe(self, what: str) -> Iterator[None]:
        """Turn any error into a warning that names only its kind: its text may contain secrets."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - a notification must never end a published run
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            self._warnings.append(f"{what}: {reason}")

    def _take_warnings(self) -> list[str]:
        warnings, self._warnings = self._warnings, []
        return warnings


@contextmanager
def notifying(settings: Settings, run: Run, warn: Callable[[str], None]) -> Iterator[Notifier]:
    """Notify, around a run, of its begin and, unless it was published, of its failure.

    Args:
        settings: the configuration.
        run: the run.
        warn: called with a sentence for each notification that failed.
    """
    notifier = Notifier(settings)
    for warning in notifier.start(run):
        warn(warning)
    try:
        yield notifier
    except BaseException as error:
        if not notifier.is_over:
            for warning in notifier.failed(run, error):
                warn(warning)
        raise


def _line(run: Figures, ending: metrics.Ending) -> str:
    """The text that the health check keeps of a published run: ids and counts."""
    blocked = f"{run.blocked.invoices} of {count(run.invoices, 'invoice')} blocked"
    partial = ", partial" if run.partial_reasons else ""
    return f"run {run.run_id}: exit code {ending.exit_code}{partial}, {blocked}, {ending.seconds:.0f} s"
