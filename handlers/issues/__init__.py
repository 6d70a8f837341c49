"""What people do with Jira issues from Slack."""
