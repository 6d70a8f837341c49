"""What people see of hand-overs."""
