"""Addresses of an API, judged before anything is sent there."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit


def is_loopback(address: str) -> bool:
    """Tell whether `address` stays on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parts_of(address: str, *, with_query: bool = False) -> SplitResult | None:
    """Return what an address is made of; None when it is none, or says more than where the API is."""
    try:
        parts = urlsplit(address)
        extra = parts.username or parts.fragment or (parts.query and not with_query)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # half an IPv6 address; a port that is no number
        return None
    return parts if whole and not extra else None


def without_user(address: str) -> str:
    """Return an address without the name and password somebody wrote into it; its path stays."""
    return address.rpartition("@")[2]


def without_secrets(address: str) -> str:
    """Return an address without what may be secret: who stands before its host, and all behind it.

    >>> without_secrets("https://me:word@hooks.example.com/T0/s3cret")
    'https://hooks.example.com/…'
    """
    scheme, _, there = address.partition("://")
    host = re.split("[/?#]", there, maxsplit=1)[0]
    if "@" in there[len(host) :]:  # a password may hold a / ? or #, and then this is no host
        return f"{scheme}://…"
    return f"{scheme}://{host.rpartition('@')[2]}{'/…' if there[len(host) + 1 :] else ''}"


def is_of_postgresql(address: str) -> bool:
    """Tell whether `address` names a PostgreSQL database: one server, or the socket folder in `?host=`."""
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("postgresql", "postgres") and parts.path.strip("/") and parts.port != 0
    except ValueError:  # half an IPv6 address; a port that is no number
        return False
    server = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", [""])[0]
    return bool(whole and server and "," not in server and unquote(address).isprintable())


def holds_password(address: str) -> bool:
    """Tell whether somebody wrote a password into an address."""
    parts = urlsplit(address)
    return parts.password is not None or any("password" in name for name in parse_qs(parts.query))
