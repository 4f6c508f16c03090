"""Keys of this installation, made on first use, readable by their owner alone."""

import json
import os
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet
from joserfc.jwk import ECKey

from records_api.core.settings import settings


def _kept(home: Path, name: str, make: bytes) -> bytes:
    """The kept secret of this name; `make` becomes it when there is none yet."""
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        # Written aside, then linked: of two processes that start together one wins, whole.
        aside = folder / f".{name}.{os.getpid()}"
        aside.touch(mode=0o600)
        aside.write_bytes(make)
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_bytes()


@lru_cache
def _token_key(home: Path) -> ECKey:
    fresh = ECKey.generate_key("P-256", private=True, auto_kid=True)
    return ECKey.import_key(
        json.loads(_kept(home, "tokens.jwk", json.dumps(fresh.as_dict(private=True)).encode()))
    )


def token_key() -> ECKey:
    """ES256 key that signs access tokens."""
    return _token_key(settings().home)


@lru_cache
def _vault(home: Path) -> Fernet:
    return Fernet(_kept(home, "vault.key", Fernet.generate_key()))


def vault() -> Fernet:
    """Encrypts what must not lie open at rest: face captures, TOTP secrets."""
    return _vault(settings().home)
