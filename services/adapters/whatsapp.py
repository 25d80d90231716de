"""WhatsApp's Cloud API towards one number: accepted is not delivered, that is told later."""

from collections.abc import Mapping
from typing import Any

import httpx

from services.adapters.graph import body_of, code_of
from services.adapters.http import pooled
from services.domain.alerting import Accepted, NotTaken

#: Codes after which another try may help (WhatsApp Business Platform documentation, Error codes).
TRANSIENT = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131056, 133004})


class WhatsApp:
    """Sends from one business number; never raises."""

    def __init__(
        self,
        base_url: str,
        number_id: str,
        token: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/{number_id}/messages"
        self._token = token
        self._client = pooled(transport)

    def send_template(
        self, to: str, name: str, language: str, text: str, note: str
    ) -> Accepted | NotTaken:
        """The approved template with `text` as its one parameter; `note` comes back in statuses."""
        parameters = [{"type": "text", "text": text}]
        template = {
            "name": name,
            "language": {"code": language},
            "components": [{"type": "body", "parameters": parameters}],
        }
        return self._post(to, {"type": "template", "template": template}, note)

    def send_text(self, to: str, text: str, note: str) -> Accepted | NotTaken:
        """Free text: only within 24 h of the receiver's own last message."""
        body = {"type": "text", "text": {"preview_url": False, "body": text}}
        return self._post(to, body, note)

    def _post(self, to: str, content: Mapping[str, Any], note: str) -> Accepted | NotTaken:
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to,
            **content,
            "biz_opaque_callback_data": note,
        }
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = self._client.post(self._url, json=body, headers=headers)
        except httpx.HTTPError as error:
            # A message that comes twice is better than none.
            return NotTaken(f"WhatsApp did not answer ({type(error).__name__}).", again=True)
        return _outcome(answer)


def _outcome(answer: httpx.Response) -> Accepted | NotTaken:
    code, _ = code_of(answer)
    if code is not None:
        return NotTaken(f"WhatsApp refused with error {code}.", again=code in TRANSIENT)
    messages = body_of(answer).get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        return Accepted(str(messages[0].get("id", "")))
    return NotTaken(f"WhatsApp answered HTTP {answer.status_code}.", again=answer.is_server_error)
