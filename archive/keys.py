"""The keys this installation made for itself: the embedded store's, and the one that signs links to media."""

import json
import os
import secrets
from dataclasses import asdict, dataclass

from filelock import FileLock

from archive import disk
from archive.errors import SettingsError
from archive.settings import Settings


@dataclass(frozen=True)
class Keys:
    """Secrets of one installation, kept in `HOME/keys.json`, readable by its owner only."""

    store_access: str
    store_secret: str
    signing: str


def load_keys(settings: Settings) -> Keys:
    """Return the keys, making them at the first call. A key that is set in the settings wins.

    Raises:
        SettingsError: the file that holds them is damaged.
    """
    path = settings.home / "keys.json"
    with FileLock(settings.home / "keys.lock"):
        if not path.exists():
            made = Keys(secrets.token_hex(10), secrets.token_hex(20), secrets.token_hex(32))
            fresh = path.with_suffix(".new")
            with (
                disk.told(settings.home),
                os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file,
            ):
                json.dump(asdict(made), file)
            fresh.replace(path)
        try:
            keys = Keys(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:  # not made anew: with other keys the store would give nothing
            raise SettingsError(
                f"The keys in {path} cannot be read: {error}.",
                "Restore the file from a backup. Without one, set it aside and new keys are made; whoever is signed in "
                "then signs in again.",
            ) from error
    return Keys(
        settings.s3_access_key or keys.store_access,
        settings.s3_secret_key.get_secret_value() or keys.store_secret,
        settings.signing_key.get_secret_value() or keys.signing,
    )
