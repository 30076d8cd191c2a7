"""Posts a notice to another program, signed; never with the API's token, and never twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import requests

from pipeline.errors import AccessRefused
from pipeline.settings.kinds import WHSEC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pydantic import SecretStr

_SECONDS: Final = 5  # for a connection, and for an answer: whoever waits for the run waits for this too


def post_notice(
    address: str, told: Mapping[str, object], *, notice_id: str, secret: SecretStr, at: datetime
) -> None:
    """Post `told` as JSON, signed as Standard Webhooks says: HMAC-SHA256 over id, seconds and body.

    Args:
        address: https, or http on this machine.
        told: what is told.
        notice_id: the same for the same notice, so that a receiver may tell it from others.
        secret: shared with the receiver; its UTF-8 is the key, or the bytes of a `whsec_…` in base64.
        at: aware; the receiver refuses what is too old.

    Raises:
        AccessRefused: it was not taken.
    """
    body = json.dumps(told).encode("ascii")
    seconds = str(int(at.timestamp()))
    signed = b".".join((notice_id.encode("ascii"), seconds.encode("ascii"), body))
    signature = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode("ascii")
    try:
        with requests.post(
            address,
            data=body,
            headers={
                "Content-Type": "application/json",
                "webhook-id": notice_id,
                "webhook-timestamp": seconds,
                "webhook-signature": f"v1,{signature}",
            },
            timeout=(_SECONDS, _SECONDS),
            allow_redirects=False,
            stream=True,  # nobody reads what it answers
        ) as answer:
            status = answer.status_code
    except requests.RequestException as failure:
        kind = type(failure).__name__  # its text may hold the address, and that a secret
        raise AccessRefused(f"The notice could not be sent ({kind}).") from None
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise AccessRefused(f"The notice was answered with HTTP {status}.")


def _key(secret: SecretStr) -> bytes:
    text = secret.get_secret_value()
    return base64.b64decode(text.removeprefix(WHSEC)) if text.startswith(WHSEC) else text.encode()
