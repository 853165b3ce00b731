"""How tests open the page, and what they ask of it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page


def saved(folder: Path, document: str) -> str:
    """The address of a page that is put into a folder."""
    file = folder / "report.html"
    file.write_text(document, encoding="utf-8", newline="\n")
    return file.as_uri()


def opened(page: Page, file: str) -> Page:
    """The page, once everything on it can be used."""
    page.goto(file)
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def keys(page: Page, *pressed: str) -> None:
    """Press one key after the other, with the focus where it is."""
    for key in pressed:
        page.keyboard.press(key)


def reviewing(page: Page, file: str) -> Page:
    """The page with the focus in the review."""
    opened(page, file)
    page.locator("#facets button").first.focus()
    return page


def decisions(page: Page) -> dict[str, str]:
    """What the list says of each customer that is decided, by name."""
    cells: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('#queue .ag-row .ag-cell[col-id=decision]')].map((cell) =>"
        " [cell.closest('.ag-row').querySelector('.names strong bdi').textContent, cell.textContent])"
    )
    return {name: word for name, word in cells if word != "open"}


def downloaded(page: Page) -> str:
    """The file of decisions, as it arrives."""
    with page.expect_download() as hand_over:
        page.locator("[data-do=download]").click()
    return hand_over.value.path().read_bytes().decode("utf-8")


def loaded_into_empty(page: Page, address: str, file: Path, content: str) -> None:
    """Load a file of decisions into a page that holds none."""
    opened(page, address)
    page.evaluate("localStorage.clear()")
    opened(page, address)
    file.write_bytes(content.encode())
    page.set_input_files("#load", file)
