"""What stands in files that nobody meant to write: values, keys and bytes."""

from __future__ import annotations

VALUES = (
    *("", " ", "\t", "\u00a0", "\u200b", "NULL", "null", "None", "n/a", "-", "--", "#REF!", "#N/A", "nan", "NaN"),
    *("Infinity", "-Infinity", "inf", "1e308", "1E+11", "1.2E+19", "0x1F", "١٢٣", "１２３", "²", "½", "٫", "1_000"),
    *("9" * 19, "9" * 400, "-" + "9" * 30, "0." + "0" * 50 + "1", "1.23456789", "100.10000000000001", "1,234.50"),
    *("1.234,50", "(12.00)", "12.00-", "12.00 CR", "-$5", "€ 1.234,50", "USD 12", "12 EUR 13", "1 234,5", "1'234.50"),
    *("−5", "+5", "--5", ".", ",", "5.", ".5", "00012", "2026-02-30", "2026-13-01", "03/04/2026", "31/12/26"),
    *("1/2/3", "45000", "80000", "45000.5", "0001-01-01", "9999-12-31", "2026-01-01T24:00:00Z", "20260105"),
    *("2026-03-08T02:30:00", "2026-01-05T10:00:00+14:59", "2026-01-05T10:00:00.1234567Z", "/Date(9999999999999)/"),
    *("/Date(-1+9999)/", "Jan 5 2026", "5-Jan-26", "5 Brumaire 2026", "2026-W01-1", "12:00", "true", "TRUE", "ja"),
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "'=1+1", "=cmd|'/c calc'!A0", "\t=1+1", "\r=1", "＝1+1", "\u202e=1", "%0a"),
    *('=HYPERLINK("http://example.invalid")', "<script>alert(1)</script>", "{{7*7}}", "${x}", "'; drop table x; --"),
    *(
        "a\0b",
        "a\x07b",
        "\x1b[31mred",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\r\nb",
        "a\nb",
        "a,b;c|d\te",
        '"',
        '""',
        'a"b',
    ),
    *(
        "\ufeffx",
        "\ufffd",
        "\u202eabc\u202c",
        "שלום",
        "日本",
        "e\u0301" * 40,
        "🏳️‍🌈",
        "\U0010ffff",
        "\ue000 end of file \ue000",
    ),
    *("x" * 300, "x" * 5000, "a, b; c | d", ";;;", "a" * 60 + "@" + "b" * 60, "NaT", "XXX", "usd", "U$D", "USDX"),
    *(
        "ACCT-",
        "CW-",
        "CW-1.2E+5",
        "acct-101",
        "CW 1001",
        "ACCT\u2011101",
        "FP-",
        "approve",
        "snooze:",
        "snooze:2026-13-45",
    ),
)

HALVES = ("\ud800", "a\udfffb", "\udc80\ud800", "\ud83d")
"""Halves of characters, which only an escape in JSON can bring."""

KEYS = (
    *("id", "Id", "name", "company", "value", "QueryResponse", "CDCResponse", "Invoices", "Contacts", "Invoice"),
    *("communicationItems", "types", "status", "CustomerRef", "MetaData", "", "\ud800", "a\0", "x" * 300),
)

DEEP = ("[" * 200 + "]" * 200, '{"a":' * 200 + "1" + "}" * 200, "[" * 3000, '{"value":[' * 40 + "]}" * 40)

RAW = ("NaN", "Infinity", "-Infinity", "1e999", "-0", "9" * 5000, "1.0000000000000000000000001", "[]", "{}", "[[]]",
       "null", "true", "false", '"\\ud800"', '"\\u0000"', '"\\u001b"', '""', "[null]", '[{"a":1},2]', *DEEP)  # fmt: skip
"""What may stand where a value stood in JSON."""

BYTES = (
    b"\0", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b'"', b"'", b",", b";", b"\t",
    b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PAR1", b"\xed\xa0\x80", b"\xc0\x80", b"\x80", b"\x1a", b"\x85",
    b"[", b"]", b"{", b"}", b"<", b">", b"=", b"&#x0;", b"\\ud800", b"\\", b"0", b"-", b"E+", b"\x7f",
)  # fmt: skip
"""What is put between other bytes."""
