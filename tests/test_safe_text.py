"""Whatever files and people write, the command only shows it: no terminal is steered, no neighbor is turned."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl.errors import ExitCode, GateError
from etl.pipeline import setup
from etl.review.register import Import, Judgement, Register
from etl.safe_text import json_text, one_line, printable, readable, text_table
from tests.support import provider_runs
from tests.support.command_results import Billsight, Ended

HEBREW = "שלום בע"
SPOILT = f"{HEBREW} \u202eAc\x1b[2Jme\x9b31m\u2028VISIBLE \u2066co\x07"
STEERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066\u2067]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small provider after one run, whose first customer has a name that does all of it."""
    folder = provider_runs.invented(tmp_path_factory.mktemp("safe") / "provider", provider_runs.SMALL)
    customers = folder / "accounting_customers.csv"
    head, first, *rest = customers.read_text(encoding="utf-8").splitlines()
    number, _, after = first.split(",", 2)
    customers.write_text("\n".join([head, f'{number},"{SPOILT}",{after}', *rest, ""]), encoding="utf-8")
    provider_runs.run(folder)
    return folder


def _call(billsight: Billsight, folder: Path, *words: str) -> Ended:
    return billsight(*words, "--config", folder / "billsight.toml")


def _holds(said: str) -> bool:
    """Whether nothing in it steers a terminal, and all Hebrew is isolated."""
    return not STEERS.search(said) and not re.search("[א-ת]", re.sub("\u2068[^\u2068\u2069\n]*\u2069", "", said))


@pytest.mark.parametrize("words", [("why", "INV-1001"), ("explain", "101", "1001"), ("explain", SPOILT, "1001")])
def test_a_name_can_not_steer_the_terminal(hostile: Path, billsight: Billsight, words: tuple[str, ...]) -> None:
    """Nor can it begin a line of its own that says something else."""
    ended = _call(billsight, hostile, *words)
    said = ended.out + ended.err
    assert said
    assert _holds(said), ascii(said)
    assert not [line for line in said.splitlines() if line.startswith("VISIBLE \\u2066")]


def test_the_name_itself_is_still_there(hostile: Path, billsight: Billsight) -> None:
    """With escapes in the place of what is not seen, so that a person can find it in the books."""
    first = _call(billsight, hostile, "why", "INV-1001").out.splitlines()[0]
    assert f"\u2068{HEBREW}\u2069" in first
    assert r"Ac\x1b[2Jme\x9b31m" in first


def test_json_says_the_same_and_steers_nothing(hostile: Path, billsight: Billsight) -> None:
    """A program reads the name as it is; a terminal that shows the JSON is not steered."""
    ended = _call(billsight, hostile, "why", "INV-1001", "--json")
    assert not STEERS.search(ended.out)
    (answer,) = json.loads(ended.out)
    assert "Ac\x1b[2Jme\x9b31m" in answer["invoice"]["customer_name"]


@pytest.mark.parametrize(
    "words",
    [
        ("why", f"no-such-{SPOILT}"),
        ("why", "INV-1001", "--contact", SPOILT),
        ("explain", SPOILT[5:], "1"),
        ("mappings", "history", SPOILT),
        ("mappings", "revert", SPOILT),
        ("runs", "show", SPOILT),
        ("run", "--run-id", SPOILT),
        ("run", "--as-of", SPOILT),
        ("run", SPOILT),
        ("runs", f"--{SPOILT}"),
        (SPOILT,),
    ],
)
def test_no_error_steers_the_terminal(hostile: Path, billsight: Billsight, words: tuple[str, ...]) -> None:
    """Every message that repeats what was asked for; also what is wrong with the words themselves."""
    ended = _call(billsight, hostile, *words)
    assert ended.code in {ExitCode.USAGE, ExitCode.UNUSABLE, ExitCode.REFUSED}
    assert ended.err
    assert _holds(ended.out + ended.err), ascii(ended.err)


def test_the_configuration_is_told_safely(hostile: Path, billsight: Billsight, tmp_path: Path) -> None:
    """A value, a key and the name of the file."""
    path = tmp_path / f"{HEBREW}.toml"
    text = (hostile / "billsight.toml").read_text(encoding="utf-8")
    path.write_text(f'{text}\n[review]\n"{HEBREW}\\u001b" = 1\nallow_override = "\\u202e{HEBREW}"\n', encoding="utf-8")
    ended = billsight("check", "--config", path)
    assert ended.code == ExitCode.CONFIGURATION
    assert _holds(ended.err), ascii(ended.err)


