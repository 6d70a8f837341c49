"""Use cases that need no network: synchronous, one transaction each."""
