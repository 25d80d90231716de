"""Instagram's send API: one client per instance, outcomes instead of exceptions."""

from typing import Any

import httpx

from services.domain.outcome import NotSent, Outcome, Sent, Unknown, of_error

#: Seconds for one send; shorter than the time for which a delivery holds its item.
SEND_SECONDS = 10.0


class Instagram:
    """Sends messages of one account. The token travels in a header and in no message of ours."""

    def __init__(
        self,
        base_url: str,
        account_id: str,
        access_token: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/{account_id}/messages"
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=httpx.Timeout(SEND_SECONDS, connect=3.0),
            transport=transport,
        )

    def send_text(self, igsid: str, text: str) -> Outcome:
        """Send one bubble, once.

        Instagram has no idempotency key: what is not known to have failed is `Unknown`.
        """
        body = {"recipient": {"id": igsid}, "message": {"text": text}}
        try:
            answer = self._client.post(self._url, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return NotSent(f"Instagram could not be reached ({type(error).__name__})")
        except httpx.HTTPError as error:
            return Unknown(f"Instagram's answer was lost ({type(error).__name__})")
        return _outcome(answer)


def _outcome(answer: httpx.Response) -> Outcome:
    try:
        body: Any = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return of_error(answer.status_code, None, None)
    error = body.get("error")
    if isinstance(error, dict):
        return of_error(
            answer.status_code, _number(error.get("code")), _number(error.get("error_subcode"))
        )
    mid = body.get("message_id")
    if answer.is_success and isinstance(mid, str) and mid:
        return Sent(mid)
    return of_error(answer.status_code, None, None)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
