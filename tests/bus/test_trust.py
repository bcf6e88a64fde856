"""Which certificate is believed at the other end."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from kaogong.bus import pinned, trusting
from kaogong.core.errors import ConfigInvalid

Authorities = tuple[trustme.CA, trustme.CA]


@pytest.fixture(scope="module")
def authorities() -> Authorities:
    """A root and what signs in its name."""
    root = trustme.CA()
    return root, root.create_child_ca()


@pytest.fixture
def greet(authorities: Authorities) -> Iterator[Callable[[ssl.SSLContext, str], bool]]:
    """Shake hands, in memory of nothing but a socket pair, with a listener that bears a name."""
    opened: list[socket.socket] = []

    def shake(context: ssl.SSLContext, name: str, issued: trustme.LeafCert | None = None) -> bool:
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        (issued or authorities[1].issue_cert(name)).configure_cert(server)
        here, there = socket.socketpair()
        opened.extend((here, there))

        def answer() -> None:
            try:
                server.wrap_socket(there, server_side=True).close()
            except OSError:
                there.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            context.wrap_socket(here, server_hostname="127.0.0.1").close()
        except ssl.SSLCertVerificationError:
            here.close()
            return False
        finally:
            thread.join()
        return True

    yield shake
    for one in opened:
        one.close()


def chain(file: Path, issued: trustme.LeafCert) -> Path:
    file.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    return file


@pytest.mark.req("K07")
def test_own_listener_is_believed_whatever_name_it_bears_and_nobody_else(
    tmp_path: Path, authorities: Authorities, greet: Callable[..., bool]
) -> None:
    mine = authorities[1].issue_cert("plant.example")
    for believe in (pinned, trusting):
        context = believe(chain(tmp_path / "mine.pem", mine))
        assert greet(context, "plant.example", mine)
        # The chain's authority has signed others as well; none of them is our listener.
        assert not greet(believe(tmp_path / "mine.pem"), "127.0.0.1")


@pytest.mark.req("K07")
def test_an_authority_is_believed_for_the_right_name_only(tmp_path: Path, authorities: Authorities, greet: Callable[..., bool]) -> None:
    authorities[0].cert_pem.write_to_path(tmp_path / "authority.pem")
    assert greet(trusting(tmp_path / "authority.pem"), "127.0.0.1")
    assert not greet(trusting(tmp_path / "authority.pem"), "plant.example")
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    assert not greet(trusting(tmp_path / "other.pem"), "127.0.0.1")


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"])
def test_a_file_without_a_certificate_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "no.pem").write_text(text)
    with pytest.raises(ConfigInvalid, match=r"no\.pem"):
        pinned(tmp_path / "no.pem")
