"""Marks on letters: accents of Latin letters may be left out, everything else makes another name."""

from __future__ import annotations

import unicodedata
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.match import normalize_names
from etl.match.fields.marks import clashes, plain_letters, without_accents
from tests.soak import runs

BLOCKS = {
    "Hebrew": (0x0590, 0x05FF), "Arabic": (0x0600, 0x06FF), "Syriac": (0x0700, 0x074F), "Thaana": (0x0780, 0x07BF),
    "Devanagari": (0x0900, 0x097F), "Bengali": (0x0980, 0x09FF), "Gurmukhi": (0x0A00, 0x0A7F),
    "Gujarati": (0x0A80, 0x0AFF), "Oriya": (0x0B00, 0x0B7F), "Tamil": (0x0B80, 0x0BFF), "Telugu": (0x0C00, 0x0C7F),
    "Kannada": (0x0C80, 0x0CFF), "Malayalam": (0x0D00, 0x0D7F), "Sinhala": (0x0D80, 0x0DFF), "Thai": (0x0E00, 0x0E7F),
    "Lao": (0x0E80, 0x0EFF), "Tibetan": (0x0F00, 0x0FBC), "Myanmar": (0x1000, 0x109F), "Khmer": (0x1780, 0x17FF),
}  # fmt: skip


