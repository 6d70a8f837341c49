"""What people see of digests."""
