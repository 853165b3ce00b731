"""A stop by joins: whether it is a fall, which a person may accept, or too little whatever was usual."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from etl.config.sections import Gates
from etl.errors import GateError, JoinDropError, JoinError
from etl.history.source_status import RunInputs
from etl.history.store import PastRun
from etl.pipeline.gates import check_joins
from etl.validate.join_questions import FIRST
from etl.validate.joins import Join, Measured

QUESTION = next(question for question in FIRST if question.stops)
ROWS = 40


@pytest.mark.parametrize(("share", "kind"), [(0.0, JoinError), (0.05, JoinError), (0.7, JoinDropError)])
def test_the_error_names_the_join_and_says_whether_it_can_be_accepted(share: float, kind: type[GateError]) -> None:
    """All joined in the last run: accepting a fall helps exactly where it is called one."""
    past = [PastRun(1, "one", "2026-05-01T02:00:00Z", 0, is_published=True, seconds=1.0,
                    facts={"joins": {QUESTION.name: 1.0}})]  # fmt: skip
    settings = cast("Any", SimpleNamespace(gates=Gates()))
    inputs = RunInputs(settings, cast("Any", None), [], {}, past)
    measured = Measured([Join(QUESTION, ROWS, int(share * ROWS), {}, share, ())])
    with pytest.raises(JoinError) as stopped:
        check_joins(inputs, measured, is_shrink_accepted=False)
    assert (type(stopped.value), stopped.value.joins) == (kind, (QUESTION.name,))
    if kind is JoinDropError:
        check_joins(inputs, measured, is_shrink_accepted=True)
    else:
        with pytest.raises(JoinError):
            check_joins(inputs, measured, is_shrink_accepted=True)
