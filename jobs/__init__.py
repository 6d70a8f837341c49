"""The clock in: one step function per job, apart from its loop."""
