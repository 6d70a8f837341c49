"""Use cases that wait for the outside world."""
