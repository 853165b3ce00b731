"""The cast of an invented provider: companies, contacts, customers, and what the ledger must know of each customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.causes import bits
from etl.demo import accesses, identities
from etl.demo.chance import Chance
from etl.demo.companies import companies, contacts
from etl.demo.customers import customers
from etl.demo.identities import Identity
from etl.demo.plan import DemoPlan
from etl.demo.roster import Roster


@dataclass(frozen=True)
class CustomerStanding:
    """What a customer's scenario means for its invoices; one entry per customer.

    Attributes:
        causes: mask of the identity and access gates that fail for each of its invoices.
        is_transport_reached: whether its invoices should be in the portal.
        is_listed: the portal's own list of mappings has it, so a row that names nobody is shown to its company.
        is_late: mapped by a person only after most runs.
        is_ahead: the portal shows its invoices, although nobody is known to have mapped it.
        is_billed: its invoices are made in ConnectWise.
        needs_proof: nothing but its ConnectWise invoices makes its mapping certain.
    """

    causes: npt.NDArray[np.uint64]
    is_transport_reached: npt.NDArray[np.bool_]
    is_listed: npt.NDArray[np.bool_]
    is_late: npt.NDArray[np.bool_]
    is_ahead: npt.NDArray[np.bool_]
    is_billed: npt.NDArray[np.bool_]
    needs_proof: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, clients: pl.DataFrame) -> Self:
        """The standing of these customers."""
        identity = clients["identity"].to_numpy()
        access = np.where(
            clients["is_access_reached"].to_numpy(),
            accesses.CAUSES[clients["mapped_access"].fill_null(0).to_numpy()],
            np.uint64(0),
        )
        stray = clients["has_stray_email"].to_numpy() * np.uint64(bits(["BILL_EMAIL_NOT_A_CONTACT"]))
        return cls(
            causes=identities.CAUSES[identity] | access | stray,
            is_transport_reached=clients["is_transport_reached"].to_numpy(),
            is_listed=clients["is_listed"].to_numpy(),
            is_late=identity == Identity.JUDGED_LATE,
            is_ahead=clients["is_ahead"].to_numpy(),
            is_billed=clients["is_billed"].to_numpy(),
            needs_proof=identity == Identity.CERTAIN_BY_INVOICES,
        )


@dataclass(frozen=True)
class Population:
    """All companies, contacts and customers of the demo.

    Attributes:
        companies: see `companies.companies`.
        contacts: see `companies.contacts`.
        customers: see `customers.customers`.
        standing: per customer, for the ledger.
    """

    companies: pl.DataFrame
    contacts: pl.DataFrame
    customers: pl.DataFrame
    standing: CustomerStanding

    @classmethod
    def of(cls, plan: DemoPlan, chance: Chance) -> Self:
        """Generate all companies, contacts and customers."""
        roster = Roster.of(plan, chance)
        company_rows = companies(plan, roster, chance)
        contact_rows = contacts(company_rows, chance)
        customer_rows = customers(plan, roster, (company_rows, contact_rows), chance)
        return cls(company_rows, contact_rows, customer_rows, CustomerStanding.of(customer_rows))

    @cached_property
    def owners(self) -> pl.DataFrame:
        """The company to which the portal shows the invoices of each customer."""
        names = self.companies.select(shown_id="company_id", company="name")
        owners = self.customers.join(names, on="shown_id", how="left", maintain_order="left")
        return owners.select("customer_id", "shown_id", "currency", card_name=pl.coalesce("company", "name"))
