"""The demo: a throwaway Slack, filled with a team's life, to try Meridian without a workspace."""
