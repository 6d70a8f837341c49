"""Benchmarks: side by side in one run, ratios printed, nothing asserted."""
