"""When the token that Meridian logs in to Jira with stops working, and when to say so."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

# https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
# An API token of Cloud lives for a year at most; Jira tells nobody when it ends.
LONGEST_LIFE = timedelta(days=365)
NOTICE = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class TokenFacts:
    """What a tracker knows of its token without asking Jira.

    `fingerprint` tells two tokens apart and no more; `setting` is where a new one goes.
    `expires_on` is the day that an admin wrote into JIRA_TOKEN_EXPIRES; `is_mortal` says that one
    of its kind ends within a year.
    """

    fingerprint: str
    setting: str
    is_mortal: bool
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Token:
    """The token in use and the first instant (aware UTC) at which Jira took it."""

    facts: TokenFacts
    first_worked_at: datetime


def ends_by(token: Token) -> date | None:
    """The day (UTC) on which it ends, or ends at the latest; None where nobody can know."""
    if token.facts.expires_on is not None:
        return token.facts.expires_on
    if not token.facts.is_mortal:
        return None
    return (token.first_worked_at + LONGEST_LIFE).date()


def warning(token: Token, now: datetime) -> str:
    """A sentence from two weeks before its end; empty before, and where nobody can know."""
    end = ends_by(token)
    if end is None or now.date() < end - NOTICE:
        return ""
    left = (end - now.date()).days
    when = f"{end.day} {end:%B %Y}"
    latest = "" if token.facts.expires_on else " at the latest"
    if left < 0:
        stops = f"was to stop working on {when}{latest}"
    elif left == 0:
        stops = f"stops working today{latest}"
    else:
        stops = f"stops working on {when}{latest}, in {left} {'day' if left == 1 else 'days'}"
    return f"The Jira token {stops}: an admin makes a new one and sets {token.facts.setting}."
