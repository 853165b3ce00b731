"""The peer's people: which company each customer belongs to, and whether anyone there can look into the portal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

_EMAIL: Final = r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}"
_SUFFIX: Final = r"\b(?:the|inc|llc|ltd|co|corp)\b"
_PREDICTING: Final = (
    "CUSTOMER_INACTIVE", "SUBCUSTOMER_UNMAPPED", "UNMAPPED_AMBIGUOUS", "UNMAPPED_PROBABLE", "UNMAPPED_NO_CANDIDATE",
    "UNMAPPED_CERTAIN",
)  # fmt: skip
_ROLES: Final = ["is_billing", "is_default_billing", "is_default"]


def read_records(path: Path) -> list[dict[str, Any]]:
    """A JSON array, or one record per line."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def read_companies(folder: Path, settings: dict[str, Any]) -> pd.DataFrame:
    """ConnectWise companies by id, with what their status and types mean."""
    inactive = {status["id"] for status in read_records(folder / "connectwise_statuses.json") if status["inactiveFlag"]}
    hidden_types = set(settings["portal"]["hidden_company_types"])
    rows = [
        (
            str(one["id"]), one["name"], one["status"]["name"], one["status"]["id"] in inactive,
            one.get("accountNumber"), one.get("taxIdentifier"), bool(one.get("deletedFlag")),
            _id(one, "billToCompany"), _id(one, "parentCompany"),
            _id(one, "billingContact"), _id(one, "defaultContact"),
            any(kind["name"] in hidden_types for kind in one.get("types") or []), one.get("website"),
        )
        for one in read_records(folder / "connectwise_companies.json")
    ]  # fmt: skip
    names = ["company_id", "company_name", "status", "is_inactive", "account", "tax", "is_deleted", "bill_to", "parent",
             "billing_contact", "default_contact", "is_hidden", "website"]  # fmt: skip
    companies = pd.DataFrame(rows, columns=names).set_index("company_id")
    companies["is_inactive"] |= companies["status"].isin(settings["provider"]["inactive_company_statuses"])
    companies["is_hidden"] |= companies["status"].isin(settings["portal"]["hidden_company_statuses"])
    companies["bill_to"] = companies["bill_to"].where(companies["bill_to"] != companies.index)
    return companies


def _id(record: dict[str, Any], key: str) -> str | None:
    return str(record[key]["id"]) if record.get(key) else None


def read_contacts(folder: Path) -> pd.DataFrame:
    """ConnectWise contacts, with the e-mail that they log in with."""
    rows = [
        (str(one["id"]), _id(one, "company"), bool(one.get("inactiveFlag")), bool(one.get("disablePortalLoginFlag")),
         one.get("portalSecurityLevel"), bool(one.get("defaultBillingFlag")), bool(one.get("defaultFlag")), _email(one))
        for one in read_records(folder / "connectwise_contacts.json")
    ]  # fmt: skip
    names = [
        "contact_id",
        "company_id",
        "is_inactive",
        "is_disabled",
        "level",
        "is_default_billing",
        "is_default",
        "email",
    ]
    return pd.DataFrame(rows, columns=names).astype({"level": "Float64", "email": "str"})


def _email(contact: dict[str, Any]) -> str | None:
    items = contact.get("communicationItems") or []
    emails = [item["value"] for item in items if item["communicationType"] == "Email" and item.get("defaultFlag")]
    return emails[0] if emails else None


def why_no_access(contacts: pd.DataFrame, companies: pd.DataFrame, minimum: int) -> pd.Series:
    """Per company: why nobody there can see its invoices; empty where somebody can."""
    active = contacts[~contacts["is_inactive"]].copy()
    login = active["email"].str.lower()
    level = active["level"]
    # a login that may not be used finds nobody
    is_used = login.notna() & ~active["is_disabled"]
    is_taken = login.isin(login[is_used & login.where(is_used).duplicated(keep=False)])
    gates = {
        "NO_LOGIN_EMAIL": login.isna(),
        "BAD_EMAIL": login.notna() & ~login.str.fullmatch(_EMAIL, na=False),
        "DUPLICATE_LOGIN_EMAIL": is_taken,
        "LOGIN_DISABLED": active["is_disabled"],
        "LEVEL_MISSING": level.isna(),
        "LEVEL_INVALID": level.notna() & ~level.isin(range(1, 7)),
        "LEVEL_TOO_LOW": level.isin(range(1, 7)) & (level < minimum).fillna(value=False),
    }
    broken = np.column_stack([gate.to_numpy(bool) for gate in gates.values()])
    active["broken"] = broken.sum(axis=1)
    active["why"] = np.select(list(broken.T), list(gates), "")
    home = active["company_id"].map(companies["billing_contact"])
    active["is_billing"] = active["contact_id"] == home
    active["is_default"] |= active["contact_id"] == active["company_id"].map(companies["default_contact"])
    active["valid_level"] = level.where(level.isin(range(1, 7)), 0)
    order = [*_ROLES, "broken", "valid_level"]
    proposed = active.sort_values(order, ascending=[False, False, False, True, False], kind="stable")
    why = proposed.drop_duplicates("company_id").set_index("company_id")["why"].reindex(companies.index)
    able = set(active.loc[active["broken"] == 0, "company_id"])
    is_known = companies.index.isin(contacts["company_id"])
    choices = ["CONTACT_AT_PARENT_OR_CHILD", "ONLY_INACTIVE_CONTACTS"]
    alone = np.select([_has_able_relative(companies, able), is_known], choices, "NO_CONTACT")
    return why.fillna(pd.Series(alone, companies.index)).mask(companies.index.isin(list(able)), "")


