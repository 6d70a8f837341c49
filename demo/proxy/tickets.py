"""Trigger ids and response URLs: what an interaction lets the bot do, for how long, how often."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

TRIGGER_LIFE = timedelta(seconds=5)
"""Slack's is about 3 s (docs.slack.dev/interactivity); a busy laptop gets a little more."""
RESPONSE_LIFE = timedelta(minutes=30)
RESPONSE_USES = 5


class TicketError(Exception):
    """A trigger or response URL can't be used; the argument is Slack's error code."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where an interaction happened: who, in which conversation, on which message."""

    user: str
    channel: str | None = None
    message_ts: str | None = None
    thread_ts: str | None = None
    ephemeral: bool = False


@dataclass(kw_only=True)
class _Ticket:
    origin: Origin
    issued: datetime
    uses: int = 0


class Tickets:
    """Issues and redeems trigger ids and response URL ids; times are aware UTC."""

    def __init__(self) -> None:
        """Start with none issued."""
        self._tickets: dict[str, _Ticket] = {}

    def issue(self, origin: Origin, now: datetime) -> str:
        """Return a new id for an interaction; serves as trigger id or in a response URL."""
        ticket = f"{int(now.timestamp())}.{secrets.randbelow(10**10)}.{secrets.token_hex(12)}"
        self._tickets[ticket] = _Ticket(origin=origin, issued=now)
        return ticket

    def redeem_trigger(self, trigger_id: str, now: datetime) -> Origin:
        """Use up a trigger id; raises TicketError when unknown, expired or used before."""
        ticket = self._tickets.get(trigger_id)
        if ticket is None:
            raise TicketError("invalid_trigger_id")
        if ticket.uses:
            raise TicketError("exchanged_trigger_id")
        if now - ticket.issued > TRIGGER_LIFE:
            raise TicketError("expired_trigger_id")
        ticket.uses += 1
        return ticket.origin

    def redeem_response(self, response_id: str, now: datetime) -> Origin:
        """Use a response URL once; raises TicketError after 5 uses or 30 minutes."""
        ticket = self._tickets.get(response_id)
        if ticket is None or now - ticket.issued > RESPONSE_LIFE:
            raise TicketError("expired_url")
        if ticket.uses >= RESPONSE_USES:
            raise TicketError("used_url")
        ticket.uses += 1
        return ticket.origin
