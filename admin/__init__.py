"""The back office: a Flask app in which the owner and the team read, answer and configure."""

from types import ModuleType

from flask import Flask, url_for
from werkzeug.exceptions import HTTPException

from admin import (
    access,
    account,
    answers,
    api,
    bot,
    composer,
    contact,
    conversation,
    dashboard,
    hours,
    ids,
    inbox,
    language,
    live,
    me,
    openers,
    operate,
    playground,
    present,
    prompt,
    security,
    settings,
    shelf,
    steps,
    team,
    translate,
    words,
)
from admin.desk import failed, refused
from services.errors import Rejected, Unavailable

#: Bytes of a request: a form with the longest texts.
LARGEST_FORM = 512 * 1024

NOUNS: tuple[ModuleType, ...] = (
    access, inbox, conversation, composer, live, contact, settings, account, answers, shelf,
    team, me, operate, playground, dashboard, api, bot, hours, prompt, openers, steps,
)  # fmt: skip


def create_app(session_secret: str, local: bool) -> Flask:
    """The app; every page but the sign-in needs a session.

    Each request brings the services that answer it, under `access.SERVICES` in its environment.
    """
    # functions-framework answers `/static/` itself, so that our files have another name.
    app = Flask(__name__, static_url_path="/assets")
    app.secret_key = session_secret
    app.config.update(
        LOCAL=local,
        SESSION_COOKIE_NAME="moca_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not local,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=access.SESSION,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    for words_of in (language, words, present, translate):
        words_of.register(app)
    for noun in NOUNS:
        app.register_blueprint(noun.blueprint)
    app.before_request(access.require_session)
    app.before_request(security.require_own_form)
    app.before_request(ids.require_good_ids)
    app.after_request(security.with_headers)
    app.register_error_handler(Rejected, refused)
    app.register_error_handler(Unavailable, refused)
    app.register_error_handler(HTTPException, failed)
    app.context_processor(security.form_token)
    app.jinja_env.globals["asset"] = lambda name: url_for("static", filename=name)
    return app
