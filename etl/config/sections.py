"""The sections of `billsight.toml`: frozen, and an unknown key is an error."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from etl.config.setting_types import InvoicesCsv, Link, Places, SecretFile, Zone


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """The files of one relation, and their formats; several such tables: `[[sources.<relation>]]`."""

    path: Places = Field(description="file, glob or folder, relative to billsight.toml; .gz and .zst are read")
    shape: str = Field("auto", description="profile of the files; auto recognizes it")
    date_order: Literal["ymd", "mdy", "dmy"] | None = Field(None, description="order of dates such as 03/04/2026")
    time_zone: Zone | None = Field(None, description="zone of times without an offset; the portal's where not given")
    currency_code: str | None = Field(None, pattern="^[A-Z]{3}$", description="currency of files that name none")
    decimal_comma: bool | None = Field(
        None, description="true: 1.234,50; false: 1,234.50; found from the file where not given"
    )
    encoding: str | None = Field(None, description="only where the file's encoding is guessed wrong")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="only where it is guessed wrong")
    sheet: str | None = Field(None, description="sheet of an XLSX file; the first where not given")
    scope: str | None = Field(
        None,
        pattern=r"^(all|open|since:\d{4}-\d{2}-\d{2})$",
        description="what the files hold: all, open (what is still owed) or since:2026-01-01; guessed where not given",
    )
    as_of: datetime | None = Field(
        None, description="the instant at which the files were made; from their names or times where not given"
    )
    is_complete: bool | None = Field(
        None, description="true: the list is whole although its number of rows is that of a page; false: it is cut"
    )
    book: str | None = Field(
        None,
        min_length=1,
        pattern="^[^/|]+$",
        description="the accounting company that the files come from, such as US, where there are several;"
        " the portal's sources name the one that the portal shows",
    )
    columns: dict[str, str] = Field(default_factory=dict, description="our column = the file's caption")


class Portal(_Part):
    """The settings of the portal."""

    minimum_security_level: int = Field(6, ge=1, le=6, description="Portal Security Level Considered Client Admin")
    access: Literal["levels", "profiles"] = Field(
        "levels",
        description="what gives a contact access: the ConnectWise security level (levels), or the portal's client"
        " profiles (profiles): access is then not checked, and levels are only hints",
    )
    sync_from_date: date | None = Field(None, description="the current 'new sync from' date")
    first_sync_from_date: date | None = Field(None, description="the earliest 'sync from' date ever used, where known")
    is_sync_log_complete: bool = Field(False, description="true: sync_runs reaches back to the first sync")
    grace_hours: float = Field(24, ge=0, description="younger changes wait for the next sync")
    stall_hours: float = Field(48, gt=0, description="a sync that last succeeded longer ago has stalled")
    time_zone: Zone = Field("UTC", description="zone in which the portal reads its dates")
    hidden_payment_terms: list[str] = Field(
        default_factory=list, description="payment terms whose invoices the portal hides"
    )
    hides_zero_invoices: bool = Field(
        default=False, description="true: the portal hides invoices of zero, for every client"
    )
    holds_future_invoices: bool = Field(
        default=False, description="true: the portal holds an invoice back until its date has come"
    )
    hidden_company_types: list[str] = Field(default_factory=list, description="company types that the portal hides")
    hidden_company_statuses: list[str] = Field(
        default_factory=list, description="company statuses that the portal hides"
    )


class Provider(_Part):
    """The managed service provider itself."""

    name: str = Field("", description="shown on the report")
    email_domains: list[str] = Field(default_factory=list, description="own domains: no evidence for a client")
    inactive_company_statuses: list[str] = Field(default_factory=list, description="status captions that mean inactive")
    active_company_statuses: list[str] = Field(
        default_factory=list, description="status captions that mean active, in addition to Active"
    )
    closed_billing_statuses: list[str] = Field(
        default_factory=list, description="ConnectWise billing statuses that are closed"
    )
    batch_days: int | None = Field(
        None,
        ge=0,
        description="days after its date or last change in which an invoice is closed and comes to accounting; nine of"
        " ten take the usual time of the site where not given, or 5 working days where that is not known",
    )


class Matching(_Part):
    """The policy of certainty, and the limits of the candidates that are proposed."""

    policy: Literal["strict", "names", "exact-name"] = Field(
        "strict",
        description="what maps by itself: an identifier, or the exact name and a second sign (strict);"
        " the name alone where it is rare or in its town, and unrivalled (names);"
        " the exact name, whatever else there is (exact-name)",
    )
    review_floor: float = Field(0.02, ge=0, le=1, description="candidates below this certainty are not proposed")
    ambiguous_lead: float = Field(0.10, ge=0, le=1, description="a smaller lead over the next candidate is ambiguous")
    scorecard: Path | None = Field(
        None, description="points learned by 'billsight match --fit', relative to billsight.toml; ours where not given"
    )
    candidates: int = Field(5, ge=1, le=20, description="most candidates per customer")


class Backfill(_Part):
    """The choice of the 'new sync from' date."""

    safety_days: int = Field(1, ge=0, description="days before the oldest missed creation")
    resync_cost: int = Field(250, ge=0, description="re-read invoices that one single resync by a person is worth")
    most_resyncs: int = Field(5, ge=0, description="most single resyncs proposed")
    oldest_days: int = Field(180, ge=0, description="a date longer ago is never recommended")


class Limits(_Part):
    """Resources, and the limits beyond which a run counts as partial."""

    threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="of the SQL engine; all where not given"
    )
    memory_gb: float = Field(2.0, gt=0, description="memory of the SQL engine; more is spilt to disk")
    quarantine_share: float = Field(
        0.01, ge=0, le=1, description="a larger share of quarantined rows makes a run partial"
    )
    page_invoices: int = Field(
        50_000, ge=0, description="most invoices held by the page; of more, only blocked ones; all are in the files"
    )


class Output(_Part):
    """The output folder, and the files that outlive a run."""

    folder: Path = Field(Path("out"), description="folder of the runs, relative to billsight.toml")
    register_file: Path = Field(
        Path("state/register.sqlite"), alias="register", description="what people decided; it outlives the runs"
    )
    history_file: Path = Field(
        Path("state/history.sqlite"), alias="history", description="the runs, and what was open in each"
    )
    site_key: Path | None = Field(
        None, description="key of the fingerprints in the fix files; by default site.key next to the register"
    )
    invoices_csv: InvoicesCsv = Field(
        "auto",
        description="what invoices.csv holds: all invoices; blocked: only those that need somebody (blocked, waiting,"
        " unknown, or shown with a wrong amount); none: no such file; auto: all of up to 200,000, else blocked;"
        " invoices.parquet always holds all",
    )
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Review(_Part):
    """The import of decisions."""

    inbox: Path = Field(
        Path("inbox"), description="folder of decided fix files that each run imports first; off if it is missing"
    )
    settle_seconds: float = Field(
        2.0, ge=0, le=600, description="a file in the inbox is taken once it has not changed for so long"
    )
    allow_override: bool = Field(
        default=False, description="true: a company that was not proposed may be approved without asking twice"
    )
    known_contradictions: list[str] = Field(
        default_factory=list,
        description="marks of contradictions that a person has checked; if the values change, so does the mark",
    )


class Gates(_Part):
    """The sanity limits: beyond them a run is not published, or is partial."""

    shrink_share: float = Field(
        0.30, ge=0, le=1, description="a source that lost a larger share of its usual rows stops the run"
    )
    coverage_drop: float = Field(
        0.20, ge=0, le=1, description="a larger fall of the share of mapped customers stops the run"
    )
    join_share: float = Field(
        0.50,
        ge=0,
        le=1,
        description="share of what is asked for (of open money where it is known) that must join, from 20 rows on:"
        " invoices without customers and companies without contacts stop the run; another source is then not used",
    )
    join_drop: float = Field(
        0.20, ge=0, le=1, description="a larger fall of such a share against the last runs counts as too little, too"
    )
    stale_days: float = Field(
        7, gt=0, description="a source that is usually fresher, and whose newest row is older, makes the run partial"
    )
    too_old_days: float = Field(
        30, gt=0, description="invoices that are usually fresher, and whose newest row is older, stop the run"
    )
    clock_behind_days: float = Field(
        1, ge=0, le=36_500, description="a clock that is further behind the newest change in the sources stops the run"
    )
    clock_ahead_days: float = Field(
        400,
        gt=0,
        le=36_500,
        description="a clock that is further ahead of the newest instant in the sources and of the last run stops the"
        " run",
    )


class Notify(_Part):
    """The notification targets. Addresses with secrets stand in files or in the environment, never here."""

    urls_file: SecretFile | None = Field(
        None,
        description="file of apprise addresses, one per line, relative to billsight.toml;"
        " or BILLSIGHT_NOTIFY_URLS, or the systemd credential notify_urls",
    )
    ping_url_file: SecretFile | None = Field(
        None,
        description="file with the address of a health check, relative to billsight.toml;"
        " or BILLSIGHT_PING_URL, or the systemd credential ping_url",
    )
    metrics_file: SecretFile | None = Field(
        None, description="Prometheus textfile, relative to billsight.toml; none where not given"
    )
    report_link: Link = Field("", description="address at which people open the report; its path where not given")
    when: Literal["change", "always"] = Field(
        "change", description="change: only when something differs from the last message; always: every run"
    )


class Retention(_Part):
    """The retention of runs; judgements, summaries and manifests are kept forever."""

    days: int = Field(30, ge=0, description="days that reports, answers and logs are kept; 0 keeps only the latest")


class Settings(_Part):
    """All settings of a run."""

    base: Path = Field(exclude=True)
    portal: Portal = Portal()
    provider: Provider = Provider()
    matching: Matching = Matching()
    backfill: Backfill = Backfill()
    limits: Limits = Limits()
    output: Output = Output()
    review: Review = Review()
    gates: Gates = Gates()
    notify: Notify = Notify()
    retention: Retention = Retention()
    sources: dict[str, Source] = Field(default_factory=dict)
    further: dict[str, tuple[Source, ...]] = Field(default_factory=dict, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _first_and_further(cls, given: dict[str, Any]) -> dict[str, Any]:
        """A relation whose files are written in several ways, or belong to several books, has a list of sources."""
        sources = given.get("sources")
        if not isinstance(sources, dict):
            return given
        lists = {name: source for name, source in sources.items() if isinstance(source, list) and source}
        first = {name: source[0] for name, source in lists.items()}
        return {**given, "sources": {**sources, **first}, "further": {name: lists[name][1:] for name in lists}}

    def sources_of(self, relation: str) -> tuple[Source, ...]:
        """Every source of a relation, in the order of the configuration."""
        return (self.sources[relation], *self.further.get(relation, ())) if relation in self.sources else ()

    def zone_of(self, source: Source) -> ZoneInfo:
        """Zone of the source's times without an offset."""
        return ZoneInfo(source.time_zone or self.portal.time_zone)

    @property
    def portal_zone(self) -> ZoneInfo:
        """Zone in which the portal reads its dates."""
        return ZoneInfo(self.portal.time_zone)

    @property
    def out(self) -> Path:
        """Folder of the runs."""
        return self.base / self.output.folder

    @property
    def scorecard_path(self) -> Path | None:
        """File of fitted points; None if those of billsight are used."""
        return None if self.matching.scorecard is None else self.base / self.matching.scorecard

    @property
    def register_path(self) -> Path:
        """File of the register."""
        return self.base / self.output.register_file

    @property
    def history_path(self) -> Path:
        """File of the history."""
        return self.base / self.output.history_file

    @property
    def site_key_path(self) -> Path:
        """File of the site's key; next to the register if no other file is named."""
        named = self.output.site_key
        return self.register_path.with_name("site.key") if named is None else self.base / named

    @property
    def inbox_path(self) -> Path:
        """Folder of decision files; may be missing."""
        return self.base / self.review.inbox
