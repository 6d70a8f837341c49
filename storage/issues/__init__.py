"""Tables of the mirror of Jira."""
