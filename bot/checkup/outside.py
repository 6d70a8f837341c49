"""Whether Jira and MLflow answer as they should."""

from datetime import datetime
from functools import partial

from bot.checkup.running import Check, Group
from bot.clients.mlflow import Server
from bot.config import Settings
from bot.domain.experiments.servers import source_of
from bot.domain.issues.token import Token, warning
from bot.errors import ConfigError, MlflowError
from bot.trackers import jira_tracker, mlflow_tracker


def groups(settings: Settings, now: datetime) -> list[Group]:
    """A check for Jira and one for each MLflow server."""
    return [
        Group(first=("jira", partial(_jira, settings, now))),
        *(Group(first=check) for check in _mlflow(settings)),
    ]


async def _jira(settings: Settings, now: datetime) -> str:
    tracker = jira_tracker(settings)
    if tracker is None:
        return "not configured (JIRA_URL)"
    try:
        answer = await tracker.check()
        ends = warning(Token(facts=tracker.token_facts, first_worked_at=now), now)
        other = _other_site(settings, tracker.base_url)
        return " ".join(filter(None, [answer, other, ends]))
    finally:
        await tracker.close()


def _other_site(settings: Settings, named: str) -> str:
    """Where links lead, if not to where Jira behind the gateway says that it is."""
    chosen = settings.jira_site_url
    if not chosen or named in (chosen, settings.jira_url):
        return ""
    return f"Links lead to JIRA_SITE_URL {chosen}, but Jira names itself {named}."


def _mlflow(settings: Settings) -> list[Check]:
    try:
        tracker = mlflow_tracker(settings)
    except ConfigError as error:
        return [(source_of(""), partial(_raise, error))]
    if tracker is None:
        return [(source_of(""), _no_mlflow)]
    return [(source_of(each.name), partial(_server, each)) for each in tracker.servers]


async def _server(tracker: Server) -> str:
    try:
        return await tracker.check()
    except MlflowError as error:
        raise ConfigError(f"{error} Check MLFLOW_TRACKING_URI and that it runs.") from error
    finally:
        await tracker.aclose()


async def _no_mlflow() -> str:
    return "not configured (MLFLOW_TRACKING_URI)"


async def _raise(error: ConfigError) -> str:
    raise error
