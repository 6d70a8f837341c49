"""Copies of the whole database: taken while the bot works, checked, and never overwriting."""
