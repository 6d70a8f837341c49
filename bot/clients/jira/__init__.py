"""Jira, Cloud or Data Center, read through the `jira` library (imported at the first call)."""

from bot.clients.jira.tracker import JiraTracker

__all__ = ["JiraTracker"]
