"""Use cases of Jira issues."""
