"""Settings, read once from the environment (`SEHAT_…`). docs/settings.md lists each of them."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SEHAT_", frozen=True)

    home: Path = Field(default=Path(".sehat"), description="where all state lies")
    database_url: str = Field(
        default="", description="SQLAlchemy address; empty: SQLite in the home folder"
    )
    host: str = Field(default="127.0.0.1", description="address the portal and API listen on")
    port: int = Field(default=8000, description="port of the portal and API")
    api_workers: int = Field(default=2, ge=1, le=64, description="processes that answer")
    models_port: int = Field(default=8001, description="port of the model service")
    models_timeout: float = Field(default=3.0, gt=0, description="seconds a model may take")
    speech_timeout: float = Field(
        default=180.0, gt=0, description="seconds that hearing a dictation may take"
    )
    access_minutes: int = Field(default=15, gt=0, description="life of an access token")
    refresh_days: int = Field(default=7, gt=0, description="life of an unused refresh token")
    lockout_failures: int = Field(default=5, gt=0, description="wrong passwords before a pause")
    lockout_minutes: int = Field(default=15, gt=0, description="length of that pause")
    secure_cookies: bool = Field(
        default=False, description="send cookies over HTTPS only; set it behind TLS"
    )

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the records."""
        if not self.database_url:
            return f"sqlite:///{self.home.resolve() / 'records.db'}"
        # A plain postgresql:// address means psycopg 3, the driver that is installed.
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def models_url(self) -> str:
        return f"http://127.0.0.1:{self.models_port}"


@lru_cache
def settings() -> Settings:
    return Settings()
