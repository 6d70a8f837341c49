"""Decisions: the messages that stand for them, and what they do outside."""
