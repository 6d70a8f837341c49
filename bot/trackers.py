"""Jira and MLflow as the settings name them."""

from bot.clients.jira import JiraTracker
from bot.clients.mlflow import MlflowServers, MlflowTracker, NamedTracker, Server
from bot.config import Settings


def jira_tracker(settings: Settings) -> JiraTracker | None:
    """Jira, or None where it isn't configured."""
    if not settings.jira_url:
        return None
    return JiraTracker(
        settings.jira_url,
        email=settings.jira_email or None,
        api_token=settings.jira_api_token or None,
        personal_access_token=settings.jira_personal_access_token or None,
        token_expires=settings.jira_token_expires,
    )


def mlflow_tracker(settings: Settings) -> Server | None:
    """MLflow, one server or several, or None where it isn't configured."""
    if not settings.mlflow_servers:
        return None
    first, *others = [
        MlflowTracker(
            each.url,
            username=each.username or None,
            password=each.password or None,
            token=each.token or None,
        )
        for each in settings.mlflow_servers
    ]
    if not others:
        return first
    names = [each.name for each in settings.mlflow_servers[1:]]
    return MlflowServers(first, *map(NamedTracker, names, others))
