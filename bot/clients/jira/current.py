"""One issue as Jira has it now, without the lag of its index."""

from collections.abc import Collection

from bot.clients.jira import parse
from bot.clients.jira.reads import Fetch
from bot.domain.issues.records import Issue
from bot.errors import JiraError


async def issue(fetch: Fetch, key: str, flag_fields: Collection[str]) -> Issue | None:
    """The issue of that key; None where there is none, or one with a security level."""
    try:
        fields = ",".join((*parse.FIELDS, *flag_fields))
        raw = await fetch(f"issue/{key}", params={"fields": fields})
    except JiraError as error:
        if error.code == "404":
            return None
        raise
    return next(iter(parse.issues([raw], flag_fields)), None)
