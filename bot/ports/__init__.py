"""What the brain asks of the outside world, as Protocols."""
