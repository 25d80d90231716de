"""The deployment's settings: the only module that reads the environment."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.errors import ConfigError


def process_environment() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ  # noqa: TID251 (this is the module that may)


def function_target() -> str | None:
    """The entry point that the platform started this instance for."""
    return process_environment().get("FUNCTION_TARGET")


def _secret() -> str:
    return field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSettings:
    """One deployment. Secrets do not show in its repr."""

    account_id: str
    project: str
    tasks_location: str
    inbound_queue: str
    delivery_queue: str
    process_url: str
    deliver_url: str
    tasks_service_account: str
    access_token: str = _secret()
    verify_token: str = _secret()
    app_secrets: tuple[str, ...] = field(default=(), repr=False)
    app_names: tuple[str, ...] = ()  #: the app that each of the secrets belongs to
    gemini_api_key: str = _secret()
    service_token: str = _secret()
    admin_token: str = _secret()
    session_secret: str = _secret()
    instagram_url: str = "https://graph.instagram.com/v26.0"
    page_id: str = ""  #: the Facebook page that speaks for the account, on the Messenger platform
    whatsapp_url: str = "https://graph.facebook.com/v26.0"
    whatsapp_token: str = _secret()
    whatsapp_number_id: str = ""
    whatsapp_template: str = ""
    whatsapp_language: str = "en_US"
    manager_number: str = field(default="", repr=False)
    gemini_url: str = ""
    vertex_location: str = ""
    spond_url: str = "https://api.spond.com"
    spond_username: str = ""
    spond_group: str = ""
    spond_password: str = _secret()
    public_url: str = ""
    iap_audience: str = ""  #: this office as the Identity-Aware Proxy calls it; empty: no proxy
    iap_keys_url: str = "https://www.gstatic.com/iap/verify/public_key"
    firestore_host: str = ""
    tasks_host: str = ""
    secrets_host: str = ""
    clock_margin_seconds: float = 2

    @property
    def page_app_secret(self) -> str:
        """The secret with which calls for a page are proven: the Meta app's."""
        named = zip(self.app_names, self.app_secrets, strict=False)
        return next((secret for name, secret in named if name == "meta"), "")

    @property
    def local(self) -> bool:
        """Whether the queue is the one on this machine."""
        return bool(self.tasks_host)


#: Field → the variable that fills it, for those that every function needs.
_REQUIRED = {
    "account_id": "INSTAGRAM_PAGE_ID",
    "project": "GOOGLE_CLOUD_PROJECT",
    "process_url": "PROCESS_MESSAGE_URL",
    "deliver_url": "DELIVER_URL",
    "tasks_service_account": "TASKS_SERVICE_ACCOUNT",
}

_DEFAULTS = {
    "tasks_location": ("CLOUD_TASKS_LOCATION", "europe-west1"),
    "inbound_queue": ("CLOUD_TASKS_QUEUE", "dm-processing"),
    "delivery_queue": ("DELIVERY_QUEUE", "dm-delivery"),
    "instagram_url": ("INSTAGRAM_API_BASE_URL", "https://graph.instagram.com/v26.0"),
    "page_id": ("FACEBOOK_PAGE_ID", ""),
    "whatsapp_url": ("WHATSAPP_API_BASE_URL", "https://graph.facebook.com/v26.0"),
    "whatsapp_number_id": ("WHATSAPP_PHONE_NUMBER_ID", ""),
    "whatsapp_template": ("WHATSAPP_TEMPLATE", ""),
    "whatsapp_language": ("WHATSAPP_TEMPLATE_LANGUAGE", "en_US"),
    "manager_number": ("MANAGER_WHATSAPP_NUMBER", ""),
    "gemini_url": ("GOOGLE_GEMINI_BASE_URL", ""),
    "vertex_location": ("VERTEX_AI_LOCATION", ""),
    "spond_url": ("SPOND_API_BASE_URL", "https://api.spond.com"),
    "spond_username": ("SPOND_USERNAME", ""),
    "spond_group": ("SPOND_GROUP_ID", ""),
    "public_url": ("PUBLIC_BASE_URL", ""),
    "iap_audience": ("IAP_AUDIENCE", ""),
    "iap_keys_url": ("IAP_KEYS_URL", "https://www.gstatic.com/iap/verify/public_key"),
    "firestore_host": ("FIRESTORE_EMULATOR_HOST", ""),
    "tasks_host": ("CLOUD_TASKS_EMULATOR_HOST", ""),
    "secrets_host": ("SECRET_MANAGER_EMULATOR_HOST", ""),
}

