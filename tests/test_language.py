"""The prose of the documentation: plain US English, in lines of at most 120 characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.dictionary import DICTIONARY
from tests.support.visible_texts import of_causes, of_page, of_python, of_sql
from tests.test_architecture import FILES, ROOT, _name

PAGES = [path for path in FILES if path.suffix == ".md" and path != DICTIONARY]
"""Every page that a person writes. The data dictionary is generated."""

MOST_CHARACTERS = 120


class Rule(NamedTuple):
    """A phrase that no page may contain.

    Attributes:
        phrase: a regular expression; a blank also matches a line break.
        instead: what to write.
        example: text that the rule must find.
    """

    phrase: str
    instead: str
    example: str


RULES = (
    Rule(r"\bmend(s|ed|ing)?\b", "fix", "A person mends it."),
    Rule(r"\banew\b", "again", "The file is read anew."),
    Rule(r"\bwhoever\b", "anyone who", "Whoever decides"),
    Rule(r"\bbeside\b", "next to", "the file beside it"),
    Rule(r"\b(is|are|was|were|be|been|being)( \w+)? told\b", "reported, shown", "The reason is always told."),
    Rule(r"\btold (of|that|in|about|by)\b", "reported, said", "the message told that"),
    Rule(
        r"(?<!cannot.)\btell(s|ing)? (of|what|whether|whom|which|how|nobody|somebody|people)\b",
        "report, show, notify",
        "It tells what it can read.",
    ),
    Rule(r"\bnights?\b(?!\.\w)", "run, nightly run", "It stops for the night."),
    Rule(r"\b(it|they) (is|are) (none|so)\b", "name the thing", "an amount (it is none)"),
    Rule(r"\bof (which|whom)\b", "begin a new sentence", "customers, of whom one"),
    Rule(r"\blooked into\b", "checked", "The case was looked into."),
    Rule(r"\b(put|puts|putting|set|sets|setting) aside\b", "quarantine", "a row that is put\naside"),
    Rule(r"\b(take|takes|taken|took|taking) back\b", "revert", "An import can be taken back."),
    Rule(r"\bspoil(s|t|ed|ing)?\b", "malformed, damaged", "a spoilt id"),
    Rule(r"\blaws?\b(?!\.\w)", "invariant", "The laws hold."),
    Rule(r"\bpromis(e|es|ed|ing)\b", "guarantee", "What is promised"),
    Rule(r"\b(stands|stood|standing)\b", "is", "The answer stands next to it."),
    Rule(r"\bstand (in|on|at|there|next|behind|before|below|above)\b", "are", "They stand in the log."),
    Rule(r", for (it|there|they|nobody|what|he|she)\b", "because", "Stop, for it fails."),
    Rule(r"\bdoubts\b", "say what is checked", "It doubts the file."),
    Rule(r"\b(make|makes|made) up for\b", "run later, repeat", "The timer makes up for it."),
    Rule(r"\b(thereof|therein|wherein|whereof|hereby|upon|whilst)\b", "use a common word", "the parts thereof"),
    Rule(r"\b(nothing|none|all) of (this|that|it) holds\b", "none of these is true", "None of this holds:"),
    Rule(
        r"\b(recogni|neutrali|normali|organi|summari|maximi|minimi|optimi)s(e|es|ed|ing|ation)\b", "-ize", "recognised"
    ),
    Rule(r"\b(colour|behaviour|licence|cheque|centre|labelled|cancelled|neighbour)s?\b", "US spelling", "MIT licence"),
)
"""Phrases, in the sense that reads as translated, and what to write instead."""


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line that a person wrote: no code blocks, or generated parts."""
    is_code = is_generated = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif re.match(r"<!-- \w+: generated -->", line):
            is_generated = True
        elif line.startswith("<!-- end of "):
            is_generated = False
        elif not (is_code or is_generated):
            yield number, line


