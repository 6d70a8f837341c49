"""Decisions: what people and the clock do with them."""
