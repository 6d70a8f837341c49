"""What alerts wait for."""
