"""The human side of the fake: people who type commands, press buttons and fill in forms."""
