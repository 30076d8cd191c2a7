"""A notice is signed so that its receiver can trust it, and never holds up or breaks the run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import standardwebhooks
from pydantic import SecretStr

from pipeline.api.notice import post_notice
from pipeline.errors import AccessRefused

if TYPE_CHECKING:
    from tests.conftest import Misbehaving

KEY = "whsec_" + "c2VjcmV0IGJ5dGVzIG9mIGEga2V5ISE="


def post(address: str, secret: str = KEY) -> None:
    told = {"type": "course_import.ended", "data": {"exit_code": 0}}
    post_notice(address, told, notice_id="n-1", secret=SecretStr(secret), at=datetime.now(UTC))


def test_a_receiver_can_verify_it_with_its_own_library(misbehaving: Misbehaving) -> None:
    misbehaving.answer(204)
    post(f"{misbehaving.url}/hook?room=7")
    head, _, body = misbehaving.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert first == "POST /hook?room=7 HTTP/1.1"
    assert headers["webhook-id"] == "n-1"
    assert "authorization" not in headers
    told = standardwebhooks.Webhook(KEY).verify(body, headers)
    assert told == {"type": "course_import.ended", "data": {"exit_code": 0}}
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(KEY).verify(body + b" ", headers)


def test_a_key_may_be_any_text(misbehaving: Misbehaving) -> None:
    misbehaving.answer(200, "thanks")
    post(misbehaving.url, "x" * 32)
    assert b"webhook-signature: v1," in misbehaving.requests[0]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_not_taken_is_told(misbehaving: Misbehaving, status: int) -> None:
    misbehaving.answer(status, Location="http://127.0.0.1:9/")
    with pytest.raises(AccessRefused, match=f"HTTP {status}"):
        post(misbehaving.url)
    assert len(misbehaving.requests) == 1


def test_an_address_that_does_not_answer_is_told_without_its_secret_path() -> None:
    with pytest.raises(AccessRefused, match="could not be sent") as refused:
        post("http://127.0.0.1:9/secret-path")
    assert "secret-path" not in str(refused.value)
