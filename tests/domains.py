"""`make domains`: the list of mail providers again, from the packages that keep one.

python -m tests.domains FOLDER    (FOLDER holds the unpacked packages)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import polars as pl

from etl.match.fields import registered
from etl.match.shared_domains import FOLDER, SUFFIX

_PACKAGES: Final = {
    "free-email-domains": ("domains.json", "LICENSE.md"),
    "email-providers": ("all.json", "license.md"),
}
"""npm package -> its list, its license."""


def main() -> None:
    """Write the list and the licenses it came under."""
    packages = Path(sys.argv[1])
    found: set[str] = set()
    names, terms = [], []
    for name, (listed, license_name) in _PACKAGES.items():
        package = packages / name / "package"
        about = json.loads((package / "package.json").read_text(encoding="utf-8"))
        found.update(json.loads((package / listed).read_text(encoding="utf-8")))
        names.append(f"{name} {about['version']} ({about['license']})")
        terms.append(f"{name}\n\n{(package / license_name).read_text(encoding='utf-8').strip()}\n")
    domains = pl.DataFrame({"domain": sorted(domain.strip().lower() for domain in found)})
    # a firm's own host on a provider's domain is looked up by that domain
    kept = domains.filter(registered(pl.col("domain")) == pl.col("domain"))["domain"].unique().sort().to_list()
    head = [f"# {', '.join(names)}", f"# {len(kept):,} domains; made by 'make domains', do not edit"]
    (FOLDER / f"mail_providers{SUFFIX}").write_text("\n".join((*head, *kept, "")), encoding="utf-8")
    (FOLDER / "mail_providers.LICENSE").write_text("\n".join(terms), encoding="utf-8")


if __name__ == "__main__":
    main()
