"""Every setting, in one place: from the environment (`SHIJIAO_*`) or a `.env` file beside the command."""

import functools
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from archive.errors import SettingsError


def default_home() -> Path:
    """`./var` in a checkout of the project, else a folder of the user's own."""
    checkout = Path.cwd() / "pyproject.toml"
    if checkout.is_file() and 'name = "shijiao"' in checkout.read_text(encoding="utf-8", errors="replace"):
        return Path.cwd() / "var"
    return Path.home() / ".local" / "share" / "shijiao"


class Settings(BaseSettings):
    """What can be set. `shijiao settings` prints this table with the values in force."""

    model_config = SettingsConfigDict(env_prefix="SHIJIAO_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=default_home,
        description="The one folder that holds all state: database, embedded store, indexes, models, logs.",
    )
    language: Literal["zh", "en"] = Field("zh", description="Language that the portal opens in.")

    database_url: str = Field(
        "", description="Catalogue and engine database. Empty: SQLite files under the home. Else postgresql://…"
    )

    s3_endpoint: str = Field("", description="S3 endpoint. Empty: the embedded SeaweedFS, started when needed.")
    s3_public_endpoint: str = Field(
        "", description="The S3 endpoint as browsers reach it. Empty: the portal streams the media itself."
    )

    @field_validator("s3_endpoint", "s3_public_endpoint")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]+", value):
            raise ValueError(f"“{value}” is no address such as https://s3.hospital.example")
        return value

    s3_bucket: str = Field("shijiao", description="The bucket. It must be private.")
    s3_region: str = Field("us-east-1", description="Region used in signatures.")
    s3_access_key: str = Field("", description="S3 access key. Empty with the embedded store: made by itself.")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="S3 secret key.")
    s3_addressing: Literal["path", "virtual"] = Field(
        "path", description="path: endpoint/bucket/key. virtual: bucket.endpoint/key (Aliyun OSS, Tencent COS)."
    )
    s3_checksums: Literal["when_supported", "when_required"] = Field(
        "when_supported", description="when_required for stores that refuse the newer S3 checksums (OSS, COS)."
    )
    part_size: int = Field(
        16 * 1024 * 1024, ge=5 * 1024 * 1024, description="Bytes in one part of an upload; at least 5 MiB (S3)."
    )
    store_memory: str = Field("800MiB", description="Memory limit of the embedded store (Go's GOMEMLIMIT).")

    speech_engine: Literal["auto", "faster-whisper", "openai-whisper"] = Field(
        "auto", description="auto: faster-whisper (int8) on a CPU."
    )
    speech_model: str = Field("base", description="Name of the Whisper model; see `shijiao models`.")
    models: Path | None = Field(None, description="Folder of speech models. Empty: HOME/models.")

    glossary: Path | None = Field(
        None,
        description="Folder of the hospital's own glossary (*.tsv), shared by all its hosts. Empty: HOME/glossary.",
    )

    procedures: Path | None = Field(
        None,
        description="Folder of the hospital's own standard steps (*.tsv), for all portals. Empty: HOME/procedures.",
    )

    search_meaning: Literal["auto", "off"] = Field(
        "auto", description="auto: find what means the same too, where the extra `shijiao[semantic]` is installed."
    )

    worker_jobs: int = Field(1, ge=1, description="Recordings one worker processes at the same time.")
    worker_threads: int = Field(2, ge=1, description="Threads one ffmpeg or one speech engine may use.")
    video_av1: bool = Field(
        False,
        description="Make each larger rung in AV1 too, for players that take it: a third lighter, dearer to make.",
    )
    video_gpu: Literal["auto", "off"] = Field(
        "auto", description="auto: encode on this machine's NVIDIA card where there is one that works."
    )
    worker_timeout: float = Field(
        10.0, gt=0, description="Seconds without a heartbeat after which a worker counts as dead."
    )

    portal_host: str = Field("127.0.0.1", description="Address the portal listens on.")
    portal_port: int = Field(8501, ge=1, le=65535, description="Port the portal listens on.")
    portal_url: str = Field(
        "", description="The portal's address as people reach it, for sign-in links. Empty: made of host and port."
    )
    signing_key: SecretStr = Field(
        SecretStr(""),
        description="Signs links to media and sessions. Set the same on every portal host; empty: made by itself.",
    )
    token_minutes: int = Field(240, ge=1, description="Minutes a link to media stays valid for one viewer.")

    @property
    def models_dir(self) -> Path:
        return self.models or self.home / "models"

    @property
    def glossary_dir(self) -> Path:
        return self.glossary or self.home / "glossary"

    @property
    def procedures_dir(self) -> Path:
        return self.procedures or self.home / "procedures"

    @property
    def portal_address(self) -> str:
        """The portal's address as people reach it, without a slash at its end."""
        host = f"[{self.portal_host}]" if ":" in self.portal_host else self.portal_host
        return (self.portal_url or f"http://{host}:{self.portal_port}").rstrip("/")

    @property
    def shown_database_url(self) -> str:
        """The database's URL without its password."""
        return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", self.database_url)

    @property
    def catalogue_url(self) -> str:
        """SQLAlchemy URL of the catalogue."""
        return self._sqlalchemy_url("catalogue.sqlite")

    @property
    def engine_url(self) -> str:
        """SQLAlchemy URL of the durable engine's own tables."""
        return self._sqlalchemy_url("engine.sqlite")

    def _sqlalchemy_url(self, filename: str) -> str:
        if not self.database_url:
            return f"sqlite:///{self.home.resolve() / filename}"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else self.database_url


@functools.cache
def load_settings() -> Settings:
    """Read the settings once.

    Raises:
        SettingsError: a value cannot be used; the message names the variable.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SHIJIAO_" + "_".join(str(part) for part in first["loc"]).upper()
        why = first["msg"].removeprefix("Value error, ")
        raise SettingsError(
            f"The setting {name} cannot be used: {why}.", "`shijiao settings` lists what it may be.", name=name
        ) from error
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # a file, something below a file, where nothing may be made
        raise SettingsError(
            f"The folder {settings.home} cannot be used: {error.strerror}.",
            "Set SHIJIAO_HOME to a folder that you may write to.",
            name="SHIJIAO_HOME",
        ) from error
    return settings