def of(script: str, kind: str) -> list[str]:
    """The letters (L) or marks (M) of a script."""
    first, last = BLOCKS[script]
    return [sign for sign in map(chr, range(first, last + 1)) if unicodedata.category(sign).startswith(kind)]


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Two names of one script that differ in one mark: another one, or none."""
    script = draw(st.sampled_from(sorted(BLOCKS)))
    letters = [draw(st.lists(st.sampled_from(of(script, "Lo")), min_size=2, max_size=5)) for _ in range(2)]
    marks = of(script, "M")
    one = draw(st.sampled_from(marks))
    other = draw(st.sampled_from(["", *(mark for mark in marks if mark != one)]))
    pair = ["".join((*letters[0], mark, *letters[1])) for mark in (one, other)]
    return pair[0], pair[1]


def certain(match: Any, *pairs: tuple[str, str]) -> set[int]:
    """Which of the pairs are certain; each is alone in its postal code, and nothing else is known."""
    customers = [
        {"customer_id_acct": f"A{n}", "customer_name": one, "postal_code": str(21000 + n)}
        for n, (one, _) in enumerate(pairs)
    ]
    companies = [
        {"company_id_cw": str(n), "company_name": other, "postal_code": str(21000 + n)}
        for n, (_, other) in enumerate(pairs)
    ]
    found = match(match.night(customers, [*companies, {"company_id_cw": "X", "company_name": "Blue Harbour Foods"}]))
    return {int(company) for _, company in found.certain()}


def both_ways(match: Any, *pairs: tuple[str, str]) -> set[int]:
    """The same, whichever of the two is the customer, and however the marks are written."""
    answers = []
    for form in ("NFC", "NFD"):
        written = [(unicodedata.normalize(form, one), unicodedata.normalize("NFC", other)) for one, other in pairs]
        answers += [certain(match, *written), certain(match, *((other, one) for one, other in written))]
    assert all(answer == answers[0] for answer in answers)
    return answers[0]


def plain(*written: str) -> list[str | None]:
    """The names in plain words."""
    return pl.DataFrame({"name": written}).select(normalize_names.plain(pl.col("name"))).to_series().to_list()


@settings(max_examples=runs(5))
@given(pairs=st.lists(spellings(), min_size=8, max_size=8))
def test_names_that_differ_in_a_mark_of_their_script_are_never_certain(
    match: Any, pairs: list[tuple[str, str]]
) -> None:
    """Vowel signs, points, tones and doubled letters are letters, whatever the script."""
    differing = [
        (one, other) for one, other in pairs if unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other)
    ]
    assert certain(match, *differing) == set()


@pytest.mark.parametrize("script", sorted(BLOCKS))
def test_every_mark_of_a_script_makes_a_name_of_its_own(script: str) -> None:
    """No two marks, and no mark and none, leave the same name."""
    letters = of(script, "Lo")
    written = [f"{letters[3]}{mark}{letters[4]}" for mark in ("", *of(script, "M"))]
    different = {unicodedata.normalize("NFKD", name) for name in written}
    assert len(set(plain(*written))) == len(different)


OTHER_NAMES = [
    ("मीना ट्रेडर्स", "मोनी ट्रेडर्स"), ("কলা ঘর", "কালা ঘর"), ("કમલ સ્ટોર", "કમળા સ્ટોર"), ("மணி கடை", "மணீ கடை"),
    ("ร้านก่อ", "ร้านก้อ"), ("مُدير الدار", "مَدير الدار"), ("בַּיִת ירוק", "בית ירוק"), ("Иван Май", "Иван Маи"),
    ("Ёлка Дом", "Елка Дом"), ("Їжак Груп", "Іжак Груп"), ("バンダイ商会", "ハンダイ商会"), ("ばら園", "ぱら園"),
    ("한강 상사", "한간 상사"),
    ("Νόμος Έργα", "Νομός Έργα"),
    # Latin: another accent, or one that only Vietnamese has
    ("Má Bakery", "Mà Bakery"), ("Má Bakery", "Mả Bakery"), ("Mả Bakery", "Ma Bakery"), ("Mạ Bakery", "Ma Bakery"),
    ("Bơ Farms", "Bo Farms"), ("Đan Mills", "Dan Mills"),
    ("Hầu Trading", "Hâu Trading"), ("Hậu Trading", "Hau Trading"),
    ("Ånders Bygg", "Änders Bygg"), ("Øster Bygg", "Öster Bygg"), ("Peña Roofing", "Peṅa Roofing"),
    # no digits of a number
    ("Acme² Labs", "Acme2 Labs"), ("Acme² Labs", "Acme Labs"), ("Acme ½ Price", "Acme 1 2 Price"),
    ("Store ① Zavent", "Store 1 Zavent"), ("Zavent ⑩", "Zavent 10"), ("Zavent ₂", "Zavent 2"),
    # pictures and symbols, and one against none
    ("⭐ Rooftop", "🌙 Rooftop"), ("⭐ Quillmere", "Quillmere"), ("Ulbrit🍕", "Ulbrit🍔"), ("Orsk 🇺🇸", "Orsk 🇺🇦"),
    ("Tamble ∞ Labs", "Tamble Labs"), ("€ Fennick", "£ Fennick"), ("⭐", "🌙"),
    # gershayim and geresh
    ('עו"ד לוינסקי', "עוד לוינסקי"), ("צ'יק ברזילי", "ציק ברזילי"), ('רו"ח שמעוני', "רו'ח שמעוני"),
]  # fmt: skip


def test_names_of_many_scripts_that_look_alike_are_for_people(match: Any) -> None:
    """In both directions, composed and decomposed."""
    assert both_ways(match, *OTHER_NAMES) == set()


SAME_NAMES = [
    ("Müller Bau", "Muller Bau"), ("Café Zavent", "CAFE ZAVENT"), ("Peña Roofing", "Pena Roofing"),
    ("Øster Bygg", "Oster Bygg"), ("Łódka Sklep", "Lodka Sklep"), ("Groß Maler", "Gross Maler"), ("Æbler", "Aebler"),
    ("İzmir Halı", "Izmir Hali"), ("G̃uarani Labs", "Guarani Labs"), ("Má Farms", "Ma Farms"),
    ("Hậu Trading", "HẬU Trading"),
    ("Ｚａｖｅｎｔ Ｏｎｅ", "Zavent One"), ("ﾊﾞﾝﾀﾞｲ 商会", "バンダイ 商会"),
    ("Zavent １２", "Zavent 12"), ("Quorex १२", "Quorex 12"),
    ("Zavent ٣", "Zavent 3"), ("मीना ट्रेडर्स", "मीना ट्रेडर्स"), ("Їжак Груп", "ЇЖАК ГРУП"), ("한강 상사", "한강 상사"),
    ("⭐️ Rooftop", "⭐Rooftop"), ("Quillmere® Foods", "Quillmere Foods"), ("Ulbrit │ Works", "Ulbrit | Works"),
    ('עו"ד לוינסקי', "עו״ד לוינסקי"), ("רו''ח שמעוני", "רו”ח שמעוני"), ("צ'יק ברזילי", "צ׳יק ברזילי"),
    ('"מאפייה" דרומית', "מאפייה דרומית"), ("O'Fennick \"Bay\" & Co", "OFennick Bay and Co"),
    ("Orsk's - Cove", "Orsks Cove"),
    ("Intl Müller & Söhne GmbH", "International Müller Sohne"), ("É. Zavent", "E Zavent"),
]  # fmt: skip


def test_an_accent_that_one_side_leaves_out_is_no_other_name(match: Any) -> None:
    """Exports lose accents, and capitals, full width and half width are ways of writing."""
    assert both_ways(match, *SAME_NAMES) == set(range(len(SAME_NAMES)))


LATIN = "aeiouyncszrgm"
ACCENTS = "\u0301\u0300\u0302\u0303\u0308\u0306\u030c\u0304\u0307\u030a\u0327\u0328"


@given(
    letters=st.lists(st.sampled_from(LATIN), min_size=2, max_size=6),
    one=st.lists(st.sampled_from(["", *ACCENTS]), min_size=6, max_size=6),
    other=st.lists(st.sampled_from(["", *ACCENTS]), min_size=6, max_size=6),
)
def test_two_accents_on_one_letter_clash_and_one_beside_none_does_not(
    letters: list[str], one: list[str], other: list[str]
) -> None:
    """Letter by letter, and whichever side comes first."""
    marks = list(zip(letters, one, other, strict=False))
    sides = [pl.Series(["".join(letter + pair[at] for letter, *pair in marks)]) for at in (0, 1)]
    expected = any(left and right and left != right for _, left, right in marks)
    assert clashes(*sides).to_list() == clashes(*reversed(sides)).to_list() == [expected]
    # without accents all are one name
    bare = [side.to_frame("name").select(without_accents(plain_letters(pl.col("name")))).item() for side in sides]
    assert bare == ["".join(letters)] * 2


@given(name=st.text(max_size=20))
def test_composed_and_decomposed_names_are_one(name: str) -> None:
    """The same text written in two ways is the same name."""
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]
    assert len(set(plain(*forms))) == 1


def test_names_with_other_accents_are_no_namesakes(match: Any) -> None:
    """Má, Mà and Mả each find their own; Ma may be any of the first two, and is for people."""
    place = {"postal_code": "21017"}
    firms = [
        {"company_id_cw": str(n), "company_name": f"{name} Farms", **place} for n, name in enumerate(("Má", "Mà", "Mả"))
    ]
    clients = [
        {"customer_id_acct": str(n), "customer_name": f"{name} Farms", **place}
        for n, name in enumerate(("Má", "Mà", "Mả"))
    ]
    assert match(match.night(clients, firms)).certain() == {(str(n), str(n)) for n in range(3)}
    bare = {"customer_id_acct": "A", "customer_name": "Ma Farms", **place}
    assert match(match.night([bare], firms)).of("A", "0")["reason"] == "two companies share the name"
