"""Decisions: the log that still answers "why?" in a year."""
