"""Trials: long experiments with SIGKILL and silent servers, and the figures that they give."""
