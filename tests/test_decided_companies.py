"""A decision outlives the key that its company was listed by: it is never another company's, and never forgotten."""

from __future__ import annotations

import polars as pl
import pytest

from etl.errors import GateError
from etl.pipeline.decided_companies import with_keys_of_list
from etl.review.register import Snapshot
from tests.support.accepted_database import engine_of

NUMBERED = [
    {"company_id_cw": "11", "company_identifier": "QuillFarm", "company_name": "Quill Farm"},
    {"company_id_cw": "12", "company_identifier": "11", "company_name": "Zeal Optics"},
]
MARKED = [row | {"company_id_cw": f"ID:{row['company_identifier']}"} for row in NUMBERED]


def _decided(*companies: str | None) -> Snapshot:
    frame = pl.DataFrame({"company_id_cw": companies}, schema={"company_id_cw": pl.String})
    return Snapshot(current=frame, contacts=frame)


def test_a_decision_about_a_company_id_follows_its_company() -> None:
    """The list got a RecID since; what was decided about ID:11 is about Zeal Optics, not about the company 11."""
    kept = with_keys_of_list(
        engine_of(connectwise_companies=NUMBERED), _decided("id:quillfarm", "ID:11", "ID:Gone", None)
    )
    for decisions in (kept.current, kept.contacts):
        assert decisions["company_id_cw"].to_list() == ["11", "12", "ID:Gone", None]


@pytest.mark.parametrize(
    ("companies", "decided"),
    [(MARKED, "11"), ([{"company_id_cw": "11", "company_name": "Quill Farm"}], "ID:QuillFarm")],
)
def test_a_key_that_the_list_lacks_stops_the_run(companies: list[dict[str, str]], decided: str) -> None:
    """Else the company would be said to be gone, or another company would take its place."""
    with pytest.raises(GateError, match="Export the companies with RecID and Company ID"):
        with_keys_of_list(engine_of(connectwise_companies=companies), _decided(decided))


@pytest.mark.parametrize(("companies", "decided"), [(MARKED, "ID:QuillFarm"), (NUMBERED, "11"), (NUMBERED, None)])
def test_decisions_in_the_keys_of_the_list_are_left_alone(companies: list[dict[str, str]], decided: str | None) -> None:
    """The quiet twin."""
    register = _decided(decided)
    assert with_keys_of_list(engine_of(connectwise_companies=companies), register) is register
