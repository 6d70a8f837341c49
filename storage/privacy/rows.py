"""Small tables of privacy: what is kept for how long, who was forgotten, when was swept."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class RetentionRow(Base):
    """For how many days a workspace keeps an area; 0 for ever."""

    __tablename__ = "retention"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]


class ForgottenRow(Base):
    """Somebody who asked to be deleted: Slack's lists don't bring them back."""

    __tablename__ = "forgotten"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class SweepRow(Base):
    """When a workspace's old rows were deleted last."""

    __tablename__ = "privacy_sweep"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
