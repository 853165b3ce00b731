"""The site's key is made once, for its owner only, and never made up where it should be there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from etl.review.site.site_key import KEY_BYTES, SiteKeyError, read_site_key, site_key


def test_the_key_is_made_on_first_use_and_stays(tmp_path: Path) -> None:
    """Nobody but its owner can read it."""
    path = tmp_path / "state" / "site.key"
    key = site_key(path)
    assert len(key) == KEY_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    assert site_key(path) == read_site_key(path) == key
    assert [one.name for one in path.parent.iterdir()] == ["site.key"]


def test_two_sites_have_two_keys(tmp_path: Path) -> None:
    """What one wrote means nothing at the other."""
    assert site_key(tmp_path / "a") != site_key(tmp_path / "b")


def test_two_nights_that_meet_agree_on_one_key(tmp_path: Path) -> None:
    """Whoever comes second takes the key of the first."""
    with ThreadPoolExecutor(8) as together:
        assert len(set(together.map(lambda _: site_key(tmp_path / "site.key"), range(16)))) == 1


def test_a_key_that_is_missing_or_none_is_told(tmp_path: Path) -> None:
    """A file cannot be checked with a key that was made up for it."""
    with pytest.raises(SiteKeyError, match="not there"):
        read_site_key(tmp_path / "site.key")
    (tmp_path / "site.key").write_bytes(b"short")
    with pytest.raises(SiteKeyError, match="5 bytes"):
        site_key(tmp_path / "site.key")
    with pytest.raises(SiteKeyError, match="cannot be made"):
        site_key(tmp_path / "site.key" / "below")
