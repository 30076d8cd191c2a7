"""What servers tell of images, asked as a stranger would: no token, no cookie, and nothing inside our walls.

An address in a sheet is somebody else's text, and whoever runs this may reach what its writer may not. So
each host's name is resolved once, every IP address it has is judged, and the connection goes to a judged one
itself: a name that means something else a moment later changes nothing. It serves for Host and TLS only.
Redirects are followed by hand, each judged like the first.
"""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network, ip_address
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import requests
import urllib3.exceptions as transport
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import parse_url

from pipeline import __version__
from pipeline.api.connection import existing, in_words
from pipeline.model import ImageHead, NoImageHead
from pipeline.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from urllib3.util import Url

    from pipeline.model import ImageAnswer

_AT_ONCE: Final = 4
_TIMEOUT_SECONDS: Final = 5.0  # to connect, and for each piece of the head
_TIMEOUTS: Final = 4  # for one image, with its redirects
_MOST_REDIRECTS: Final = 3
_DIGITS: Final = 18  # of a size; no picture has more
_REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_HEAD_UNKNOWN: Final = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})
_HEADERS: Final = {"Accept": "image/*", "User-Agent": f"course-import/{__version__}"}
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: its last four bytes are an IPv4 address


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the open internet: not private, loopback, link-local or reserved."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or (ip_address(ip.packed[-4:]) if ip in _NAT64 else ip)
    inside = ip.is_multicast or ip.is_reserved or (isinstance(ip, IPv6Address) and ip.is_site_local)
    return ip.is_global and not inside


def anywhere(_address: str) -> bool:
    """Let every IP address be asked: for a rehearsal, whose images may be on this machine."""
    return True


def look_at_images(
    addresses: Iterable[str],
    *,
    may_ask: Callable[[str], bool] = is_public,
    timeout_seconds: float = _TIMEOUT_SECONDS,
) -> dict[str, ImageAnswer]:
    """Ask for the head of each image, a few at a time; return what came, by address.

    Args:
        addresses: distinct, http or https.
        may_ask: judges each IP address before anything is sent to it.
        timeout_seconds: to connect, and for each piece of an answer.

    Raises:
        SettingsRefused: the CA bundle that the environment names does not exist.
    """
    addresses = tuple(addresses)
    way = _Way(tls=_tls(), may_ask=may_ask, timeout_seconds=timeout_seconds)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return dict(zip(addresses, threads.map(way.look_in_time, addresses), strict=True))


class _NotAsked(Exception):  # noqa: N818 - it says what happened
    """Why an address must not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How images are asked for."""

    tls: ssl.SSLContext
    may_ask: Callable[[str], bool]
    timeout_seconds: float

    def look_in_time(self, address: str) -> ImageAnswer:
        """Return what `look` does, in bounded time: a server may send a byte now and then, for ever."""
        answer: Future[ImageAnswer] = Future()

        def look() -> None:
            try:
                answer.set_result(self.look(address))
            except BaseException as bug:  # noqa: BLE001 - it is raised where the answer is asked for
                answer.set_exception(bug)

        Thread(target=look, daemon=True).start()  # the process does not wait for it at its end
        try:
            return answer.result(_TIMEOUTS * self.timeout_seconds)
        except TimeoutError:
            return NoImageHead(asked=True, reason="its server takes too long")

    def look(self, address: str) -> ImageAnswer:
        """Return the head of one image, after at most three redirects."""
        try:
            for _ in range(1 + _MOST_REDIRECTS):
                head, location = self._ask(address)
                if location is None:
                    return head
                address = urljoin(address, location)
        except _NotAsked as refused:
            return NoImageHead(asked=False, reason=str(refused))
        except (OSError, transport.HTTPError, ValueError) as failure:
            return NoImageHead(asked=True, reason=_words_for(failure))
        return NoImageHead(asked=True, reason=f"it is redirected more than {_MOST_REDIRECTS} times")

    def _ask(self, address: str) -> tuple[ImageHead, str | None]:
        """Return what one address answers, and where it redirects to."""
        url = parse_url(address)
        if url.scheme not in {"http", "https"} or url.host is None:
            raise _NotAsked(f"it leads to {address}, which is no web address")
        if select_proxy(address, get_environ_proxies(address)) and not is_loopback(address):
            raise _NotAsked("behind a proxy nobody can tell where it leads")
        ips = self._judged(url.host.strip("[]"))
        head, location = self._exchange("HEAD", url, ips)
        return self._exchange("GET", url, ips) if head.status in _HEAD_UNKNOWN else (head, location)

    def _judged(self, host: str) -> list[str]:
        """Return the IP addresses of a host, each of which may be asked."""
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        ips = list(dict.fromkeys(str(address[0]) for *_, address in found))
        for ip in ips:
            if not self.may_ask(ip):
                place = ip if host == ip else f"{host} ({ip})"
                raise _NotAsked(f"{place} is not on the open internet")
        return ips

    def _exchange(self, method: str, url: Url, ips: Sequence[str]) -> tuple[ImageHead, str | None]:
        """Ask the first of a host's addresses that accepts a connection."""
        *others, last = ips
        for ip in others:
            with suppress(transport.NewConnectionError):
                return self._exchange_with(ip, method, url)
        return self._exchange_with(last, method, url)

    def _exchange_with(self, ip: str, method: str, url: Url) -> tuple[ImageHead, str | None]:
        with (
            self._pool(ip, url) as pool,
            closing(
                pool.urlopen(
                    method,
                    url.request_uri,
                    headers={**_HEADERS, "Host": url.netloc or ""},
                    timeout=self.timeout_seconds,
                    retries=False,  # nor redirects
                    preload_content=False,  # a body stays where it is
                )
            ) as response,
        ):
            size = response.headers.get("Content-Length", "")
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            head = ImageHead(
                status=response.status,
                content_type=kind or None,
                size_bytes=int(size[:_DIGITS]) if size.isdecimal() else None,
            )
            return head, response.headers.get("Location") if head.status in _REDIRECTS else None

    def _pool(self, ip: str, url: Url) -> HTTPConnectionPool:
        if url.scheme == "http":
            return HTTPConnectionPool(ip, url.port)
        host = (url.host or "").strip("[]")
        return HTTPSConnectionPool(ip, url.port, ssl_context=self.tls, server_hostname=host)


def _tls() -> ssl.SSLContext:
    """Return what certificates are checked with, as `requests` would; making it anew takes 20 ms."""
    with requests.Session() as session:
        of_environment = session.merge_environment_settings("https://", {}, None, None, None)
    bundle = existing(of_environment["verify"])
    place = Path(bundle if isinstance(bundle, str) else DEFAULT_CA_BUNDLE_PATH)
    if place.is_dir():
        return ssl.create_default_context(capath=place)
    return ssl.create_default_context(cafile=place)


def _words_for(failure: Exception) -> str:
    match failure:
        case socket.gaierror():
            return "the host's name is not known"
        case transport.SSLError(args=(ssl.SSLCertVerificationError(), *_)):
            return "the host's TLS certificate is not to be trusted"
        case transport.SSLError():
            return "the TLS connection broke"
        case ValueError():
            return "it is no web address"
    return in_words(failure)
