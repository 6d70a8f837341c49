"""Stories of alerts, their stage, and how they are written."""
