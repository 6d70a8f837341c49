"""A line of the audit log as a manager reads it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.audit import AuditEntry, AuditLine, AuditOutcome
from bot.domain.person import Person
from bot.domain.privacy.audit_page import AuditPage
from bot.services.privacy import myself
from bot.views.privacy import actions, audit
from handlers.audited import OWN
from handlers.registry import all_routes
from tests.standins.slack import text_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def shown(**values: Any) -> str:
    """What the page says of one line."""
    line = AuditLine(**{"workspace": "T1", "at": NOW, "actor": "U1", **values})
    entry = AuditEntry(seq=7, line=line, before="", hash="")
    yuki = Person(workspace="T1", user_id="U1", name="Yuki Tanaka", email="yuki@example.com")
    found = AuditPage(entries=[entry], people={"U1": yuki}, names={}, older=None)
    message = audit.page(found)
    return text_of({"text": "", "blocks": list(message.blocks)})


def test_plain_words_behind_a_name() -> None:
    done = shown(action="decision.new", subject="D-1")
    assert "Yuki Tanaka: logging a decision · D-1" in done
    refused = shown(action="alert.delete", outcome=AuditOutcome.REFUSED)
    assert "Yuki Tanaka was refused: deleting an alert rule" in refused
    assert "Meridian: deleting the data of somebody" in shown(actor="", action=myself.ERASED)


@pytest.mark.parametrize("action", ["/standup pause", "some.news"])
def test_what_was_typed_and_what_nobody_named_stay_as_they_are(action: str) -> None:
    assert f"Yuki Tanaka: {action}" in shown(action=action)


def test_words_are_of_actions_that_there_are_and_are_written() -> None:
    routes = all_routes()
    known = {*routes.clicks, *routes.submissions, *routes.shortcuts, *routes.events}
    named = set(actions.PLAIN)
    written = {"privacy.erased", "workspace.installed", "workspace.uninstalled"}
    assert named - known == written
    assert not named & OWN
    sent = {name for name in routes.submissions if name not in OWN}
    assert sent - named <= {"hypothesis.more"}


def test_a_deleted_person_is_somebody() -> None:
    said = shown(actor="p-0123", action="decision.accept")
    assert "somebody who was deleted: accepting a decision" in said
    assert "p-0123" not in said
