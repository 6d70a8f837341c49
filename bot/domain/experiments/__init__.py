"""Experiments, runs and models, and what can be said of them."""
