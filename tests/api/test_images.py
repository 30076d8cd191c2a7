"""What becomes of an image address: its head comes back, or why nothing does; and who is never asked."""

from __future__ import annotations

import http.server
import shutil
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.api.images import anywhere, is_public, look_at_images
from pipeline.errors import SettingsRefused
from pipeline.model import ImageHead, NoImageHead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pipeline.model import ImageAnswer

    Names = Callable[..., None]

PNG = {"Content-Type": "image/png", "Content-Length": "2048"}
PICTURE = ImageHead(status=200, content_type="image/png", size_bytes=2048)


class Gallery(http.server.ThreadingHTTPServer):
    """A server of pictures: by method and path, what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.answers: dict[str, tuple[int, Mapping[str, str]]] = {}
        self.visits: list[tuple[str, Mapping[str, str]]] = []
        self.meet = threading.Barrier(1)
        self.port = self.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base has it
        """Keep silent about callers that hang up."""


class Visit(http.server.BaseHTTPRequestHandler):
    """One request."""

    server: Gallery

    def do_HEAD(self) -> None:
        asked = f"{self.command} {self.path}"
        self.server.visits.append((asked, dict(self.headers)))
        self.server.meet.wait(timeout=5)
        status, headers = self.server.answers[asked]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - the base's spelling

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base has it
        pass


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    with Gallery() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Give a name the IP addresses it has; each further time it is looked up, the next ones."""
    real = socket.getaddrinfo
    known: dict[str, list[list[str]]] = {}

    def look_up(host: str, port: int | None, *args: Any, **kwargs: Any) -> list[Any]:  # noqa: ANN401 - as the real one
        if host not in known:
            return real(host, port, *args, **kwargs)
        return [found for ip in known[host].pop(0) for found in real(ip, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return lambda host, *ips: known.update({host: list(ips)})


def look(address: str, may_ask: Callable[[str], bool] = anywhere) -> ImageAnswer:
    return look_at_images([address], may_ask=may_ask, timeout_seconds=2)[address]


def asked(gallery: Gallery) -> list[str]:
    return [what for what, _ in gallery.visits]


@pytest.mark.parametrize(
    ("status", "headers", "head"),
    [
        pytest.param(200, PNG, PICTURE, id="a picture"),
        pytest.param(
            200,
            {"Content-Type": "Image/GIF; q=1"},
            ImageHead(status=200, content_type="image/gif", size_bytes=None),
            id="a kind with more words",
        ),
        pytest.param(
            404,
            {"Content-Length": "many"},
            ImageHead(status=404, content_type=None, size_bytes=None),
            id="nothing to be told",
        ),
        pytest.param(
            302, {}, ImageHead(status=302, content_type=None, size_bytes=None), id="a redirect to nowhere"
        ),
    ],
)
def test_a_head_comes_back(
    status: int, headers: Mapping[str, str], head: ImageHead, gallery: Gallery
) -> None:
    gallery.answers["HEAD /a.png?b=1"] = status, headers
    assert look(f"{gallery.url}/a.png?b=1#c") == head


@pytest.mark.parametrize("status", [405, 501])
def test_a_server_without_head_is_asked_for_the_picture(status: int, gallery: Gallery) -> None:
    """Its body is not waited for: none comes here."""
    gallery.answers = {"HEAD /a": (status, {}), "GET /a": (200, PNG)}
    assert look(f"{gallery.url}/a") == PICTURE
    assert asked(gallery) == ["HEAD /a", "GET /a"]


def test_a_request_carries_nothing_of_ours(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither token nor .netrc, nor what stands in the address, nor a cookie of an earlier answer."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("NEXUDUS_TOKEN", "secret")
    gallery.answers = {
        "HEAD /a": (302, {"Location": "/b", "Set-Cookie": "c=secret"}),
        "HEAD /b": (200, PNG),
    }
    assert look(gallery.url.replace("://", "://me:secret@") + "/a") == PICTURE
    for _, headers in gallery.visits:
        assert set(headers) == {"Host", "Accept", "Accept-Encoding", "User-Agent"}
        assert headers["Host"] == f"127.0.0.1:{gallery.port}"


def test_three_redirects_are_followed(gallery: Gallery) -> None:
    """A fourth is not."""
    for number in range(4):
        gallery.answers[f"HEAD /{number}"] = 301 + number % 2, {"Location": f"{number + 1}"}
    gallery.answers["HEAD /4"] = 200, PNG
    assert look(f"{gallery.url}/1") == PICTURE
    assert look(f"{gallery.url}/0") == NoImageHead(asked=True, reason="it is redirected more than 3 times")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        pytest.param("http://127.0.0.2/b", "127.0.0.2 is not on the open internet", id="inside"),
        pytest.param(
            "file:///etc/passwd", "it leads to file:///etc/passwd, which is no web address", id="file"
        ),
    ],
)
def test_a_redirect_is_judged_like_the_first_address(location: str, reason: str, gallery: Gallery) -> None:
    gallery.answers["HEAD /a"] = 307, {"Location": location}
    answer = look(f"{gallery.url}/a", may_ask=lambda ip: ip == "127.0.0.1")
    assert answer == NoImageHead(asked=False, reason=reason)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
def test_nothing_inside_is_asked_unless_told_so(host: str, gallery: Gallery) -> None:
    address = f"http://{host}:{gallery.port}/a"
    answer = look_at_images([address])[address]
    assert isinstance(answer, NoImageHead)
    assert not answer.asked
    assert "is not on the open internet" in answer.reason
    assert asked(gallery) == []


def test_one_inside_address_among_several_is_enough(gallery: Gallery, names: Names) -> None:
    names("pictures.example", ["127.0.0.1", "10.0.0.1"])
    answer = look(f"http://pictures.example:{gallery.port}/a", may_ask=lambda ip: ip == "127.0.0.1")
    assert answer == NoImageHead(
        asked=False, reason="pictures.example (10.0.0.1) is not on the open internet"
    )
    assert asked(gallery) == []


def test_a_name_that_changes_its_meaning_changes_nothing(gallery: Gallery, names: Names) -> None:
    """It is looked up once; the connection goes to the address that was judged."""
    gallery.answers["HEAD /a"] = 200, PNG
    names("pictures.example", ["127.0.0.1"], ["127.0.0.2"])
    answer = look(f"http://pictures.example:{gallery.port}/a", may_ask=lambda ip: ip == "127.0.0.1")
    assert answer == PICTURE
    assert gallery.visits[0][1]["Host"] == f"pictures.example:{gallery.port}"


def test_the_next_address_of_a_host_is_asked_when_the_first_refuses(gallery: Gallery, names: Names) -> None:
    gallery.answers["HEAD /a"] = 200, PNG
    names("pictures.example", ["127.0.0.2", "127.0.0.1"])
    assert look(f"http://pictures.example:{gallery.port}/a") == PICTURE


def test_behind_a_proxy_nobody_is_asked(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy would look the name up, and nobody could judge where to; this machine needs none."""
    monkeypatch.setenv("HTTP_PROXY", gallery.url)
    gallery.answers["HEAD /a"] = 200, PNG
    assert look("http://pictures.example/a") == NoImageHead(
        asked=False, reason="behind a proxy nobody can tell where it leads"
    )
    assert asked(gallery) == []
    assert look(f"{gallery.url}/a") == PICTURE


def test_four_are_asked_at_once(gallery: Gallery) -> None:
    """Each of eight waits until four are there, and answers keep their addresses."""
    gallery.meet = threading.Barrier(4)
    for number in range(8):
        gallery.answers[f"HEAD /{number}"] = 200 + number, {}
    answers = look_at_images((f"{gallery.url}/{number}" for number in range(8)), may_ask=anywhere)
    assert answers == {
        f"{gallery.url}/{number}": ImageHead(status=200 + number, content_type=None, size_bytes=None)
        for number in range(8)
    }


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param("http://no-such-host.invalid/a", "the host's name is not known", id="no such name"),
        pytest.param("http://example.com:99999/", "it is no web address", id="no such port"),
        pytest.param(f"http://{'a' * 64}.invalid/", "it is no web address", id="no name"),
    ],
)
def test_an_address_that_leads_nowhere_says_why(address: str, reason: str) -> None:
    assert look(address) == NoImageHead(asked=True, reason=reason)


def test_a_server_that_does_not_answer_says_so() -> None:
    """A refused connection is told at once, silence after the time-out."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        answers = look_at_images([address], may_ask=anywhere, timeout_seconds=0.2)
    assert answers == {address: NoImageHead(asked=True, reason="no answer in time")}
    assert look(address) == NoImageHead(
        asked=True, reason="the host refused the connection or cannot be reached"
    )


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of pictures.example, signed by itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    path = tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
    command += ["-subj", "/CN=pictures.example", "-addext", "subjectAltName=DNS:pictures.example"]
    subprocess.run([*command, "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text() + (tmp_path / "certificate.pem.crt").read_text())
    return path


@pytest.mark.parametrize(
    ("host", "bundle", "trusted"),
    [
        pytest.param("pictures.example", "certificate.pem", True, id="trusted"),
        pytest.param("other.example", "certificate.pem", False, id="another's name"),
        pytest.param("pictures.example", None, False, id="signed by nobody"),
        pytest.param("pictures.example", ".", False, id="a folder of certificates"),
    ],
)
def test_a_certificate_is_checked_for_the_name(
    host: str,
    bundle: str | None,
    trusted: bool,
    certificate: Path,
    gallery: Gallery,
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though the connection goes to an IP address, the certificate has to be the name's."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    gallery.socket = tls.wrap_socket(gallery.socket, server_side=True)
    gallery.answers["HEAD /a"] = 200, PNG
    if bundle:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.parent / bundle))
    names(host, ["127.0.0.1"])
    answer = look(f"https://{host}:{gallery.port}/a")
    distrusted = NoImageHead(asked=True, reason="the host's TLS certificate is not to be trusted")
    assert answer == (PICTURE if trusted else distrusted)


def test_a_host_without_tls_is_told(gallery: Gallery) -> None:
    assert look(f"https://127.0.0.1:{gallery.port}/a") == NoImageHead(
        asked=True, reason="the TLS connection broke"
    )


def test_certificates_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "no-such.pem")
    with pytest.raises(SettingsRefused, match=r"no-such\.pem, which does not exist"):
        look_at_images([])


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_the_open_internet_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("127.255.0.1", id="loopback, far"),
        pytest.param("0.0.0.0", id="this host"),  # noqa: S104 - judged, not bound
        pytest.param("10.1.2.3", id="private 10"),
        pytest.param("172.31.255.1", id="private 172"),
        pytest.param("192.168.0.1", id="private 192"),
        pytest.param("100.64.0.1", id="shared by a provider"),
        pytest.param("169.254.169.254", id="link-local: a cloud's metadata"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("198.18.0.1", id="benchmarks"),
        pytest.param("224.0.0.251", id="multicast"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="IPv6 this host"),
        pytest.param("::1", id="IPv6 loopback"),
        pytest.param("fc00::1", id="IPv6 private"),
        pytest.param("fe80::1%eth0", id="IPv6 link-local"),
        pytest.param("fec0::1", id="IPv6 site-local"),
        pytest.param("ff0e::1", id="IPv6 multicast"),
        pytest.param("2001:db8::1", id="IPv6 documentation"),
        pytest.param("4000::1", id="IPv6 reserved"),
        pytest.param("::ffff:127.0.0.1", id="loopback in IPv6"),
        pytest.param("::127.0.0.1", id="loopback in old IPv6"),
        pytest.param("64:ff9b::a00:1", id="private behind NAT64"),
        pytest.param("2002:7f00:1::1", id="loopback behind 6to4"),
        pytest.param("2001:0:a00:1::1", id="Teredo"),
    ],
)
def test_nothing_inside_or_reserved_may_be_asked(address: str) -> None:
    assert not is_public(address)


def test_a_server_that_drips_is_not_waited_for() -> None:
    """Each byte comes in time, and the head has no end."""
    seen_enough = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not seen_enough.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=(server,))
        dripping.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        answers = look_at_images([address], may_ask=anywhere, timeout_seconds=0.2)
        seen_enough.set()
        dripping.join()
    assert answers == {address: NoImageHead(asked=True, reason="its server takes too long")}
