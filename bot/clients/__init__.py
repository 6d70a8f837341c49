"""Adapters to Slack, Jira and MLflow; vendor errors are translated here, once."""
