"""Signed, short-lived, per-viewer links to media: the token says who may watch which recording until when."""

from dataclasses import dataclass

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from archive.errors import NotAllowed

_SALT = "shijiao.media.1"
_WHOLE = "whole"


@dataclass(frozen=True)
class Pass:
    """What a token grants: this member, this recording; `whole`: what is cut from it, too."""

    member_id: str
    recording_id: str
    whole: bool = False


def sign(secret: str, granted: Pass) -> str:
    """Return the token for a pass."""
    return URLSafeTimedSerializer(secret, salt=_SALT).dumps(
        [granted.member_id, granted.recording_id, *([_WHOLE] if granted.whole else [])]
    )


def read(secret: str, token: str, *, max_age: int) -> Pass:
    """Return what a token grants; `max_age` is in seconds.

    Raises:
        NotAllowed: the token is forged, damaged or too old.
    """
    try:
        member_id, recording_id, *more = URLSafeTimedSerializer(secret, salt=_SALT).loads(token, max_age=max_age)
    except SignatureExpired as error:
        raise NotAllowed("This link to the recording has expired.", "Reload the page.") from error
    except (BadSignature, ValueError, TypeError) as error:
        raise NotAllowed("This link to the recording is not valid.", "Open the recording from the portal.") from error
    return Pass(member_id, recording_id, whole=more == [_WHOLE])
