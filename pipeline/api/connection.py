"""One HTTP exchange: a request leaves once, and an answer or the reason why there is none comes back."""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as transport

from pipeline import __version__
from pipeline.api.answers import Answer, NoAnswer
from pipeline.errors import AccessRefused, SettingsRefused
from pipeline.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from urllib3 import BaseHTTPResponse

    from pipeline.api.answers import Reply

LONGEST_ANSWER: Final = 64 * 1024 * 1024  # bytes; a page of 100 whole courses with long texts stays far below
_PIECE: Final = 64 * 1024  # bytes


class Connection:
    """Exchanges with one address.

    Proxies and CA bundle are taken from the environment once, as `requests` would for every request (a third
    of its cost); nothing else of the environment is used, so that no .netrc replaces the token. An address on
    this machine is never asked through a proxy.

    Args:
        address: the API's, without a path.
        connect_timeout_seconds: for the connection to stand.
        read_timeout_seconds: for the next piece of the answer, and for the whole of it.
    """

    def __init__(self, address: str, *, connect_timeout_seconds: float, read_timeout_seconds: float) -> None:
        self.address = address
        self.host = urlsplit(address).netloc
        self._timeouts = (connect_timeout_seconds, read_timeout_seconds)
        self._session = requests.Session()
        of_environment = self._session.merge_environment_settings(
            address, proxies={}, stream=None, verify=None, cert=None
        )
        self._session.trust_env = False
        self._session.proxies = {} if is_loopback(address) else dict(of_environment["proxies"])
        self._session.verify = existing(of_environment["verify"])
        self._session.headers.update(
            {"Accept": "application/json", "User-Agent": f"course-import/{__version__}"}
        )

    def exchange(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request, once; TLS is checked and no redirect is followed."""
        try:
            with self._session.request(
                method,
                self.address + path,
                params=params,
                json=json,
                data=form,
                headers=headers,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                if not response.headers:  # cut inside the first line, which then looks like an answer
                    raise transport.ProtocolError("the answer has no head")
                return Answer(
                    status=response.status_code,
                    body=self._body_of(response.raw).decode("utf-8", errors="replace"),
                    headers={name.lower(): value for name, value in response.headers.items()},
                )
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader) as mistake:
            raise AccessRefused(f"{self.host} cannot be asked: {mistake}. Correct the settings.") from mistake
        except (OSError, transport.HTTPError) as failure:  # every requests.RequestException is an OSError
            if _is_distrusted(failure):
                raise AccessRefused(f"The TLS certificate of {self.host} is not to be trusted.") from failure
            return NoAnswer(never_sent=_never_sent(failure), reason=in_words(failure))

    def close(self) -> None:
        """Close what is open."""
        self._session.close()

    def _body_of(self, raw: BaseHTTPResponse) -> bytes:
        """Read the whole body, within the read time-out as a whole: a body may come in drops."""
        deadline = time.monotonic() + self._timeouts[1]
        body = bytearray()
        while piece := raw.read1(_PIECE, decode_content=True):
            body += piece
            if len(body) > LONGEST_ANSWER:
                raise transport.ProtocolError(f"the answer is longer than {LONGEST_ANSWER} bytes")
            if time.monotonic() > deadline:
                raise transport.TimeoutError("the answer did not come to its end in time")
        return bytes(body)


def existing(bundle: bool | str | None) -> bool | str | None:  # noqa: FBT001 - requests' own two kinds of an answer
    """Return the CA bundle the environment names; refuse one that is not there."""
    if isinstance(bundle, str) and not Path(bundle).exists():
        raise SettingsRefused(f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names {bundle}, which does not exist.")
    return bundle


def _never_sent(failure: Exception) -> bool:
    """Tell whether the request surely never left.

    `requests` hides "never sent" and "sent, then lost" behind one ConnectionError; only urllib3's reason
    tells: ConnectTimeoutError, whose children are "refused" and "no such name".
    """
    cause = failure.args[0] if failure.args else None
    return isinstance(cause, transport.MaxRetryError) and isinstance(
        cause.reason, transport.ConnectTimeoutError
    )


def _is_distrusted(failure: Exception) -> bool:
    """Tell whether the host's certificate was refused; nothing is sent before that."""
    reason = _reason(failure)
    return isinstance(reason, transport.SSLError) and any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in reason.args
    )


def _reason(failure: Exception) -> Exception:
    cause = failure.args[0] if failure.args and isinstance(failure.args[0], Exception) else failure
    return cause.reason if isinstance(cause, transport.MaxRetryError) and cause.reason else cause


def in_words(failure: Exception) -> str:
    """Return why no answer came."""
    match _reason(failure):
        case transport.NameResolutionError():
            return "the host's name is not known"
        case transport.NewConnectionError():
            return "the host refused the connection or cannot be reached"
        case transport.ConnectTimeoutError():
            return "no connection in time"
        case transport.SSLError():
            return "the TLS connection broke"
        case transport.ProxyError():
            return "the proxy cannot be used"
        case transport.TimeoutError():
            return "no answer in time"
        case other:
            return f"the answer was lost ({type(other).__name__})"
