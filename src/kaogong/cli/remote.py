"""The running platform as the commands reach it: through its HTTP interface, like everybody else."""

import json
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import httpx2
import typer

from kaogong.core.errors import AuthRejected, ConfigInvalid, Conflict, Denied, KaogongError, Missing, NotReady, Overloaded, TooLarge
from kaogong.settings import Settings

Home = Annotated[Path, typer.Option(help="Home folder of the platform.")]
Login = Annotated[str | None, typer.Option(help="Who asks, as tenant/name; unset: the administrator of this home.")]
TokenFile = Annotated[Path | None, typer.Option(help="A file that holds a machine token, instead of a login.")]
DEFAULT_HOME = Path("kaogong-home")

KINDS: Mapping[int, type[KaogongError]] = {
    401: AuthRejected,
    403: Denied,
    404: Missing,
    409: Conflict,
    413: TooLarge,
    422: ConfigInvalid,
    429: Overloaded,
    503: NotReady,
}


class Remote:
    """A signed-in client; every failure is one of our errors and says what to do."""

    def __init__(self, home: Path, login: str | None, token_file: Path | None) -> None:
        self.home = home
        self.ready = _ready(home)
        self.http = httpx2.Client(base_url=self.ready["http"], timeout=60, verify=_trust(home, self.ready["http"]), trust_env=False)
        self.login = login or f"{self.ready['tenant']}/{self.ready['admin_user']}"
        self.known_password = ""
        self._token_file = token_file

    def __enter__(self) -> Self:
        try:
            self.http.headers["authorization"] = f"Bearer {self._secret(self._token_file)}"
        except KaogongError:
            self.http.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    @property
    def is_administrator(self) -> bool:
        """Whether this is the administrator whose password is kept in the home folder."""
        return self.login == f"{self.ready['tenant']}/{self.ready['admin_user']}"

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """The JSON answer of `/api/v1{path}`."""
        try:
            answer = self.http.request(method, f"/api/v1{path}", **options)
        except httpx2.HTTPError as err:
            raise NotReady(f"The platform at {self.ready['http']} does not answer: {err or type(err).__name__}.", code="no_answer") from err
        if answer.is_error:
            raise self.failure(answer)
        return answer.json()

    def pages(self, path: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        cursor = None
        while True:
            page = self.ask("GET", path, params={key: value for key, value in params.items() if value is not None} | _cursor(cursor))
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def failure(self, answer: httpx2.Response) -> KaogongError:
        """The answer's problem as one of our errors."""
        try:
            problem = answer.json()
            detail, code = str(problem["detail"]), str(problem["code"])
        except (ValueError, KeyError, TypeError):
            detail, code = f"The platform answers {answer.status_code}: {answer.text[:200]}", "unreadable"
        if code == "password_change_required":
            name = self.login.rpartition("/")[2]
            detail = (
                f"The first password of {self.login} must be changed before anything else: kaogong user password {name} --home {self.home}"
            )
        return KINDS.get(answer.status_code, KaogongError)(detail, code=code)

    def _secret(self, token_file: Path | None) -> str:
        if token_file is not None:
            if not token_file.is_file():
                raise ConfigInvalid(f"There is no file {token_file}.", field="token-file")
            return token_file.read_text(encoding="utf-8").strip()
        self.known_password = self._password()
        try:
            return self._sign_in()
        except AuthRejected:
            if not self.is_administrator or not sys.stdin.isatty():
                raise
            # Somebody changed it in the console, where nobody writes it to a file.
            file = self.ready["admin_password_file"]
            self.known_password = self._ask_password(f"{file} holds a former password. Password of {self.login}")
            return self._sign_in()

    def _sign_in(self) -> str:
        form = {"username": self.login, "password": self.known_password}
        return str(self.ask("POST", "/auth/token", data=form)["access_token"])

    def _password(self) -> str:
        file = Path(self.ready["admin_password_file"])
        if self.is_administrator and file.exists():
            return file.read_text(encoding="utf-8").strip()
        return self._ask_password(f"Password of {self.login}")

    def _ask_password(self, prompt: str) -> str:
        if not sys.stdin.isatty():
            raise AuthRejected(f"No password for {self.login}: run this in a terminal, or give --token-file.", code="password_missing")
        return str(typer.prompt(prompt, hide_input=True))


def _cursor(cursor: str | None) -> dict[str, str]:
    return {} if cursor is None else {"cursor": cursor}


def _ready(home: Path) -> dict[str, str]:
    file = home / "ready.json"
    if not file.exists():
        raise NotReady(f"No platform is running in {home}. Start it: kaogong up --home {home}", code="not_running")
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _trust(home: Path, address: str) -> ssl.SSLContext | bool:
    certificate = Settings.load(home).http.tls_certificate if address.startswith("https:") else None
    if certificate is None:
        return True
    from kaogong.bus import pinned  # noqa: PLC0415  # most commands speak HTTP alone

    return pinned(certificate)
