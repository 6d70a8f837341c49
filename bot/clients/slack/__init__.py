"""Slack, through slack_sdk without its own retries: a repeated post is a second post."""
