"""Slack in: each listener parses, calls one use case and returns a reply."""
