"""What Jira waits for: polls, and what people order there."""
