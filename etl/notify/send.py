"""Messages through apprise: e-mail, Slack, Teams, webhooks and whatever else it knows."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from etl.notify.deadline import side_by_side
from etl.notify.messages import Message

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

LONGEST: Final = 30.0
"""Seconds that all addresses together may take."""

_TALKATIVE: Final = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib")
_UNKNOWN: Final = "this is no address that apprise understands"
_REFUSED: Final = "the service did not take the message, or could not be reached"


@dataclass(frozen=True)
class Delivery:
    """The result of sending a message to one address.

    Attributes:
        place: of the address among all, from 1.
        service: the kind of service, such as slack; never more of the address.
        trouble: why it did not work; empty where it did.
    """

    place: int
    service: str
    trouble: str

    def __str__(self) -> str:
        name = f"address {self.place} ({self.service})" if self.service else f"address {self.place}"
        return f"{name} did not work: {self.trouble}" if self.trouble else f"{name} worked"


def send(message: Message, addresses: Sequence[str], places: Sequence[int]) -> list[Delivery]:
    """Send a message to the addresses at these places in parallel, and return the result of each."""
    with _silence():
        asset = _asset()
        services = {place: _service(addresses[place - 1], asset) for place in places}
        calls = {place: partial(_is_taken, service, message) for place, service in services.items() if service}
        answers = dict(zip(calls, side_by_side(list(calls.values()), LONGEST), strict=True))
    return [
        Delivery(
            place,
            _kind(service, addresses[place - 1]) if service else "",
            _trouble(answers.get(place)) if service else _UNKNOWN,
        )
        for place, service in services.items()
    ]


def _trouble(answer: object) -> str:
    """The reason of a failure. Only the kind of the error is named: its text may contain an address."""
    if answer is None:
        return f"no answer within {LONGEST:g} seconds"
    if isinstance(answer, Exception):
        return f"it failed ({type(answer).__name__})"
    return "" if answer else _REFUSED


def _asset() -> AppriseAsset:
    from apprise import AppriseAsset

    # Without limits of its own apprise sends in the thread that called it, and not in one that it waits for at exit:
    # the limit is ours. No pictures: the receiver would fetch them from a third party.
    return AppriseAsset(
        app_id="billsight", app_desc="billsight", app_url="", image_url_mask="", image_url_logo="",
        async_mode=False, interpret_emojis=False, storage_mode="memory", service_timeout=0,
    )  # fmt: skip


def _service(address: str, asset: AppriseAsset) -> NotifyBase | None:
    from apprise import Apprise

    try:
        return Apprise.instantiate(address, asset=asset)
    except Exception:  # noqa: BLE001 - a plugin that breaks on an address has not understood it
        return None


def _is_taken(service: NotifyBase, message: Message) -> bool:
    from apprise import Apprise

    sender = Apprise(service, asset=service.asset)
    result = sender.notify(message.body, title=message.title, notify_type=message.kind, body_format="text")
    # false for everything but success, also without a recipient
    return bool(result)


def _kind(service: NotifyBase, address: str) -> str:
    """The kind of an address that apprise understood: what it begins with, or whose web address it is."""
    scheme = address.partition("://")[0].lower()
    return str(service.service_name).lower() if scheme in {"http", "https"} else scheme


@contextmanager
def _silence() -> Iterator[None]:
    """Silence the log output of apprise and its libraries: it may contain addresses."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            logger.addHandler(logging.NullHandler())
        logger.propagate = False  # and it stays so, for those who are left running
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
