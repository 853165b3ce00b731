"""`make domains`: the lists of mail providers and of public suffixes again, from the packages that keep one.

python -m tests.support.domain_lists FOLDER    (FOLDER holds the unpacked packages)
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Final

import polars as pl

from etl.match.fields.public_suffixes import LIST, MOST_LABELS, registered_domain
from etl.match.fields.shared_domains import FOLDER, SUFFIX, shared_domains

_PACKAGES: Final = {
    "free-email-domains": ("domains.json", "LICENSE.md"),
    "email-providers": ("all.json", "license.md"),
}
"""npm package -> its list, its license."""


def main() -> None:
    """Write the lists and the licenses they came under."""
    packages = Path(sys.argv[1])
    _write_suffixes(packages / "psl" / "package")
    _write_providers(packages)


def _write_suffixes(package: Path) -> None:
    """Rules of registries, and those of hosts that are not known to be pages of many firms.

    Registries stand first, and only they have rules of one label.
    """
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    rules = re.findall(r'^ +"([^"]+)"', (package / "data" / "rules.js").read_text(encoding="utf-8"), re.MULTILINE)
    registries = max(at for at, rule in enumerate(rules) if "." not in rule)
    kept = {
        rule
        for at, rule in enumerate(rules)
        if 1 < len(rule.removeprefix("!").split(".")) <= MOST_LABELS
        and (at < registries or ".".join(rule.split(".")[-2:]) not in shared_domains())
    }
    head = [
        f"# Public Suffix List, by way of psl {about['version']} ({about['license']})",
        "# This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL",
        "# was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.",
        f"# {len(kept):,} rules; made by 'make domains', do not edit",
    ]
    LIST.write_text("\n".join((*head, *sorted(kept), "")), encoding="utf-8")
    terms = (package / "LICENSE").read_text(encoding="utf-8").strip()
    LIST.with_suffix(".LICENSE").write_text(f"psl\n\n{terms}\n", encoding="utf-8")


def _write_providers(packages: Path) -> None:
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
    kept = domains.filter(registered_domain(pl.col("domain")) == pl.col("domain"))["domain"].unique().sort().to_list()
    head = [f"# {', '.join(names)}", f"# {len(kept):,} domains; made by 'make domains', do not edit"]
    (FOLDER / f"mail_providers{SUFFIX}").write_text("\n".join((*head, *kept, "")), encoding="utf-8")
    (FOLDER / "mail_providers.LICENSE").write_text("\n".join(terms), encoding="utf-8")


if __name__ == "__main__":
    main()
