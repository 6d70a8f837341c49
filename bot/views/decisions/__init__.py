"""Decisions as people see them."""
