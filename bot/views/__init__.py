"""Values to Block Kit, and filled-in forms back to commands."""
