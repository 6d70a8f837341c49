"""Jira: its issues, what became of them, and what to read next."""
