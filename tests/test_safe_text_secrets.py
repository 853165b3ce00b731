"""What looks like a secret is distinguished from names, numbers of invoices, GUIDs and digests."""

from __future__ import annotations

import pytest

from etl.pipeline.first_run.toml_text import HEADER
from etl.safe_text import is_secret_like


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer 9f8a7b6c5d4e",
        "Authorization: Basic a2ltOnBhNTV3b3Jk",
        "Bearer ab12.cd34-ef56",
        "Basic a2ltOnBhNTU=",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "https://hooks.slack.com/services/TAAAAAAAA/BAAAAAAAA/abcdefghijklmnop",
        "https://acme.webhook.office.com/webhookb2/4f0c1d2e-1111-2222-3333-444455556666@x/IncomingWebhook/ab/cd",
        "https://prod-12.westus.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?sig=Zm9v",
        "https://discord.com/api/webhooks/1234567890/abc-def",
        "https://discordapp.com/api/webhooks/1234567890/abc-def",
        "discord://1234567890/abcdef",
        "slack://TAAAAAAAA/BAAAAAAAA/abcdefgh",
        "password=hunter",
        'password = "hunter"',
        "PASSWORD: hunter",
        "pwd: hunter",
        "smtpPassword=hunter",
        '{"passwd": "hunter"}',
        "api_key = 'abc'",
        "# API key: abc",
        "client_secret: abc",
        "AccountKey=Zm9vYmFy",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "token = abc",
        "token: 9f8a7b6c5d",
        "https://x.example/a?token=abc",
        "https://x.example/a?x=1&access_token=abc",
        "https://x.example/a?key=abc",
        "https://x.example/a?X-Amz-Signature=abc",
        "https://x.example/a?apikey=abc",
        "https://kim:pa55@x.example/a",
        "json://kim:pa/55@x.example/a",
        "postgresql://kim@x.example/db",
        "https://hc.example/9c1e0b7a-1234-4abc-8def-0123456789ab",
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "xoxb-very-secret",
        "ghp_0123456789abcdefghij",
        "glpat-abcdefgh1234",
        "sk_live_abcdef",
        "sk-proj-abcdef",
        "T0pS3cr3tT0pS3cr3tT0p4",
        "123456789:AAEhBOweik6ad9r_QXMENQjcrbGaLLdwq10",
    ],
)
def test_a_secret_is_seen(text: str) -> None:
    """Tokens, addresses that hold one, and what stands next to a word such as password; also inside a line."""
    assert is_secret_like(text)
    assert is_secret_like(f"# see {text} there")


@pytest.mark.parametrize(
    "text",
    [
        "Token Ring Ltd",
        "Token Ring: the Network Company",
        "Secret Garden LLC",
        "The Secret: Spa and Garden",
        "Acme Secret:Job 12",
        "Password Managers Inc",
        "Passport Services: Customs",
        "Basic Foods Inc",
        "Basic Telecommunications2000",
        "Bearer International Holdings",
        "Bearer Logistics GmbH",
        "Key West Motors",
        "Keys & Locks: Main Street",
        "SK-Group Ltd",
        "PK_Consulting",
        "SK Live Events",
        "GHz-Audio GmbH",
        "Sig Sauer, Inc.",
        "Authorization: 004512",
        "Authorization Services LLC",
        "INV-2026-000123",
        "INV-20261122-0001",
        "INV202611220001000123456",
        "INV/2026/11/0000000000001",
        "9c1e0b7a-1234-4abc-8def-0123456789ab",
        "{9C1E0B7A-1234-4ABC-8DEF-0123456789AB}",
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        'site_key = "state/site.key"',
        'urls_file = "notify_urls"',
        'ping_url_file = "ping"',
        'password = ""',
        "https://reports.example/latest/report.html",
        "https://reports.example/?monkey=1&design=2&keyword=abc",
        "https://reports.example/?client=a@b.example",
        "AccountingInvoices20261122T020000Z.csv",
        "ReconciliationReportNovember2026.csv",
        "connectwise_invoices_20261122.json",
        "ann@client.example",
        "2026-11-22T02:00:00Z",
        'hidden_company_types = ["Prospect"]',
    ],
)
def test_what_is_no_secret_can_be_shown(text: str) -> None:
    """A name may have any word in it, and a long number or a digest is not a token."""
    assert not is_secret_like(text)


def test_the_configuration_that_init_writes_seems_to_hold_none() -> None:
    """No line of it."""
    assert [line for line in HEADER.splitlines() if is_secret_like(line)] == []
