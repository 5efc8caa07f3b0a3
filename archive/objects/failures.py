"""What botocore raises, said in our own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from archive import disk
from archive.errors import NotFound, StoreError, StoreUnavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_MISSING = frozenset({"404", "NoSuchKey", "NoSuchUpload", "NoSuchBucket", "NotFound"})
_BUSY = frozenset({"SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "InternalError", "ServiceUnavailable"})
_REFUSED = frozenset({"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})


@contextmanager
def translated(doing: str, endpoint: str, folder: Path | None = None) -> Iterator[None]:
    """Turn botocore's errors into ours; `doing` completes "could not …".

    `folder` is where a store on this machine keeps what it is given, while it is being given something.
    """
    from botocore import exceptions as boto
    from urllib3.exceptions import HTTPError

    unreachable = (
        boto.HTTPClientError,  # connection, proxy, TLS and time-out errors
        boto.ConnectionError,
        boto.IncompleteReadError,
        boto.ResponseStreamingError,
        HTTPError,
        ConnectionError,
        TimeoutError,
    )
    try:
        yield
    except boto.ClientError as error:
        raise _refusal(error, doing, endpoint, folder) from error
    except unreachable as error:
        raise StoreUnavailable(
            f"The object store at {endpoint} does not answer; could not {doing} ({error}).",
            "Look whether it runs and is reachable; what was asked for can be asked again.",
            endpoint=endpoint,
        ) from error
    except boto.BotoCoreError as error:
        raise StoreError(f"Could not {doing}: {error}.", "Check the s3 settings with `shijiao settings`.") from error


def _refusal(error: "ClientError", doing: str, endpoint: str, folder: Path | None) -> StoreError | NotFound:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _MISSING or (status == 404 and not code):
        return NotFound(f"Could not {doing}: the object store has no such thing ({code}).", code=code)
    if code in _BUSY or status >= 500:
        if folder is not None and disk.is_full(folder):
            return disk.full(folder)
        # A store that keeps checksums says this of bytes that do not match them too, again and again.
        damaged = doing.startswith("read ") and code == "InternalError"
        return StoreUnavailable(
            f"The object store at {endpoint} could not {doing} just now ({code}).",
            "Try again later. If that does not help it may be damaged: `shijiao verify` tells."
            if damaged
            else "Try again later.",
            endpoint=endpoint,
        )
    if code in _REFUSED or status == 403:
        return StoreError(
            f"The object store at {endpoint} refused to {doing} ({code}).",
            "Check the access key, the secret key and the clock of this machine.",
            endpoint=endpoint,
        )
    return StoreError(f"Could not {doing}: {error}.", endpoint=endpoint, code=code)
