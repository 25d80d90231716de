"""Instagram's messaging API in both flavours; one client per instance.

With Instagram login the account speaks for itself (graph.instagram.com). On the Messenger
platform a page speaks for it (graph.facebook.com), and the app proves that it knows its secret.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

import httpx

from services.adapters.graph import Graph, TokenSource, body_of, code_of, usage_of
from services.adapters.graph_history import heard_in, summary_of
from services.adapters.http import pooled
from services.domain.call import Action, Call, HistoryMessage, ThreadSummary
from services.domain.files import File
from services.domain.graph_errors import not_reached, of_error
from services.domain.outcome import Answer, NotSent, Outcome, Sent, Unknown
from services.domain.text import Text
from services.errors import Unavailable

#: Fields that a person's profile may have (Instagram Platform documentation, User profile).
PROFILE_FIELDS = (
    "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,"
    "is_verified_user"
)
_HISTORY = "id,created_time,from,message,attachments"
#: Pages of a listing that one reading follows.
MOST_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """How the two APIs differ."""

    name: Literal["instagram_login", "messenger"] = "instagram_login"
    page_id: str = ""  #: on the Messenger platform: who speaks for the account
    app_secret: str = field(default="", repr=False)  #: on the Messenger platform


class Instagram:
    """Everything that Moca asks of Instagram, for any account whose token is known."""

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        *,
        flavour: Flavour | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._flavour = flavour or Flavour()
        self._graph = Graph(
            base_url, tokens, pooled(transport), app_secret=self._flavour.app_secret
        )

    # Sending: outcomes instead of exceptions

    def send(self, account_id: str, call: Call) -> Answer:
        """One message or reaction, once.

        Instagram has no idempotency key: what is not known to have failed is `Unknown`.
        """
        return (
            self.send_reaction(account_id, call)
            if call.reaction
            else self.send_message(account_id, call)
        )

    def send_message(self, account_id: str, call: Call) -> Answer:
        """A text or an attachment; the outcome holds the mid."""
        return self._post(account_id, message_body(call, self._flavour.name), needs_mid=True)

    def send_reaction(self, account_id: str, call: Call) -> Answer:
        """An emoji on a message; doing it twice is doing it once, so that no outcome is lost."""
        body = {
            "recipient": {"id": call.igsid},
            "sender_action": "react",
            "payload": {"message_id": call.target_mid, "reaction": call.reaction},
        }
        answer = self._post(account_id, body, needs_mid=False)
        if isinstance(answer.outcome, Unknown):
            return Answer(NotSent(answer.outcome.reason), answer.usage)
        return answer

    def act(self, account_id: str, igsid: str, action: Action) -> bool:
        """Show typing or seen; whether Instagram took it. Never raises: it is only for show."""
        body = {"recipient": {"id": igsid}, "sender_action": action}
        try:
            answer = self._graph.send("POST", account_id, self._path(account_id), json=body)
        except (httpx.HTTPError, Unavailable):
            return False
        return answer.is_success

    def _post(self, account_id: str, body: Mapping[str, Any], *, needs_mid: bool) -> Answer:
        try:
            answer = self._graph.send("POST", account_id, self._path(account_id), json=body)
        except Unavailable:
            return Answer(not_reached(Text("no access token")))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Answer(not_reached(type(error).__name__))
        except httpx.HTTPError as error:
            kind = type(error).__name__
            return Answer(Unknown(Text("Instagram's answer was lost (%(kind)s).", kind=kind)))
        return Answer(_outcome(answer, needs_mid=needs_mid), usage_of(answer))

    def upload_file(self, account_id: str, file: File) -> str:
        """Give Instagram a file for later sends; its attachment id.

        Raises `GraphRefused` or `Unavailable`.
        """
        attachment = {"type": file.sort, "payload": {"is_reusable": True}}
        form = {"message": json.dumps({"attachment": attachment})}
        if self.on_messenger:
            form["platform"] = "instagram"
        answer = self._graph.read(
            "POST",
            account_id,
            f"{self._speaker(account_id)}/message_attachments",
            data=form,
            files={"filedata": (file.plain_name, file.content, file.mime_type)},
        )
        attachment_id = str(answer.get("attachment_id") or "")
        if not attachment_id:
            raise Unavailable(Text("Instagram's answer held no attachment id."))
        return attachment_id

    # Reading: `GraphRefused` with the numbers, or `Unavailable`

    def get_user_profile(self, account_id: str, igsid: str) -> Mapping[str, Any]:
        """A person's profile, with what Instagram gives of `PROFILE_FIELDS`."""
        return self._graph.read("GET", account_id, igsid, params={"fields": PROFILE_FIELDS})

    def get_message(self, account_id: str, mid: str) -> HistoryMessage:
        """One message by its mid."""
        path = quote(mid, safe="")  # it came from outside
        answer = self._graph.read("GET", account_id, path, params={"fields": _HISTORY})
        heard = heard_in({"data": [{**answer, "id": mid}]})
        if not heard:
            raise Unavailable(Text("Instagram's answer held no message."))
        return heard[0]

    def get_thread_messages(self, account_id: str, igsid: str) -> Sequence[HistoryMessage]:
        """What was said in a person's conversation, newest first; one call, the newest page."""
        query = {
            "platform": "instagram",
            "user_id": igsid,
            "fields": f"id,updated_time,messages{{{_HISTORY}}}",
        }
        path = f"{self._speaker(account_id)}/conversations"
        answer = self._graph.read("GET", account_id, path, params=query)
        threads = answer.get("data") or []
        return [heard for thread in threads for heard in heard_in(thread.get("messages") or {})]

    def get_threads(self, account_id: str) -> Iterator[Sequence[ThreadSummary]]:
        """The account's conversations, last active first; a call a page, as far as it is read."""
        query = {"platform": "instagram", "fields": "id,updated_time,participants"}
        path = f"{self._speaker(account_id)}/conversations"
        ours = {account_id, self._flavour.page_id}
        for page in self._pages(account_id, path, query):
            found = [summary_of(thread, ours) for thread in page]
            yield [summary for summary in found if summary is not None]

    def _pages(
        self, account_id: str, path: str, query: Mapping[str, str]
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        after: str | None = None
        for _ in range(MOST_PAGES):
            params = {**query, **({"after": after} if after else {})}
            answer = self._graph.read("GET", account_id, path, params=params)
            yield [item for item in answer.get("data") or [] if isinstance(item, dict)]
            paging = answer.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            if not after or "next" not in paging:
                return

    # The account itself

    @property
    def on_messenger(self) -> bool:
        """Whether a page speaks for the account."""
        return self._flavour.name == "messenger"

    def identity(self, account_id: str) -> tuple[str, str]:
        """The account's name and its id for this app, which Meta's callbacks carry."""
        found = self._graph.read("GET", account_id, "me", params={"fields": "id,username"})
        return str(found.get("username") or found.get("name") or ""), str(found.get("id", ""))

    def forget_token(self, account_id: str) -> None:
        """Use the stored token from now on."""
        self._graph.forget_token(account_id)

    def whose(self, token: str) -> tuple[str, str]:
        """Account id and username of a token that is not in use yet."""
        found = self._graph.account_of(token, "user_id,username")
        return str(found.get("user_id") or found.get("id") or ""), str(found.get("username", ""))

    def refresh_token(self, account_id: str) -> tuple[str, float]:
        """A new token for the account and its life in seconds; the old one goes on living."""
        answer = self._graph.refreshed(account_id)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int | float):
            raise Unavailable(Text("Instagram's answer held no token."))
        return token, float(seconds)

    def subscribed_fields(self, account_id: str) -> frozenset[str]:
        """The webhook fields that the account sends us."""
        path = f"{self._speaker(account_id)}/subscribed_apps"
        answer = self._graph.read("GET", account_id, path)
        apps = [app for app in answer.get("data") or [] if isinstance(app, dict)]
        return frozenset(str(name) for app in apps for name in app.get("subscribed_fields") or ())

    def subscribe(self, account_id: str, fields: Sequence[str]) -> None:
        """Ask for these webhook fields."""
        path = f"{self._speaker(account_id)}/subscribed_apps"
        query = {"subscribed_fields": ",".join(fields)}
        self._graph.read("POST", account_id, path, params=query)

    def messenger_profile(self, account_id: str, name: str) -> Sequence[Mapping[str, Any]]:
        """What is set of `ice_breakers` or `persistent_menu`, one entry a locale.

        Answers come in two shapes: the entries themselves, or wrapped in the field's name.
        """
        query = {"fields": name, "platform": "instagram"}
        path = f"{self._speaker(account_id)}/messenger_profile"
        answer = self._graph.read("GET", account_id, path, params=query)
        rows = [row for row in answer.get("data") or [] if isinstance(row, dict)]
        wrapped = [entry for row in rows for entry in row.get(name) or ()]
        entries = wrapped or [row for row in rows if "call_to_actions" in row]
        return [entry for entry in entries if isinstance(entry, dict)]

    def set_messenger_profile(
        self, account_id: str, name: str, entries: Sequence[Mapping[str, Any]]
    ) -> None:
        """Replace it; without entries it is removed."""
        path = f"{self._speaker(account_id)}/messenger_profile"
        body: dict[str, Any] = {"platform": "instagram"}
        method = "POST" if entries else "DELETE"
        body |= {name: list(entries)} if entries else {"fields": [name]}
        self._graph.read(method, account_id, path, json=body)

    def _speaker(self, account_id: str) -> str:
        return self._flavour.page_id or account_id

    def _path(self, account_id: str) -> str:
        return f"{self._speaker(account_id)}/messages"


