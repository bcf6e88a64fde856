"""Secrets that must be handed out again, such as a PLC's password: kept sealed, so that the store alone gives nothing away."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kaogong.core.errors import KaogongError

SEALED = "sealed:1:"
NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM under one key of 32 bytes in base64. What is sealed opens only `about` the same thing: it cannot be moved to another place."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(base64.b64decode(key))

    def seal(self, text: str, about: str) -> str:
        """`text` as something that may be stored; differs each time."""
        nonce = os.urandom(NONCE_BYTES)
        return SEALED + base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())).decode()

    def open(self, sealed: str, about: str) -> str:
        """The text again; raises when the key is another or it was sealed about something else."""
        data = base64.b64decode(sealed.removeprefix(SEALED))
        try:
            return self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about.encode()).decode()
        except InvalidTag as err:
            raise KaogongError(
                f"What is kept sealed about {about} does not open with secrets/sealing_key of this home: enter it again.",
                code="seal_broken",
            ) from err
