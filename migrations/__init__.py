"""Alembic migrations; they travel in the wheel and are run by `meridian migrate`."""
