"""Alert rules, the engine that evaluates them, and what comes of it."""