def test_a_bug_is_told_safely(hostile: Path, billsight: Billsight, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its traceback may hold what a file says."""

    def fail(*_: object) -> str:
        raise ValueError(SPOILT)

    monkeypatch.setattr(setup, "check_sources", fail)
    ended = _call(billsight, hostile, "check")
    assert ended.code == ExitCode.BUG
    assert "Traceback" in ended.err
    assert _holds(ended.err), ascii(ended.err)


def test_what_is_listed_stays_one_line_each() -> None:
    """A value with a line break can not add a reason."""
    assert str(GateError(["one\nNothing is wrong"])).count("\n") == 1


def test_columns_keep_their_order() -> None:
    """Two texts from right to left in one line are isolated each, or they would change places."""
    one, other = "אב גד", "הל"
    line = "{0}  {1} | {0}, {1} 12\n34"
    isolated = line.format(f"\u2068{one}\u2069", f"\u2068{other}\u2069")
    assert printable(line.format(one, other)) == isolated


def test_json_is_json_whatever_stands_in_it() -> None:
    """Every character that is not seen comes back."""
    text = "".join(map(chr, [*range(160), 0x61C, *range(0x2000, 0x2070), 0xFEFF, 0xE0041])) + "é"
    written = json_text({text: [text]}, indent=1)
    assert json.loads(written) == {text: [text]}
    assert not STEERS.search(written)
    assert "é" in written


@pytest.mark.parametrize(
    "char",
    [
        *"\u115f\u1160\u3164\uffa0\u2800\ufe0f\ufe00\u180b\u180f\u034f\u17b4\U000e0100",  # show nothing
        *"\u0600\u06dd\u070f\u08e2\U000110bd\U0001bca0\U0001d173\U00013430",  # formats
        *"\ue000\U000f0000\U00100000",  # private
        *"\u0378\ufdd0\uffff\U0001ffff\U000e0fff",  # not assigned
        *"\u200c\u200d\ud800\x00\x85\xad",
    ],
    ids=ascii,
)
def test_every_character_that_is_not_seen_is_an_escape(char: str) -> None:
    """By its Unicode category, or because it shows nothing: two names that look alike can be distinguished."""
    text = f"A{char}B"
    told = "A B" if char == "\x85" else f"A{ascii(char)[1:-1]}B"
    assert (readable(text), one_line(text), printable(text)) == (told,) * 3
    written = json_text(text, indent=1)
    assert json.loads(written) == text
    assert char not in written


@pytest.mark.parametrize(
    "text",
    [
        "Müller & Søn A/S",
        "Société Générale",
        "株式会社さくら",
        "삼성전자",
        "क्षेत्र",
        "cafe\u0301 😀 ½ €\u00a05\u3000x",
        "ภาษาไทย",
    ],
)
def test_what_is_seen_stays_as_it_is(text: str) -> None:
    """Letters, marks and blanks of any script."""
    assert (readable(text), printable(text), json.loads(json_text(text, indent=1))) == (text, text, text)


def test_an_export_is_the_same_bytes_in_a_file_and_in_a_pipe(
    hostile: Path, billsight: Billsight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is in it. A terminal gets the safe text."""
    provider = shutil.copytree(hostile, tmp_path / "provider", symlinks=True)
    now = datetime.now(UTC)
    judgement = Judgement("A-1", None, "excluded", now, "kim", "d.csv", note=SPOILT)
    Register.open(provider / "state" / "register.sqlite").append([judgement], Import("i", now, "kim"))
    assert _call(billsight, provider, "mappings", "export", tmp_path / "register.csv").code == 0
    piped = _call(billsight, provider, "mappings", "export").out.encode()
    assert piped == (tmp_path / "register.csv").read_bytes()
    assert SPOILT.encode() in piped
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    shown = _call(billsight, provider, "mappings", "export").out
    assert r"Ac\x1b[2Jme" in shown
    assert _holds(shown), ascii(shown)


def test_linked_tables_are_safe_on_a_terminal(
    billsight: Billsight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id is whatever a file says; into a pipe it goes as it is."""
    table = tmp_path / "firms.csv"
    name = f"{HEBREW} \u202eAcme"
    table.write_text(f"id,name,email\n{name},Acme Dental,a@acme.example\n", encoding="utf-8")
    piped = billsight("match", table, table)
    assert piped.code == 0, piped
    assert name in piped.out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    shown = billsight("match", table, table).out
    assert r"\u202eAcme" in shown
    assert _holds(shown), ascii(shown)


def test_no_cell_of_a_table_begins_a_line_or_turns_its_neighbors_round() -> None:
    """A company may be called anything, and each row stays one line of its own."""
    table = text_table([("company", "state"), ("Acme\nCW-9  done", "to do"), ("\u202eevil\x1b[2J", "stale")])
    lines = table.splitlines()
    assert [line.rsplit("  ", 1)[-1] for line in lines] == ["state", "to do", "stale"]
    assert "\u202e" not in table
    assert "\x1b" not in table
