"""What is sent of somebody's own data."""