def _phrases(text: str) -> list[str]:
    """Line, phrase and replacement of everything that a rule finds, in the order of the lines."""
    lines = dict(_prose(text))
    prose = "\n".join(lines.get(number, "") for number in range(1, len(text.splitlines()) + 1))
    # line breaks stay where code and addresses are removed, so that the line numbers are right
    prose = re.sub(r"`[^`]*`|\]\([^)]*\)", lambda removed: "`" + "\n" * removed[0].count("\n") + "`", prose)
    found = [
        (prose.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), rule.instead)
        for rule in RULES
        for match in re.finditer(rule.phrase.replace(" ", r"\s+"), prose, re.IGNORECASE)
    ]
    return [f"{line}: {phrase!r}, write: {instead}" for line, phrase, instead in sorted(found)]


def _long_lines(text: str) -> list[str]:
    """Line and length of each line that is too long. A row of a table, or a single word, cannot be broken."""
    return [
        f"{number}: {len(line)} characters, write: at most {MOST_CHARACTERS}"
        for number, line in _prose(text)
        if len(line) > MOST_CHARACTERS and not line.startswith("|") and " " in line.strip()
    ]


def test_the_pages_are_plain_english_in_short_lines() -> None:
    """The message lists every file, line and phrase at once."""
    assert len(PAGES) > 10
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{problem}"
        for path in PAGES
        for text in [path.read_text(encoding="utf-8")]
        for problem in [*_phrases(text), *_long_lines(text)]
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: " ".join(rule.example.split()))
def test_each_rule_finds_its_example(rule: Rule) -> None:
    """A rule that finds nothing protects nobody."""
    (found,) = _phrases(f"A run.\n\n{rule.example}\n")
    assert found.startswith("3: ")
    assert found.endswith(f", write: {rule.instead}")


RIGHT = (
    "Tell the client.", "This tells the two apart.", "besides, in the nightly run", "`run.duckdb` and `the\nnight`",
    "```sh\nthe night, mended anew\n```", "<!-- clauses: generated -->\nput aside\n<!-- end of clauses -->",
    "[the database](database.md#what-is-promised), [docs/laws.md](docs/laws.md)", "A standard of outstanding amounts.",
    "read, for the first time, for example", "a judgement",
)  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_plain_words_code_and_addresses_are_accepted(text: str) -> None:
    """Code, generated parts and addresses of links are not prose."""
    assert _phrases(text) == []


def test_only_long_lines_of_prose_are_found() -> None:
    """Code, tables and single words may be longer."""
    words = "word " * 30
    assert _long_lines(f"short\n{words}\n") == ["2: 150 characters, write: at most 120"]
    assert _long_lines(f"```\n{words}\n```\n| {words} |\n{'x' * 150}\n") == []


FOREIGN = {
    "etl/demo/words.py", "etl/match/word_lists.py", "etl/match/branches.py", "etl/extract/profiles/document_terms.py",
}  # fmt: skip
"""Modules with the words of other people: names of firms, words of their exports."""
MEANT = ("identity.py", "it is the one that")
"""A comment in SQL that a rule takes for the other sense."""


def _shown(line: str) -> str:
    """What a line of a template shows: its text, and the texts that its code holds."""
    return re.sub(r"\{[{%](.*?)[}%]\}", lambda code: " ".join(re.findall('"([^"]*)"', code[1])), COMMENT.sub("", line))


COMMENT = re.compile(r"\{#.*?#\}")
SAID = {
    "causes": of_causes,
    "sql": of_sql,
    "python": lambda: ((file.name, text) for file, text in of_python() if _name(file) not in FOREIGN),
    "page": lambda: ((name, _shown(line)) for name, line in of_page()),
}


@pytest.mark.parametrize("source", SAID)
def test_what_the_product_says_is_plain_english(source: str) -> None:
    """Causes, fixes, help, errors, log lines, messages and the page: every place and phrase at once."""
    said = [(place, text) for place, text in SAID[source]() if " " in text.strip()]
    texts = [(place, text) for place, text in said if not (place == MEANT[0] and MEANT[1] in text)]
    assert len(texts) > 50
    found = [f"{place}: {problem.partition(': ')[2]}: {text}" for place, text in texts for problem in _phrases(text)]
    assert not found, "\n" + "\n".join(found)
