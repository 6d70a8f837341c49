"""Stand-ins for the outside systems the bot talks to, strict where the real ones are strict."""
