"""Passes of the rotation on both databases."""

from sqlalchemy.orm import Session

from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork


def test_passes_are_kept_once_and_forgotten(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        rotations = SqlUnitOfWork(session).rotations
        assert rotations.pass_on("T1", "s", 46, "U1")
        assert not rotations.pass_on("T1", "s", 46, "U1")
        assert rotations.pass_on("T1", "s", 46, "U2")
        assert rotations.pass_on("T1", "s", 48, "U1")
        assert rotations.pass_on("T1", "other", 46, "U3")
    with Session(engines.writer) as session, session.begin():
        rotations = SqlUnitOfWork(session).rotations
        assert rotations.passes("s", 47) == {(46, "U1"), (46, "U2")}
        assert rotations.take_back("s", 46, "U1")
        assert not rotations.take_back("s", 46, "U1")
        assert rotations.passes("s", 48) == {(46, "U2"), (48, "U1")}
