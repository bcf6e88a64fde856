"""Nkeys: the key pairs by which the platform's processes sign in and the gate signs what it admits."""

import secrets
from typing import NamedTuple

import nkeys


class KeyPair(NamedTuple):
    """`seed` is the secret; `public` may be shown."""

    seed: str
    public: str


def new_user_key() -> KeyPair:
    """A key pair for one of the platform's own users."""
    return key_pair(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER).decode())


def new_account_key() -> KeyPair:
    """A key pair that signs users into an account."""
    return key_pair(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_ACCOUNT).decode())


def key_pair(seed: str) -> KeyPair:
    """The pair that belongs to `seed`."""
    return KeyPair(seed, nkeys.from_seed(bytearray(seed.encode())).public_key.decode())


class Signer:
    """Signs with one key pair, its seed decoded once."""

    def __init__(self, seed: str) -> None:
        self._keys = nkeys.from_seed(bytearray(seed.encode()))
        self.public: str = self._keys.public_key.decode()

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of `data`."""
        signature: bytes = self._keys.sign(data)
        return signature
