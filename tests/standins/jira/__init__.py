"""A stateful Jira stand-in, Cloud or Data Center, for tests and the demo."""

from tests.standins.jira.server import API_TOKEN, EMAIL, PERSONAL_ACCESS_TOKEN, JiraStandIn

__all__ = ["API_TOKEN", "EMAIL", "PERSONAL_ACCESS_TOKEN", "JiraStandIn"]
