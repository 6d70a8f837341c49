"""What outsiders hear who want to write in the decision log; `refusals` keeps them from it."""

GUESTS = (
    "Guests and people of other companies can't log or change decisions here; "
    "ask somebody of the team."
)
