"""The entry points as the platform starts them."""

import subprocess
import sys
from pathlib import Path

import main
import services
from emulators.gateway import credentials
from functions import back_office
from services.bootstrap import preload
from tests.world import World

ROOT = Path(__file__).parents[1]
_URLS = {"PROCESS_MESSAGE_URL": "https://a.example", "DELIVER_URL": "https://b.example"}


def _start(code: str = "print('started')", **environ: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", **environ}
    command = [sys.executable, "-c", f"import main, sys; {code}"]
    return subprocess.run(  # noqa: S603 (our own interpreter and code)
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_without_a_target_nothing_is_built() -> None:
    assert _start().stdout == "started\n"


def test_a_missing_setting_stops_the_start_and_names_every_missing_one() -> None:
    started = _start(FUNCTION_TARGET="webhook", INSTAGRAM_PAGE_ID="1")
    assert started.returncode != 0
    last = started.stderr.strip().splitlines()[-1]
    for name in ("GOOGLE_CLOUD_PROJECT", "PROCESS_MESSAGE_URL", "INSTAGRAM_APP_SECRET"):
        assert name in last
    assert "INSTAGRAM_PAGE_ID" not in last


def test_the_webhook_starts_without_the_model_the_office_or_pydantic() -> None:
    code = (
        "import sys, functions.webhook, services.adapters.firestore.documents, "
        "services.adapters.cloud_tasks, services.ingest.service, services.ingest.echoes\n"
        "print([m for m in ('google.genai', 'admin', 'babel', 'pydantic', 'httpx', 'httpx2') "
        "if m in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 (our own interpreter and code)
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_an_instance_imports_its_clients_while_it_starts() -> None:
    heavy = ("google.cloud.firestore_v1", "google.cloud.tasks_v2", "google.genai", "httpx")
    code = f"print([m for m in {heavy} if m in sys.modules])"
    found = _start(code, **credentials.FIXED, **_URLS, FUNCTION_TARGET="webhook").stdout
    assert found == f"{[*heavy[:2]]}\n"


def test_the_office_is_built_without_the_model_that_only_some_of_its_buttons_ask() -> None:
    code = (
        "from services.bootstrap import services; services('back_office').office; "
        "print([m for m in ('admin', 'google.genai', 'httpx2') if m in sys.modules])"
    )
    hosts = ("FIRESTORE", "CLOUD_TASKS", "SECRET_MANAGER")
    local = {f"{name}_EMULATOR_HOST": "127.0.0.1:1" for name in hosts}
    environ = {**credentials.FIXED, **_URLS, **local, "GEMINI_API_KEY": "made-up"}
    started = _start(code, **environ, FUNCTION_TARGET="back_office")
    assert started.stdout == "['admin']\n", started.stderr


def test_every_entry_point_knows_what_it_imports() -> None:
    assert set(preload.MODULES) == set(main.ENTRY_POINTS)


def test_every_entry_point_is_a_function_of_main() -> None:
    for name in main.ENTRY_POINTS:
        assert callable(getattr(main, name))


def test_our_packages_are_not_shadowed() -> None:
    assert Path(str(services.__file__)).is_relative_to(ROOT)


def test_the_office_is_built_once_in_the_life_of_an_instance(world: World) -> None:
    def sign_in_page() -> tuple[int, int]:
        page = world.http.get(f"{world.stack.url}/back_office/sign-in")
        return page.status_code, back_office._app.cache_info().misses

    first, second = sign_in_page(), sign_in_page()
    assert first == second == (200, first[1])
