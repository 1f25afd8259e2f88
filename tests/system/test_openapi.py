"""Whatever the OpenAPI document allows, and what it forbids, asked of a running hub.

Owns one seeded pass of schemathesis over every operation. The hub may refuse, but only as its
document says, and it never fails.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import CacheConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.hub_access import HEADERS
from tests.hub_process import HubProcess, hub

__all__ = ["hub"]

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(240)]

NOTHING_KEPT = SchemathesisConfig(cache=CacheConfig(enabled=False))

ENDLESS = {"/api/v1/stream"}

METHODS = {"get", "post", "put", "delete"}

EXAMPLES = 3
"""Per operation: some fit the document, some do not."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_no_request_of_the_document_makes_the_hub_fail(hub: HubProcess) -> None:
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    with requests.Session() as session:
        document = session.get(f"{hub.url}api/v1/openapi.json").json()
        schema = schemathesis.openapi.from_dict(document, config=NOTHING_KEPT)
        asked = 0
        for found in schema.get_all_operations():
            operation: Any = found.ok()
            if operation.path not in ENDLESS:
                asked += 1
                ask(operation, hub.url.rstrip("/"), session)
    documented = [
        method for methods in document["paths"].values() for method in methods if method in METHODS
    ]
    assert asked == len(documented) - len(ENDLESS)


def ask(operation: Any, url: str, session: requests.Session) -> None:
    """A few requests to one operation, the same in every run."""
    modes = [operation.as_strategy(GenerationMode.POSITIVE)]
    if operation.body:
        modes.append(operation.as_strategy(GenerationMode.NEGATIVE))

    @settings(
        max_examples=EXAMPLES if operation.body else 1,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(modes))
    def each(case: Any) -> None:
        answer = case.call(base_url=url, session=session, headers=HEADERS)
        case.validate_response(answer, checks=CHECKS)

    each()
