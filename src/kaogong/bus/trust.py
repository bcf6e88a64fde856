"""Which certificate is believed at the other end of a TLS connection."""

import re
import ssl
from pathlib import Path

from kaogong.core.errors import ConfigInvalid

BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def pinned(certificate: Path) -> ssl.SSLContext:
    """Believe a listener of this installation: its own certificate alone, whatever name it bears.

    The processes of one installation meet on loopback, whose name is in no certificate; the certificate itself is the proof.
    """
    context = _believing(certificate)
    context.check_hostname = False
    return context


def trusting(file: Path) -> ssl.SSLContext:
    """Believe what a person put into `file`: an authority's certificate, whose names are checked, or a listener's own."""
    context = _believing(file)
    context.check_hostname = context.cert_store_stats()["x509_ca"] > 0
    return context


def _believing(file: Path) -> ssl.SSLContext:
    # Of a chain only the first: whoever else an authority in between has signed is not the one we mean.
    try:
        first = BLOCK.search(file.read_text(encoding="ascii", errors="replace"))
        if first is None:
            raise ConfigInvalid(f"{file} holds no PEM certificate.", code="certificate_unreadable", file=str(file))
        context = ssl.create_default_context(cadata=first[0])
    except (OSError, ssl.SSLError) as err:
        raise ConfigInvalid(f"{file} cannot be read as a PEM certificate: {err}.", code="certificate_unreadable", file=str(file)) from err
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
