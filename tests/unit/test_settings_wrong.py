"""Settings that cannot be used are told in a sentence that names them, with what to do."""

from pathlib import Path

import pytest

from archive.database import connect
from archive.errors import SettingsError
from archive.keys import load_keys
from archive.settings import Settings, load_settings


@pytest.mark.parametrize("home", ["a_file", "a_file/below", "/dev/null", "/proc/nowhere"])
def test_a_home_that_is_no_folder(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_file").touch()
    monkeypatch.setenv("SHIJIAO_HOME", str(tmp_path / home))
    with pytest.raises(SettingsError, match="SHIJIAO_HOME"):
        load_settings.__wrapped__()


@pytest.mark.parametrize("name", ["SHIJIAO_S3_ENDPOINT", "SHIJIAO_S3_PUBLIC_ENDPOINT"])
def test_an_endpoint_that_is_no_address(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIJIAO_HOME", str(tmp_path))
    monkeypatch.setenv(name, "notaurl")
    with pytest.raises(SettingsError, match=f"{name}.*“notaurl” is no address"):
        load_settings.__wrapped__()


@pytest.mark.parametrize("url", ["garbage", "mysql://x", "postgresql://host:port/name"])
def test_a_database_that_is_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHIJIAO_DATABASE_URL"):
        connect(Settings(_env_file=None, home=tmp_path, database_url=url))


@pytest.mark.parametrize("text", ["{bad", "{}", "[]", ""])
def test_keys_that_cannot_be_read_are_not_made_anew(text: str, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(SettingsError, match=r"keys\.json cannot be read"):
        load_keys(settings)
    assert (tmp_path / "keys.json").read_text() == text
