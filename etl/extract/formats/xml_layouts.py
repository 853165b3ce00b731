"""Which XML files are read: where each system's answers hold their records, and what every other root is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Said = Sequence[tuple[Sequence[str], str]]
"""Each text outside of the records, with the names of the elements that it stands in."""

_PROLOG: Final = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[<>]*>)*", re.DOTALL)
_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)([^<>]*)")
_SUBSET: Final = re.compile(r"<!DOCTYPE[^\[<>]*\[")
_INTUIT: Final = "schema.intuit.com/finance/v3"
_JSON_OR_CSV: Final = "Export it as JSON or CSV."
_GL_EXPORT: Final = (
    "Such a batch holds only what was exported at one time. Export the list from Invoice Search, or take the answer of "
    "/finance/invoices, instead."
)
_OTHERS: Final[Mapping[str, tuple[str, str]]] = {
    "glexport": ("a ConnectWise GL export batch (<GLExport>)", _GL_EXPORT),
    "apiexception": ("an error that Xero answered with (<ApiException>)", "Correct the request and export it again."),
    "workbook": ("an Excel 2003 XML workbook (<Workbook>)", "Open it and save it as XLSX or CSV."),
    "envelope": ("a SOAP message or a Tally file (<Envelope>)", _JSON_OR_CSV),
    "feed": ("a feed (<feed>)", _JSON_OR_CSV),
    "rss": ("a feed (<rss>)", _JSON_OR_CSV),
    "svg": ("an image", "Export the list as CSV or XLSX instead."),
}
LINES: Final = frozenset(
    {"InvoiceLineRet", "InvoiceLineGroupRet", "CreditMemoLineRet", "CreditMemoLineGroupRet", "DataExtRet", "LinkedTxn"}
    | {"Line", "LineItems", "Payments", "Allocations", "ARINVOICEITEMS"}
)
"""Elements of records that no profile reads: lines of documents, and what was paid on them."""
_WEB_PAGES: Final = frozenset({"html", "head", "body"})


class XmlLayout:
    """Where the answers of one system hold their records, and how they say that they failed or go on.

    Attributes:
        name: of the format; profiles name it.
        are_lists_plain: an element whose members are named like it, such as Phones with Phone, is a list.
    """

    name = ""
    are_lists_plain = False

    def entity(self, path: Sequence[str]) -> str:
        """The name of the list that an element is a record of; empty where it is no record."""
        raise NotImplementedError

    def list_of(self, path: Sequence[str], attributes: Mapping[str, str]) -> str | None:
        """The name of the list that an element holds, perhaps without a record; null where it is no list."""
        raise NotImplementedError

    def failure(self, path: Sequence[str], attributes: Mapping[str, str]) -> str:
        """Why an element says that the request failed; empty where it does not."""
        del path, attributes
        return ""

    def failure_at_end(self, said: Said) -> str:
        """Why the texts outside of the records say that the request failed; empty where they do not."""
        del said
        return ""

    def left(self, attributes: Mapping[str, str]) -> tuple[str, str] | None:
        """Which query the element of a list answers, and how many of its records are not in the file."""
        del attributes
        return None


class QbxmlLayout(XmlLayout):
    """QuickBooks Desktop: QBXML/QBXMLMsgsRs/InvoiceQueryRs/InvoiceRet."""

    name = "qbXML"
    _answer, _record = 3, 4

    def entity(self, path: Sequence[str]) -> str:
        """As in the base class."""
        return path[-1] if len(path) == self._record and path[-1].endswith("Ret") else ""

    def list_of(self, path: Sequence[str], attributes: Mapping[str, str]) -> str | None:
        """As in the base class."""
        del attributes
        is_list = len(path) == self._answer and path[-1].endswith("QueryRs")
        return f"{path[-1].removesuffix('QueryRs')}Ret" if is_list else None

    def failure(self, path: Sequence[str], attributes: Mapping[str, str]) -> str:
        """A status other than 0 and 1 (nothing was found); a request is no answer, either."""
        if path[-1].endswith("MsgsRq"):
            return "a qbXML request, not the answer to it"
        code = attributes.get("statusCode", "0").strip()
        if code in {"0", "1"}:
            return ""
        said = attributes.get("statusMessage", "").strip()
        return f"a request that failed: {path[-1]} has status {code}{f' ({said})' if said else ''}"

    def left(self, attributes: Mapping[str, str]) -> tuple[str, str] | None:
        """As in the base class."""
        count = attributes.get("iteratorRemainingCount")
        return None if count is None else (attributes.get("iteratorID", ""), count)


class IntuitLayout(XmlLayout):
    """QuickBooks Online: IntuitResponse/QueryResponse/Invoice, or one Invoice alone."""

    name = "QuickBooks Online XML"
    _containers = frozenset({"IntuitResponse", "QueryResponse", "CDCResponse", "BatchItemResponse"})

    def entity(self, path: Sequence[str]) -> str:
        """As in the base class."""
        is_inside = self._containers.issuperset(path[:-1])
        return path[-1] if is_inside and path[-1] not in {*self._containers, "Fault"} else ""

    def list_of(self, path: Sequence[str], attributes: Mapping[str, str]) -> str | None:
        """The empty name: which records an answer without any would have held is not said."""
        del attributes
        return "" if path[-1] in self._containers else None

    def failure_at_end(self, said: Said) -> str:
        """As in the base class."""
        words = [text for path, text in said if "Fault" in path]
        return f"a request that failed: {'; '.join(words)}" if words else ""


class XeroLayout(XmlLayout):
    """Xero: Response/Invoices/Invoice, or Invoices/Invoice alone."""

    name = "Xero XML"
    are_lists_plain = True

    def entity(self, path: Sequence[str]) -> str:
        """As in the base class."""
        inside = path[1:] if path[0] == "Response" else path
        is_record = len(inside) == len(("Invoices", "Invoice")) and inside[0] == f"{inside[1]}s"
        return inside[0] if is_record else ""

    def list_of(self, path: Sequence[str], attributes: Mapping[str, str]) -> str | None:
        """As in the base class."""
        del attributes
        is_list = len(path) == (2 if path[0] == "Response" else 1)
        return path[-1] if is_list else None

    def failure_at_end(self, said: Said) -> str:
        """As in the base class."""
        status = next((text for path, text in said if list(path) == ["Response", "Status"]), "OK")
        return "" if status.upper() == "OK" else f"a request that failed: its status is {status}"


class IntacctLayout(XmlLayout):
    """Sage Intacct: response/operation/result/data/arinvoice."""

    name = "Sage Intacct XML"
    _data = ("response", "operation", "result", "data")

    def entity(self, path: Sequence[str]) -> str:
        """As in the base class."""
        return path[-1] if tuple(path[:-1]) == self._data else ""

    def list_of(self, path: Sequence[str], attributes: Mapping[str, str]) -> str | None:
        """As in the base class."""
        return attributes.get("listtype", "").lower() if tuple(path) == self._data else None

    def failure_at_end(self, said: Said) -> str:
        """As in the base class."""
        if all(text.lower() == "success" for path, text in said if path[-1] == "status"):
            return ""
        words = [text for path, text in said if path[-1].startswith("description")]
        return f"a request that failed: {'; '.join(words) or 'its status is not success'}"

    def left(self, attributes: Mapping[str, str]) -> tuple[str, str] | None:
        """As in the base class."""
        count = attributes.get("numremaining")
        return None if count is None else (attributes.get("resultId", ""), count)


_QBXML, _QBO, _XERO, _INTACCT = QbxmlLayout(), IntuitLayout(), XeroLayout(), IntacctLayout()
_ROOTS: Final[Mapping[str, XmlLayout]] = {
    "QBXML": _QBXML,
    "IntuitResponse": _QBO,
    "Response": _XERO,
    "Invoices": _XERO,
    "Contacts": _XERO,
    "CreditNotes": _XERO,
    "response": _INTACCT,
}


@dataclass(frozen=True)
class XmlRoot:
    """The first element of an XML file.

    Attributes:
        name: without its prefix; empty where there is none.
        attributes: as they are written.
        has_declarations: the file declares entities or elements of its own in front of it.
    """

    name: str
    attributes: str = ""
    has_declarations: bool = False

    @property
    def is_web_page(self) -> bool:
        """Whether it is HTML."""
        return self.name.lower() in _WEB_PAGES

    @property
    def layout(self) -> XmlLayout | None:
        """Where its records are; null where such a file is not read."""
        return _QBO if _INTUIT in self.attributes else _ROOTS.get(self.name)

    @property
    def refusal(self) -> tuple[str, str]:
        """What a file with this root is called, and what to give instead."""
        named = f"an XML file{f' (<{self.name}>)' if self.name else ''}"
        return _OTHERS.get(self.name.lower(), (named, _JSON_OR_CSV))


def find_root(text: str) -> XmlRoot:
    """The first element of a text that begins with `<`."""
    at = 0
    prolog = _PROLOG.match(text)
    if prolog:
        at = prolog.end()
    found = _ROOT.match(text, at)
    if found:
        return XmlRoot(found[1], found[2])
    return XmlRoot("", has_declarations=_SUBSET.match(text, at) is not None)
