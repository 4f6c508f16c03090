"""Where features come from and where they lie, from the environment (`SEHAT_…`)."""

import os
from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read anew by each `Settings()`, so that a changed `SEHAT_HOME` is seen."""

    model_config = SettingsConfigDict(env_prefix="SEHAT_", frozen=True)

    home: Path = Field(default=Path(".sehat"), description="where all state lies")
    database_url: str = Field(default="", description="address of the records")
    zone: str = Field(default="Asia/Kolkata", description="zone in which the city's weeks begin")
    features_online: str = Field(
        default="",
        description="online features: empty for SQLite in the home folder, else redis://host:port "
        "or postgresql://user:password@host:port/database?sslmode=disable",
    )

    @property
    def root(self) -> Path:
        """Folder of the feature store."""
        return self.home.resolve() / "features"

    @property
    def offline(self) -> Path:
        """Folder of the Parquet files that Feast reads, one a view."""
        return self.root / "offline"

    @property
    def extracts(self) -> Path:
        """Folder of what was read from the records, one file a table."""
        return self.offline / "records"

    @property
    def database(self) -> str:
        """SQLAlchemy address of the records; SQLite is opened for reading alone."""
        url = self.database_url or f"sqlite:///{self.home.resolve() / 'records.db'}"
        if url.startswith("sqlite:///") and "?" not in url:
            return url.replace("sqlite:///", "sqlite:///file:", 1) + "?mode=ro&uri=true"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)


def current() -> Settings:
    """`Settings()`, read anew only when the environment has changed: each answer of a model asks for
    them, and to read them takes longer than to read the features."""
    return _read(tuple(os.environ.get(f"SEHAT_{name.upper()}") for name in Settings.model_fields))


@lru_cache(maxsize=4)
def _read(_environment: tuple[str | None, ...]) -> Settings:
    return Settings()
