"""Values of roles, retention and what is kept about somebody."""