def message_body(call: Call, flavour: str) -> dict[str, Any]:
    """The JSON of a message: text or attachment, never both (Send messages)."""
    message: dict[str, Any] = {}
    if call.attachment is not None:
        message["attachment"] = _attachment(call.attachment)
    else:
        message["text"] = call.text
    if call.quick_replies:
        message["quick_replies"] = [{"content_type": "text", **r} for r in call.quick_replies]
    body: dict[str, Any] = {"recipient": {"id": call.igsid}, "message": message}
    if call.reply_to_mid:
        body["reply_to"] = {"mid": call.reply_to_mid}
    if call.human_agent:
        body |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    elif flavour == "messenger":
        body["messaging_type"] = "RESPONSE"
    return body


def _attachment(attachment: Mapping[str, Any]) -> dict[str, Any]:
    kind = attachment.get("type")
    payload = attachment.get("payload")
    if payload is None and attachment.get("url"):
        payload = {"url": attachment["url"]}
    return {"type": kind, **({"payload": payload} if payload else {})}


def _outcome(answer: httpx.Response, *, needs_mid: bool) -> Outcome:
    body = body_of(answer)
    if "error" in body or not answer.is_success:
        return of_error(answer.status_code, *code_of(answer), usage_of(answer))
    mid = body.get("message_id")
    if isinstance(mid, str) and mid:
        return Sent(mid)
    if not needs_mid and body.get("recipient_id"):
        return Sent(None)
    return of_error(answer.status_code, None, None)
