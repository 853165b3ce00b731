"""Where files lie and what they are called: what is named is read, what is no file or leads elsewhere is reported."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from etl.config import Source
from etl.errors import InputError, Problem
from etl.extract import SourceFile, find_files
from etl.extract.source_files import refuse_changed, source_file
from etl.schemas import RELATIONS

INVOICES = "accounting_invoices"
TEXT = "id,doc_number,customer_id,txn_date,total\n1,INV-1,7,2026-01-05,100.00\n"


def found(shelf: Any, path: str | list[str]) -> list[SourceFile]:
    """The files of a source whose configuration lies in a folder of its own."""
    base = shelf.folder / "configuration"
    base.mkdir(exist_ok=True)
    return find_files(base, Source(path=path), RELATIONS[INVOICES])


def problem(shelf: Any, path: str) -> Problem:
    """The one thing that is wrong with it."""
    with pytest.raises(InputError) as refusal:
        found(shelf, path)
    (one,) = refusal.value.problems
    assert one.expected
    assert one.remedy
    return one


@pytest.mark.parametrize("path", ["../data/i.csv", "../data/*.csv", "../data", "../*/i.csv", "./../data/../data/i.csv"])
def test_a_configured_path_may_lie_anywhere(shelf: Any, path: str) -> None:
    """Whoever writes the configuration knows where the files are."""
    shelf.put("data/i.csv", TEXT)
    assert [file.path.name for file in found(shelf, path)] == ["i.csv"]
    assert [file.path.name for file in found(shelf, str(shelf.folder / "data" / "i.csv"))] == ["i.csv"]


def test_a_link_that_is_named_itself_is_followed(shelf: Any) -> None:
    """It is the user who names it, be it the folder or the file."""
    shelf.put("far/i.csv", TEXT)
    (shelf.folder / "link.csv").symlink_to(shelf.folder / "far" / "i.csv")
    (shelf.folder / "folder").symlink_to(shelf.folder / "far")
    for path in ("../link.csv", "../folder", "../folder/*.csv", "../folder/i.csv"):
        assert len(found(shelf, path)) == 1


@pytest.mark.parametrize("path", ["../data", "../data/*.csv", "../data/**/*.csv", "../d*/*.csv"])
def test_a_link_that_leads_out_of_its_folder_is_told(shelf: Any, path: str) -> None:
    """Who may write into the folder may not choose what else is read."""
    shelf.put("secret/i.csv", TEXT)
    shelf.put("data/a.csv", TEXT)
    inside = shelf.folder / "data" / "b.csv"
    inside.symlink_to("a.csv")
    assert len(found(shelf, path)) == 1
    (shelf.folder / "data" / "c.csv").symlink_to(shelf.folder / "secret" / "i.csv")
    if path.startswith("../d*"):
        assert len(found(shelf, path)) == 2, "below what was named before the first star"
        return
    one = problem(shelf, path)
    assert one.where.endswith("data/c.csv")
    assert one.found.startswith("a link that leads out of its folder, to ")
    assert "name in path where the link leads to" in one.remedy


@pytest.mark.parametrize("path", ["../data", "../data/*.csv", "../data/x.csv"])
def test_what_is_no_file_is_told_and_never_waited_for(shelf: Any, path: str) -> None:
    """A pipe without a writer would hold up the run for ever; half a folder would be half the invoices."""
    data = shelf.folder / "data"
    data.mkdir()
    place = data / "x.csv"
    os.mkfifo(place)
    assert problem(shelf, path).found == "a named pipe"
    place.unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(place))
        assert problem(shelf, path).found == "a socket"
    place.unlink()
    place.symlink_to("nowhere.csv")
    assert problem(shelf, path).found == "a link that leads nowhere"
    place.unlink()
    place.symlink_to("x.csv")
    assert "Too many levels of symbolic links" in problem(shelf, path).found
    place.unlink()
    if path != "../data/x.csv":
        place.mkdir()
        assert problem(shelf, path).found == "a folder"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/random", "/dev/null"])
def test_a_device_is_no_file(shelf: Any, path: str) -> None:
    """Some of them never end."""
    assert problem(shelf, path).found == "a device"


def test_a_folder_that_is_called_like_a_file_may_be_named(shelf: Any) -> None:
    """A folder is a folder, whatever it is called."""
    shelf.put("exports.csv/i.csv", TEXT)
    assert len(found(shelf, "../exports.csv")) == 1
    shelf.put("data/sub/i.csv", TEXT)
    shelf.put("data/i.csv", TEXT)
    assert len(found(shelf, "../data")) == 1, "folders inside a folder are left alone"


@pytest.mark.parametrize("path", ["../" + "x" * 5_000, "../a\0b.csv", "../\ud800.csv", "**a/*.csv", "../[z-a].csv"])
def test_a_path_that_no_file_can_have_is_told(shelf: Any, path: str) -> None:
    """Too long, with a NUL, or a pattern that is none."""
    assert problem(shelf, path)


ODD_NAMES = (
    "a'; drop table quarantine.rows; --.csv", 'a"b.csv', "line\nend.csv", "\x1b[31mred.csv", "a[1].csv", "{a,b}.csv",
    "~.csv", "\u202egpj.csv", "-rf.csv", "a\\b.csv", "%41.csv", "$HOME.csv", " .csv", "é日本.csv",
)  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_may_be_called_anything(shelf: Any, name: str) -> None:
    """Its name is reported so that it can be seen and printed, and harms nothing on the way."""
    shelf.put(f"data/{name}", TEXT)
    (file,) = found(shelf, "../data")
    assert file.path.name == name
    assert file.name.isprintable()


def test_a_name_that_is_no_text_can_be_told(shelf: Any) -> None:
    """Old systems wrote names in other alphabets."""
    path = Path(os.fsdecode(os.fsencode(shelf.folder) + b"/caf\xe9.csv"))
    path.write_text(TEXT)
    file = source_file(path, shelf.folder)
    assert file.name == r"caf\udce9.csv"
    file.name.encode()


def test_a_file_that_changes_while_it_is_read_is_told(shelf: Any) -> None:
    """It holds neither yesterday's rows nor today's."""
    path = shelf.put("i.csv", TEXT)
    file = source_file(path, shelf.folder)
    refuse_changed(file)
    with path.open("a") as stream:
        stream.write(TEXT)
    with pytest.raises(InputError, match=r"i\.csv: found a file that changed while it was read"):
        refuse_changed(file)
    path.unlink()
    with pytest.raises(InputError, match=r"i\.csv: found a file that cannot be read \(No such file"):
        refuse_changed(file)
