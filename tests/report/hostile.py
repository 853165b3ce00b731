"""A run whose every text tries to break out of the page."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import polars as pl

from etl.report.inputs import ReportInputs
from etl.report.page_data import Payloads, pack
from tests.report.sample import sample_facts
from tests.report.sample_changes import sample_changes
from tests.report.sample_work import sample_work

HOSTILE = (
    '</script></style></title></bdi></td><script>window.pwned=1</script><img src=x onerror="window.pwned=2">'
    "<svg onload=window.pwned=3>{{ 7*7 }}{% raw %}\u202egnp.exe\u2028\u2029\u0000\ufeff'\"`&lt;&amp;"
    '=HYPERLINK("http://example.com") שלום עולם '
)
LONG = "Internationale Gesellschaft für Rechnungsabgleich und verwandte Dienstleistungen " * 3 + "W" * 70
KEPT = {
    "currency_code", "state", "primary_cause", "causes", "unknown_checks", "ageing_bucket", "relation", "cause",
    "mapping_state", "mapping_source", "access_causes", "customer_id_acct", "proposed_contact_id_cw",
    "figure", "kind",
}  # fmt: skip
"""Columns that hold the product's own words, or join two frames."""


def hostile_facts() -> ReportInputs:
    """The sample run with hostile and overlong text in every column that a source can fill."""
    facts = sample_facts()
    frames = {
        field.name: _spoilt(getattr(facts, field.name))
        for field in fields(facts)
        if isinstance(getattr(facts, field.name), pl.DataFrame)
    }
    run = replace(
        facts.run, provider_name=HOSTILE, partial_reasons=(HOSTILE,), remarks=(HOSTILE,), settings={HOSTILE: HOSTILE}
    )
    return replace(facts, run=run, changes=_spoilt_changes(), **frames)


def _spoilt_changes() -> dict[str, Any]:
    """What changed, with hostile text wherever a name, an id or a sentence stands."""
    told = sample_changes()
    texts = {"subject_id": HOSTILE, "title": HOSTILE, "reason": HOSTILE}
    return {
        **told,
        "since": {**told["since"], "run_id": HOSTILE},
        "causes": [{**line, "title": HOSTILE} for line in told["causes"]],
        "resolved": [{**line, "reason": HOSTILE} for line in told["resolved"]],
        "not_checked_sources": [HOSTILE, LONG],
        "rows": [{**row, **texts, "name": (HOSTILE, LONG)[place % 2]} for place, row in enumerate(told["rows"])],
    }


def _spoilt(frame: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name not in KEPT]
    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    every_third = pl.int_range(pl.len()) % 3 == 0
    spoilt = frame.with_columns(
        pl.when(every_third).then(pl.lit(LONG)).otherwise(pl.lit(HOSTILE)).alias(name) for name in texts
    ).with_columns(pl.lit([HOSTILE]).alias(name) for name in lists)
    if "evidence" not in spoilt.columns:
        return spoilt
    part = pl.element().struct
    return spoilt.with_columns(
        pl.col("evidence").list.eval(
            pl.struct(
                kind=pl.lit(HOSTILE), points=part.field("points"), verdict=pl.lit("agrees"), detail=pl.lit(HOSTILE)
            )
        )
    )


def hostile_work(facts: ReportInputs) -> Payloads:
    """What the hostile page works on; only the ids are distinguished, for they join what belongs together."""
    numbered = pl.concat_str(pl.col("company_id_cw"), pl.int_range(pl.len()).cast(pl.String))
    work = sample_work(replace(facts, candidates=facts.candidates.with_columns(company_id_cw=numbered)))
    companies = _spoilt(work.companies).with_columns(company_id_cw=numbered)
    invoices = work.invoices.with_columns(causes=pl.lit(HOSTILE))
    return pack(facts, replace(work, companies=companies, invoices=invoices))
