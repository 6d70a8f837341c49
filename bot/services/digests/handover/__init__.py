"""Hand-overs: what happened while somebody slept, and what waits for them."""
