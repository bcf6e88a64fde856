"""The running interface against its own document: no 5xx, no answer the document does not know."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import CoveragePhaseConfig, GenerationConfig, PhasesConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from tests.api.conftest import Stack

from kaogong.api.openapi import document
from kaogong.security import Throttle

CHECKS = [schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = ["stream_live"]
EXAMPLES = 3  # beside those that schemathesis draws systematically from every schema

SCHEMA = schemathesis.openapi.from_dict(
    document(),
    config=SchemathesisConfig(
        projects=ProjectsConfig(
            default=ProjectConfig(
                generation=GenerationConfig(deterministic=True, no_shrink=True, database="none"),
                phases=PhasesConfig(coverage=CoveragePhaseConfig(unexpected_methods={"put", "trace"})),
            )
        )
    ),
)


@pytest.mark.req("F15")
@SCHEMA.exclude(operation_id=ENDLESS).parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_those_of_the_document(case: Any, stack: Stack, fuzzer: dict[str, str]) -> None:
    stack.platform.throttle = Throttle()  # wrong logins are part of the game, and every test has this address
    case.call_and_validate(base_url=stack.url, headers=fuzzer, checks=CHECKS, timeout=30)


@pytest.fixture
def fuzzer(stack: Stack) -> dict[str, str]:
    """An administrator of a tenant that nobody else looks at; a login of its own, as the test may end it."""
    login = "fuzz/admin"
    if login not in stack._clients:
        admin = stack.client()
        made = admin.post("/api/v1/tenants", json={"key": "fuzz", "name": "Fuzz"})
        if made.status_code == 201:
            stack.welcome(login, made.json()["password"])
    else:
        stack.forget(login)
    return {"authorization": stack.client(login).headers["authorization"]}
