"""Use cases of digests."""
