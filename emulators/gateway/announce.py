"""What `./dev up` says once everything answers."""

from typing import TYPE_CHECKING

from emulators.gateway import credentials, deployed

if TYPE_CHECKING:
    from emulators.gateway.local import LocalStack


def addresses(stack: "LocalStack") -> str:
    """Every address and every fixed credential."""
    url, instagram, gemini = stack.url, stack.instagram_url, stack.gemini_url
    functions = " ".join(f"/{name}" for name in deployed.ENTRY_POINTS)
    return f"""
Moca is up. Ctrl-C ends all of it.

  The phone    {url}/   chat, and watch the system work
  Back office  {url}/back_office/   sign in with the admin token, {credentials.ADMIN_TOKEN}
  Functions    {url}   {functions}
  Firestore    {stack.firestore.address}   gRPC
  Cloud Tasks  {stack.tasks_address}   gRPC, and Secret Manager
  Instagram    {instagram}   Graph API, WhatsApp, Spond; control API below /_sim
  Gemini       {gemini}   control API below /_sim

Fixed credentials, which exist only here:
  project {credentials.PROJECT}   account id {credentials.ACCOUNT_ID}
  app secret {credentials.APP_SECRET}   verify token {credentials.VERIFY_TOKEN}
  access token {credentials.ACCESS_TOKEN}
  service token {credentials.SERVICE_TOKEN} (internal API)
"""


def pace(*, seeded: bool) -> str:
    """How fast the local run answers."""
    if not seeded:
        return "Settings: kept as they were stored (settings/default).\n"
    return (
        "Quick for you: starts with a delay of 1 to 2 s, a debounce of 1 s and a cooldown of 2 s\n"
        "(deployed: 5 to 15 s, 4 s, 7 s); they are settings/default in the local Firestore.\n"
    )


def outside(firestore_host: str, gemini_key: str) -> str:
    """What leads off this machine's own emulators, loudly; empty if nothing does."""
    lines = []
    if firestore_host:
        lines.append(
            f"FIRESTORE_EMULATOR_HOST is set: documents live in {firestore_host}, not here."
        )
    if gemini_key:
        lines.append("GEMINI_API_KEY is set: THE REAL MODEL ANSWERS, and it costs your quota.")
    if not lines:
        return ""
    bar = "!" * max(map(len, lines))
    return "\n".join((bar, *lines, bar)) + "\n"
