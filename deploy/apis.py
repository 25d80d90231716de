"""The services of Google Cloud that the project must be allowed to use."""

from deploy import wanted
from deploy.gcloud import note, step
from deploy.request import Request


def ensure(request: Request) -> None:
    """Every API is enabled, in one call."""
    step("APIs")
    enabled = {
        service["config"]["name"]
        for service in request.gcloud.listed("services", "list", "--enabled")
    }
    vertex = ("aiplatform.googleapis.com",) if request.values.get("VERTEX_AI_LOCATION") else ()
    missing = [api for api in (*wanted.APIS, *vertex) if api not in enabled]
    if missing:
        request.gcloud.change("services", "enable", *missing)
    else:
        note("= enabled")
