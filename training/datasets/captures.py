"""Face captures of the records, decrypted in memory. Pictures are never written to disk.

Which captures train is decided by the feature store, which holds consent and the clerk's decision;
only their pictures come from the records, by capture id.
"""

from collections.abc import Iterator, Sequence

import pandas as pd
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection, bindparam, text

from features import store
from features.records import engine
from features.settings import Settings
from training.datasets.faces import Capture

IDS = 200  # pictures asked for at a time


class NoKeyError(RuntimeError):
    """The key that opens the pictures is not on this machine."""


def from_records() -> list[Capture]:
    """Captures to learn from, with their pictures. Withdrawn ones have none and never come.

    Raises FileNotFoundError before the first refresh of the features, NoKeyError without the key.
    """
    frame = to_learn_from(store.training_set("identity"))
    if frame.empty:
        return []
    settings = Settings()
    path = settings.home.resolve() / "keys" / "vault.key"
    if not path.is_file():
        raise NoKeyError(
            f"{path} is missing: captures cannot be read without the key they were kept with"
        )
    people = dict(zip(frame["capture_id"], frame["patient_id"], strict=True))
    with engine(settings).connect() as connection:
        return [
            Capture(capture, people[capture], picture)
            for capture, picture in pictures(connection, Fernet(path.read_bytes()), list(people))
        ]


def to_learn_from(frame: pd.DataFrame) -> pd.DataFrame:
    """Captures with consent whose person is known: enrolled, or confirmed by the clerk.

    A verification that the clerk did not confirm may show anybody, and would teach an impostor.
    """
    known = (frame["purpose"] == "enrolment") | (frame["decision"] == "match")
    return frame[frame["consent"].eq(True) & known]


def pictures(
    connection: Connection, vault: Fernet, captures: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """(capture id, picture) of those that still have one that the key opens."""
    query = text(
        "SELECT id, picture FROM face_captures"
        " WHERE id IN :ids AND picture IS NOT NULL AND withdrawn_at IS NULL ORDER BY id"
    ).bindparams(bindparam("ids", expanding=True))
    for at in range(0, len(captures), IDS):
        for capture, token in connection.execute(query, {"ids": captures[at : at + IDS]}):
            try:
                yield str(capture), vault.decrypt(bytes(token))
            except InvalidToken:
                continue  # kept under another key: it cannot be learned from
