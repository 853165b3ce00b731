"""What the review has to do for each key, said a second time: a list of customers and what was decided on each."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.report.any_names import Candidate, kind_of

WORDS = {"approve": "Approved", "reject": "Rejected", "exclude": "Excluded", "unsure": "Unsure", "snooze": "Snoozed"}
KEYS = {"a": "approve", "r": "reject", "e": "exclude", "u": "unsure", "s": "snooze"}

Decision = tuple[str, str | None]
"""The word, and the company that is approved."""


@dataclass
class Review:
    """The state of a review: customers are places in the list, never texts.

    Attributes:
        count: customers in the list.
        asking: the decision that a question is about.
    """

    count: int
    at: int = 0
    decided: dict[int, Decision] = field(default_factory=dict)
    chosen: dict[int, str] = field(default_factory=dict)
    asking: Decision | None = None
    undone: list[tuple[int, int, Decision | None]] = field(default_factory=list)

    def press(self, key: str) -> None:
        """One key."""
        if key in {"j", "k"}:
            self._go(min(max(self.at + (1 if key == "j" else -1), 0), self.count - 1))
        elif key.isdigit():
            self._choose(int(key))
        elif key in KEYS:
            self._decide(KEYS[key])
        elif key == "Shift+A" and self.asking is not None:
            self._settle(self.asking)
        elif key in {"Escape", "Enter", "Space"}:
            self.asking = None
        elif key == "c" and self.at in self.decided:
            self.undone.append((self.at, self.at, self.decided.pop(self.at)))
            self.asking = None
        elif key == "z" and self.undone:
            self._undo()

    def _go(self, place: int) -> None:
        if place != self.at:
            self.at, self.asking = place, None

    def _choose(self, rank: int) -> None:
        if rank <= len(kind_of(self.at)):
            self.chosen[self.at], self.asking = kind_of(self.at)[rank - 1].company_id, None

    def _candidate(self) -> Candidate | None:
        """Chosen by hand, or decided, or else the best, unless two are alike."""
        candidates = kind_of(self.at)
        company = self.chosen.get(self.at) or self.decided.get(self.at, ("", None))[1]
        if company is None:
            is_tie = len(candidates) > 1 and candidates[0].asks
            return None if is_tie or not candidates else candidates[0]
        return next(each for each in candidates if each.company_id == company)

    def _decide(self, word: str) -> None:
        candidate = self._candidate() if word == "approve" else None
        if word == "approve" and (candidate is None or candidate.is_deleted):
            return
        if word == "reject" and not kind_of(self.at):
            return
        decision = (word, candidate.company_id if candidate else None)
        held = self.decided.get(self.at)
        if held == decision:
            return
        if held is not None or (candidate and candidate.asks):
            self.asking = decision
        else:
            self._settle(decision)

    def _settle(self, decision: Decision) -> None:
        self.undone.append((self.at, self.at, self.decided.get(self.at)))
        self.decided[self.at] = decision
        self.asking = None
        around = [*range(self.at + 1, self.count), *range(self.at)]
        self.at = next((place for place in around if place not in self.decided), self.at)

    def _undo(self) -> None:
        self.at, place, before = self.undone.pop()
        self.asking = None
        if before is None:
            del self.decided[place]
        else:
            self.decided[place] = before
