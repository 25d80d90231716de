"""Media that people send: kept in memory and served as Meta's CDN serves it."""

from flask import Blueprint, Response, jsonify, request

from emulators.instagram.core import Core

_CDN_PATH = "/ig_messaging_cdn/"


def keep_media(core: Core, content_type: str, body: bytes, host: str) -> str:
    """Keep bytes; the address under which the CDN at `host` serves them."""
    with core.lock:
        asset_id = core.ids.attachment()
        core.media[asset_id] = (content_type, body)
    return f"{host.rstrip('/')}{_CDN_PATH}?asset_id={asset_id}&signature=local"


def media_routes(core: Core) -> Blueprint:
    """Keep raw bytes under a CDN-like URL; a plain GET needs no token, an unknown id is 403."""
    routes = Blueprint("media", __name__)

    @routes.post("/_sim/media")
    def keep() -> Response:
        content_type = request.content_type or "application/octet-stream"
        return jsonify(
            {"url": keep_media(core, content_type, request.get_data(), request.host_url)}
        )

    @routes.get(_CDN_PATH)
    def serve() -> Response:
        with core.lock:
            kept = core.media.get(request.args.get("asset_id", ""))
        if kept is None:
            return Response("URL signature expired", 403, mimetype="text/plain")
        content_type, body = kept
        return Response(body, content_type=content_type, headers={"Cache-Control": "no-store"})

    return routes
