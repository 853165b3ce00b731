"""Generic tables: CSV, XLSX or Parquet whose columns the configuration names, or whose captions are obvious."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from etl.extract.profiles import connectwise_csv, portal_lists
from etl.extract.profiles.invoice_keys import finish_customers, finish_invoices
from etl.extract.profiles.profile import TABLE, TableProfile, Transform
from etl.schemas import RELATIONS

_INVOICES: Final[dict[str, tuple[str, ...]]] = {
    "invoice_id_acct": (
        "id",
        "Invoice ID",
        "invoice_id",
        "Internal ID",
        "QuickBooks Internal Id",
        "Transaction ID",
        "txn_id",
    ),
    "has_internal_id": (),
    "invoice_number": (
        "doc_number",
        "Invoice Number",
        "Invoice No",
        "Invoice #",
        "Number",
        "Num",
        "Invoice",
        "Document Number",
    ),
    "reference": ("reference", "Ref"),
    "customer_id_acct": ("customer_id", "Customer ID", "contact_id", "Contact ID", "Customer Number"),
    "customer_name": ("Customer Name", "Customer", "Contact Name", "Client", "Client Name", "Name"),
    "document_type": ("Type", "Document Type", "Transaction Type"),
    "document_status": ("Status", "Invoice Status", "Document Status"),
    "invoice_date": ("Date", "Invoice Date", "Transaction Date", "txn_date"),
    "due_date": ("Due Date",),
    "total_amount": ("Total", "Total Amount", "Amount", "Invoice Total", "total_amt"),
    "balance_amount": (
        "Open Balance",
        "Amount Due",
        "Balance Due",
        "Outstanding",
        "Amount Outstanding",
        "Outstanding Amount",
        "Outstanding Balance",
        "Balance Outstanding",
        "Amount Remaining",
        "Remaining Amount",
        "Remaining Balance",
        "Balance Remaining",
        "Remaining",
        "Open Amount",
        "Amount Open",
        "Unpaid Amount",
        "Amount Unpaid",
        "Unpaid Balance",
        "Unpaid",
        "Due Amount",
        "Amt Due",
        "Balance Amount",
        "Balance",
    ),
    "currency_code": ("Currency", "Currency Code", "currency_id"),
    "payment_terms": ("Terms", "Payment Terms", "Sales Term"),
    "bill_email": ("Email", "Billing Email", "Bill Email"),
    "created_at": ("Created", "Created At", "Create Time", "Created Date", "Date Created"),
    "modified_at": (
        "Modified",
        "Modified At",
        "updated_at",
        "Last Modified",
        "Last Updated",
        "Modified Date",
        "last_updated_time",
    ),
}
_CUSTOMERS: Final[dict[str, tuple[str, ...]]] = {
    "customer_id_acct": ("id", "Customer ID", "customer_id", "contact_id", "Internal ID", "QuickBooks Internal Id"),
    "customer_name": ("display_name", "Customer Name", "Name", "Customer", "Contact Name", "Display Name"),
    "company_name": ("Company Name", "Company", "Legal Name"),
    "full_name": ("fully_qualified_name", "Full Name"),
    "parent_customer_id_acct": ("parent_customer_id", "Parent ID", "Parent Customer ID", "parent_id"),
    "is_bill_with_parent": ("bill_with_parent",),
    "is_active": ("Active", "is_active", "Active Status"),
    "merged_into_customer_id_acct": ("merged_into_customer_id", "merged_to_contact_id"),
    "account_number": ("Account Number", "Account No", "Account No.", "acct_num", "Account"),
    "tax_identifier": ("Tax ID", "Tax Number", "VAT Number", "ABN"),
    "email": ("Email", "Email Address", "Main Email"),
    "phone_number": ("Phone", "Phone Number", "Main Phone"),
    "website": ("Website",),
    "address_line1": ("Address", "Address Line 1", "Address 1", "Street"),
    "city": ("City",),
    "state": ("State", "Region", "County"),
    "postal_code": ("Postal Code", "ZIP", "Zip Code", "Postcode"),
    "country": ("Country",),
    "currency_code": ("Currency", "Currency Code", "currency_id"),
    "created_at": ("Created", "Created At", "Create Time", "Created Date"),
    "modified_at": ("Modified", "Modified At", "updated_at", "Last Modified", "Last Updated", "Modified Date"),
}
_Required = tuple[tuple[str, ...], ...]
_LAYOUTS: Final[Mapping[str, tuple[dict[str, tuple[str, ...]], _Required, Transform]]] = {
    "connectwise_companies": (
        connectwise_csv.COMPANIES,
        (("company_id_cw",), ("company_name",)),
        connectwise_csv.finish,
    ),
    "connectwise_contacts": (
        connectwise_csv.CONTACTS,
        (("contact_id_cw",), ("company_id_cw",), ("default_email", "_items")),
        connectwise_csv.finish_contacts,
    ),
    "connectwise_statuses": (connectwise_csv.STATUSES, (("status_id_cw",), ("status_name",)), connectwise_csv.finish),
    "connectwise_invoices": (
        connectwise_csv.INVOICES,
        (("invoice_number",), ("total_amount",)),
        connectwise_csv.finish_invoices,
    ),
    "accounting_customers": (_CUSTOMERS, (("customer_id_acct", "customer_name"),), finish_customers),
    "accounting_invoices": (
        _INVOICES,
        (
            ("invoice_id_acct", "invoice_number"),
            ("customer_id_acct", "customer_name"),
            ("invoice_date",),
            ("total_amount", "balance_amount"),
        ),
        finish_invoices,
    ),
    **portal_lists.LAYOUTS,
}

PROFILES: Final = tuple(
    TableProfile(
        TABLE,
        relation,
        f"a table of {RELATIONS[relation].help}",
        captions,
        required,
        finish=finish,
        # an import template is no list of the portal's
        is_starred_refused=relation == "portal_invoices",
    )
    for relation, (captions, required, finish) in _LAYOUTS.items()
)
