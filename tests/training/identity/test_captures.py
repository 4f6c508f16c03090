"""Which captures are learned from, and how their pictures are opened."""

import pandas as pd
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from training.datasets.captures import pictures, to_learn_from

ROWS = [
    # capture, purpose, decision, consent, learned from
    ("enrolled", "enrolment", None, True, True),
    ("withdrawn", "enrolment", None, False, False),
    ("unknown consent", "enrolment", None, None, False),
    ("confirmed", "verification", "match", True, True),
    ("refused", "verification", "no_match", True, False),
    ("undecided", "verification", None, True, False),
    ("confirmed, withdrawn", "verification", "match", False, False),
]


def test_only_consented_captures_of_a_known_person_are_learned_from() -> None:
    frame = pd.DataFrame(
        [row[:4] for row in ROWS], columns=["capture_id", "purpose", "decision", "consent"]
    )
    chosen = to_learn_from(frame)
    assert list(chosen["capture_id"]) == [row[0] for row in ROWS if row[4]]


def test_pictures_are_opened_with_the_key_and_withdrawn_ones_never() -> None:
    vault, other = Fernet(Fernet.generate_key()), Fernet(Fernet.generate_key())
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(
            text("CREATE TABLE face_captures (id TEXT, picture BLOB, withdrawn_at TEXT)")
        )
        connection.execute(
            text("INSERT INTO face_captures VALUES (:id, :picture, :withdrawn)"),
            [
                {"id": "a", "picture": vault.encrypt(b"picture"), "withdrawn": None},
                {"id": "b", "picture": None, "withdrawn": "2026-01-01"},
                {"id": "c", "picture": vault.encrypt(b"late"), "withdrawn": "2026-01-01"},
                {"id": "d", "picture": other.encrypt(b"other key"), "withdrawn": None},
                {"id": "e", "picture": vault.encrypt(b"not asked for"), "withdrawn": None},
            ],
        )
        found = dict(pictures(connection, vault, ["a", "b", "c", "d", "nowhere"]))
    engine.dispose()
    assert found == {"a": b"picture"}
