"""The audit log as admins read it, and what they type to ask for a part of it."""

import json
import re
from datetime import UTC, date, datetime, time
from typing import Any

from bot.domain.audit import AuditEntry, AuditOutcome, Verdict
from bot.domain.dates import past_date
from bot.domain.privacy.audit_page import AuditFilter, AuditPage
from bot.errors import InvalidInput
from bot.ports.chat import Message
from bot.views.blocks import actions, button, context, lines, message
from bot.views.privacy.actions import spoken
from bot.views.text import Line, channel, clean, count, moment, words

ACTION_OLDER = "audit.older"

_SUBJECT = re.compile(r"[A-Za-z]-\d{1,9}")
_ACTION = re.compile(r"/?[a-z]+([. _][a-z_]+)*")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,}")
_NAME = 60


def read_filter(typed: str, person: str, today: date) -> AuditFilter:
    """What `refused D-12 since monday` asks for; raises InvalidInput. `person` was mentioned in it,
    `today` is the reader's date."""
    rest, _, day = typed.partition("since ")
    since = datetime.combine(past_date(day, today), time(0), UTC) if day.strip() else None
    outcome, subject, action = None, "", ""
    for word in rest.split():
        lowered = word.lower()
        if lowered in (AuditOutcome.REFUSED.value, AuditOutcome.DONE.value):
            outcome = AuditOutcome(lowered)
        elif _SUBJECT.fullmatch(word):
            subject = word.upper()
        elif _ACTION.fullmatch(lowered):
            action = f"{action} {lowered}".strip()
        else:
            raise InvalidInput(
                f"I don't know {word!r} here. Type for example `/meridian audit`, "
                "`/meridian audit @Yuki refused`, `/meridian audit decision since monday`, "
                "`/meridian audit D-12` or `/meridian audit check`."
            )
    return AuditFilter(actor=person, action=action, subject=subject, outcome=outcome, since=since)


def page(found: AuditPage) -> Message:
    """Some lines, and a button for older ones."""
    if not found.entries:
        return message("Nothing in the audit log", [context("Nothing like that is in the log.")])
    blocks = [lines(*(_row(entry, found) for entry in found.entries))]
    if found.older is not None:
        value = json.dumps(_packed(found.older), separators=(",", ":"))
        blocks.append(actions("audit_pages", button("Older", ACTION_OLDER, value)))
    return message(f"Audit log: {count(len(found.entries), 'line')}", blocks)


def read_older(value: str) -> AuditFilter:
    """What the button asks for; raises InvalidInput for what no button of ours says."""
    try:
        packed: dict[str, Any] = json.loads(value)
        return AuditFilter(
            actor=str(packed["actor"]),
            action=str(packed["action"]),
            subject=str(packed["subject"]),
            outcome=AuditOutcome(packed["outcome"]) if packed["outcome"] else None,
            since=datetime.fromisoformat(packed["since"]) if packed["since"] else None,
            before=int(packed["before"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("That page is gone; type `/meridian audit` again.") from error


def checked(verdict: Verdict) -> Message:
    """Whether the chain holds."""
    if verdict.whole:
        kept = count(verdict.lines, "line")
        return message(
            "The audit log is whole",
            [lines(["🟢 The audit log is whole: ", f"{kept}, each as it was written."])],
        )
    text = f"🔴 Line {verdict.broken_at} of the audit log is wrong: {verdict.reason}."
    more = "Somebody changed the database by hand; compare it with a backup."
    return message(text, [lines([text], [more])])


def _row(entry: AuditEntry, found: AuditPage) -> Line:
    line = entry.line
    refused: Line = (
        [words(" was refused", bold=True)] if line.outcome is AuditOutcome.REFUSED else []
    )
    away = f" of workspace {clean(line.team, _NAME)}" if line.team else ""
    about = f" · {_who(line.person, found)}" if line.person else ""
    detail = f" · {clean(line.detail, _NAME)}" if line.detail else ""
    return [
        f"{entry.seq} ",
        moment(line.at),
        " ",
        words(f"{_who(line.actor, found)}{away}"),
        *refused,
        words(f": {spoken(line.action)}"),
        *_subject(line.subject, found),
        words(f"{detail}{about}"),
    ]


def _subject(subject: str, found: AuditPage) -> Line:
    if not subject:
        return []
    if _CHANNEL.fullmatch(subject):
        return [" · ", channel(subject)]
    return [words(f" · {clean(found.names.get(subject, subject), _NAME)}")]


def _who(user_id: str, found: AuditPage) -> str:
    if not user_id:
        return "Meridian"
    if user_id in found.people:
        return clean(found.people[user_id].name, _NAME)
    return "somebody who was deleted" if user_id.startswith("p-") else clean(user_id, _NAME)


def _packed(wanted: AuditFilter) -> dict[str, Any]:
    return {
        "actor": wanted.actor,
        "action": wanted.action,
        "subject": wanted.subject,
        "outcome": wanted.outcome.value if wanted.outcome else "",
        "since": wanted.since.isoformat() if wanted.since else "",
        "before": wanted.before,
    }
