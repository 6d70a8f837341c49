"""What people see of experiments."""