def _has_able_relative(companies: pd.DataFrame, able: set[str]) -> pd.Series:
    up = companies["parent"].isin(able) | companies["bill_to"].isin(able)
    parents = companies.loc[companies.index.isin(list(able)), "parent"].dropna()
    return up | companies.index.isin(parents)


def map_customers(folder: Path, companies: pd.DataFrame) -> pd.DataFrame:
    """Customers by id, each with its company, how that is known, and what stands against it."""
    customers = pd.read_csv(folder / "accounting_customers.csv", dtype="str").set_index("Id")
    listed = pd.read_csv(folder / "portal_mappings.csv", dtype="str").set_index("customer_id")["company_id"]
    judged = pd.read_csv(folder / "judgements.csv", dtype="str", parse_dates=["judged_at"]).set_index(
        "customer_id_acct"
    )
    customers["decision"] = judged["decision"]
    customers["judged_at"] = judged["judged_at"]
    by_portal = listed.reindex(customers.index)
    customers["certain"] = _certain(customers, companies)
    customers["company_id"] = (
        judged["company_id_cw"].reindex(customers.index).fillna(by_portal).fillna(customers["certain"])
    )
    is_excluded = customers["decision"] == "excluded"
    customers["company_id"] = customers["company_id"].mask(is_excluded)
    customers["is_new"] = customers["company_id"].notna() & by_portal.isna() & customers["decision"].isna()
    customers["is_against"] = customers["certain"].notna() & (customers["certain"] != customers["company_id"])
    return customers


def _certain(customers: pd.DataFrame, companies: pd.DataFrame) -> pd.Series:
    """The live company of the same account number, else tax number, else name and website, where there is only one."""
    live = companies[~companies["is_deleted"]]
    ours = (customers["AccountNumber"], customers["TaxId"], _plain(customers["Name"]) + customers["Website"])
    theirs = (live["account"], live["tax"], _plain(live["company_name"]) + live["website"])
    found = pd.Series(np.nan, customers.index, dtype="str")
    for our_key, their_key in zip(ours, theirs, strict=True):
        single = their_key.dropna().drop_duplicates(keep=False)
        found = found.fillna(our_key.map(pd.Series(single.index, single.to_numpy())))
    return found


def why_unmapped(customers: pd.DataFrame, companies: pd.DataFrame, *, is_shown: bool = False) -> pd.Series:
    """Per customer: the first gate of identity that it fails; empty where it fails none.

    Args:
        customers: with their companies.
        companies: by id.
        is_shown: leave out what only predicts that the portal shows nothing.
    """
    company = companies.reindex(customers["company_id"]).set_axis(customers.index)
    is_unmapped, has_company = customers["company_id"].isna(), company["company_name"].notna()
    is_child = customers["ParentId"].isin(customers.index[~is_unmapped])
    namesakes = _plain(customers["Name"]).map(_plain(companies["company_name"]).value_counts()).fillna(0)
    gates = {
        "CUSTOMER_EXCLUDED": customers["decision"] == "excluded",
        "CUSTOMER_INACTIVE": (customers["Active"] != "true") | customers["MergedInto"].notna(),
        "SUBCUSTOMER_UNMAPPED": is_unmapped & is_child,
        "UNMAPPED_AMBIGUOUS": is_unmapped & (namesakes > 1),
        "UNMAPPED_PROBABLE": is_unmapped & (namesakes == 1),
        "UNMAPPED_NO_CANDIDATE": is_unmapped,
        "UNMAPPED_CERTAIN": customers["is_new"],
        "MAPPING_CONFLICT": ~is_unmapped & customers["is_against"] & customers["decision"].isna(),
        "TARGET_MISSING": ~is_unmapped & ~has_company,
        "TARGET_DELETED": company["is_deleted"],
        "TARGET_INACTIVE": company["is_inactive"],
        "TARGET_HIDDEN": company["is_hidden"],
        "BILL_TO_ELSEWHERE": company["bill_to"].notna(),
    }
    if is_shown:
        gates = {name: gate for name, gate in gates.items() if name not in _PREDICTING}
    tests = [gate.fillna(value=False).to_numpy(bool) for gate in gates.values()]
    return pd.Series(np.select(tests, list(gates), ""), customers.index)


def _plain(names: pd.Series) -> pd.Series:
    words = names.str.lower().str.replace("&", " and ").str.replace(r"[^\w\s]", "", regex=True)
    return words.str.replace(_SUFFIX, "", regex=True).str.split().str.join(" ")
