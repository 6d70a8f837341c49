"""Pure rules of stand-ups, decisions, experiments, alerts and digests: no I/O, no clock."""