_SECRETS = {
    "access_token": "INSTAGRAM_ACCESS_TOKEN",
    "whatsapp_token": "WHATSAPP_ACCESS_TOKEN",
    "verify_token": "INSTAGRAM_VERIFY_TOKEN",
    "gemini_api_key": "GEMINI_API_KEY",
    "spond_password": "SPOND_PASSWORD",
    "service_token": "INTERNAL_SERVICE_TOKEN",
    "admin_token": "ADMIN_TOKEN",
    "session_secret": "SESSION_SECRET",
}

#: Which secrets a function cannot do without: it starts with these or not at all.
_NEEDED_BY = {
    "webhook": ("INSTAGRAM_VERIFY_TOKEN", "INSTAGRAM_APP_SECRET"),
    "deliver": ("INSTAGRAM_ACCESS_TOKEN",),
    "internal_api": ("INTERNAL_SERVICE_TOKEN",),
    "privacy": ("INSTAGRAM_APP_SECRET", "PUBLIC_BASE_URL"),
    "back_office": ("ADMIN_TOKEN", "SESSION_SECRET"),
}


def from_environment(environ: Mapping[str, str], function: str) -> DeploymentSettings:
    """The settings of `function`.

    Raises `ConfigError` that names every variable that is missing or wrong, at once.
    """
    value = {name: text.strip() for name, text in environ.items() if text.strip()}
    apps = apps_of(value, "instagram") + apps_of(value, "meta")
    app_secrets = tuple(secret for _, secret in apps)
    problems = [f"{name} is missing" for name in _missing(value, function, app_secrets)]
    problems += _misshapen(value)
    if problems:
        raise ConfigError(
            f"Cannot start {function}: {'; '.join(problems)}. "
            "Set them in the function's environment; .env.example says what each is for."
        )
    return DeploymentSettings(
        **{field_: value[name] for field_, name in _REQUIRED.items()},
        **{field_: value.get(name, otherwise) for field_, (name, otherwise) in _DEFAULTS.items()},
        **{field_: value.get(name, "") for field_, name in _SECRETS.items()},
        app_secrets=app_secrets,
        app_names=tuple(name for name, _ in apps),
        clock_margin_seconds=0 if "CLOUD_TASKS_EMULATOR_HOST" in value else 2,
    )


def _missing(value: Mapping[str, str], function: str, app_secrets: Sequence[str]) -> Iterator[str]:
    known = {*value, *(("INSTAGRAM_APP_SECRET",) if app_secrets else ())}
    wanted = (*_REQUIRED.values(), *_NEEDED_BY.get(function, ()))
    return (name for name in wanted if name not in known)


def _misshapen(value: Mapping[str, str]) -> Iterator[str]:
    for name in ("PROCESS_MESSAGE_URL", "DELIVER_URL", "INSTAGRAM_API_BASE_URL"):
        if not value.get(name, "http://").startswith(("http://", "https://")):
            yield f"{name} is not an http(s) URL"
    if not value.get("INSTAGRAM_PAGE_ID", "0").isdecimal():
        yield "INSTAGRAM_PAGE_ID is not a number"


def apps_of(value: Mapping[str, str], family: str) -> tuple[tuple[str, str], ...]:
    """App names and secrets of `INSTAGRAM_APP_SECRET` or `META_APP_SECRET`, by their `family`.

    `name=secret` says that it is another app's than its family's.
    """
    listed = value.get(f"{family.upper()}_APP_SECRET", "").split(",")
    parts = (part.strip() for part in listed)
    return tuple(
        (name.strip(), secret.strip()) if equals and secret else (family, name + equals)
        for name, equals, secret in (part.partition("=") for part in parts if part)
    )
