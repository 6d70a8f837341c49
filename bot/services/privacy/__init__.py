"""Who may do what, what is kept for how long, and what somebody may ask of it."""
