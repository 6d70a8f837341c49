"""The end of a Jira token is said from two weeks before, not before, and never guessed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clients.jira.access import JiraAccess
from bot.domain.issues.token import Token, TokenFacts, warning

WORKED = datetime(2026, 1, 10, 8, tzinfo=UTC)
FACTS = TokenFacts(fingerprint="f", setting="JIRA_API_TOKEN", is_mortal=True)
TOKEN = Token(facts=FACTS, first_worked_at=WORKED)
TOLD = replace(TOKEN, facts=replace(FACTS, expires_on=date(2026, 12, 3)))


@pytest.mark.parametrize(
    ("token", "on", "said"),
    [
        (TOLD, date(2026, 11, 18), ""),
        (TOLD, date(2026, 11, 19), "stops working on 3 December 2026, in 14 days: an admin"),
        (TOLD, date(2026, 12, 2), "in 1 day: an admin makes a new one and sets JIRA_API_TOKEN."),
        (TOLD, date(2026, 12, 3), "The Jira token stops working today: "),
        (TOLD, date(2026, 12, 5), "was to stop working on 3 December 2026: "),
        (TOKEN, date(2026, 12, 26), ""),
        (TOKEN, date(2026, 12, 27), "stops working on 10 January 2027 at the latest, in 14 days"),
    ],
)
def test_a_tokens_end_is_said_from_two_weeks_before(token: Token, on: date, said: str) -> None:
    told = warning(token, datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
    assert said in told
    assert bool(said) is bool(told)


def test_of_a_token_that_may_live_for_ever_nothing_is_said() -> None:
    token = replace(TOKEN, facts=replace(FACTS, is_mortal=False))
    assert warning(token, WORKED + timedelta(days=3650)) == ""


def _access(token: str, url: str = "https://x.example", expires: date | None = None) -> TokenFacts:
    return JiraAccess(
        url=url,
        email="a@example.com",
        api_token=token,
        personal_access_token=None,
        timeout=1,
        deadline=1,
        token_expires=expires,
    ).token_facts


def test_a_fingerprint_tells_tokens_apart_and_holds_none() -> None:
    facts = _access("secret-token", expires=date(2026, 12, 3))
    assert facts == _access("secret-token", expires=date(2026, 12, 3))
    assert facts.expires_on == date(2026, 12, 3)
    others = {_access("other").fingerprint, _access("secret-token", "https://y.x").fingerprint}
    assert facts.fingerprint not in others
    assert "secret" not in repr(facts)
    assert (facts.setting, facts.is_mortal) == ("JIRA_API_TOKEN", True)
