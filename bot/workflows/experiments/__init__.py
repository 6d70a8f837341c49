"""What experiments wait for."""
