"""Decisions as they are kept."""
