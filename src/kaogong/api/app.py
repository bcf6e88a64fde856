"""The HTTP interface as one ASGI application."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from kaogong import __version__
from kaogong.api import routes as routes_package
from kaogong.api.envelope import Envelope, Meter
from kaogong.api.errors import Problem, answers, install
from kaogong.api.meter import PrometheusMeter
from kaogong.api.platform import Platform
from kaogong.api.shapes.readings import LiveSample
from kaogong.api.static import Console

PREFIX = "/api/v1"
AT_ROOT = ("health",)  # supervisors, load balancers and Prometheus look for them there


def create_app(platform: Platform | None) -> FastAPI:
    """The application around `platform`; None for its OpenAPI document alone."""
    app = FastAPI(
        title="Kaogong",
        version=__version__,
        description="The HTTP interface of an industrial internet platform. Errors are RFC 9457 problems with a stable `code`.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    app.state.platform = platform
    for name in sorted(module.name for module in iter_modules(routes_package.__path__)):
        router: APIRouter = import_module(f"kaogong.api.routes.{name}").router
        if name in AT_ROOT:
            app.include_router(router)
        else:
            app.include_router(router, prefix=PREFIX, responses=answers(400, 401, 403, 422, 503))
    install(app)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    meter: Meter = platform.meter if platform else PrometheusMeter()
    app.add_middleware(Envelope, meter=meter, secure=bool(platform and platform.secure))
    app.router.default = Console(platform.console if platform else None)
    return app


def document_of(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document, with the shapes that no route names itself."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for model in (Problem, LiveSample):
            schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[model.__name__] = schema
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path in document["paths"].values():
            for operation in path.values():
                if "requestBody" in operation:
                    operation["responses"].setdefault("413", answers(413)[413])
        app.openapi_schema = document
    return app.openapi_schema
