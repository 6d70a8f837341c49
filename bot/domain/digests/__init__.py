"""Digests: what a channel or a person reads at their morning."""
