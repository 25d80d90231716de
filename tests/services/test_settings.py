"""The deployment's settings: everything that is wrong is named at once."""

import pytest

from services.errors import ConfigError
from services.settings import from_environment

COMPLETE = {
    "INSTAGRAM_PAGE_ID": "17841400000000001",
    "GOOGLE_CLOUD_PROJECT": "shop",
    "PROCESS_MESSAGE_URL": "https://process.example",
    "DELIVER_URL": "https://deliver.example",
    "TASKS_SERVICE_ACCOUNT": "tasks@shop.iam.gserviceaccount.com",
    "INSTAGRAM_VERIFY_TOKEN": "v",
    "INSTAGRAM_APP_SECRET": "s1, s2",
    "META_APP_SECRET": "s3",
}


def test_every_missing_name_is_in_one_message() -> None:
    with pytest.raises(ConfigError) as error:
        from_environment({}, "webhook")
    for name in (*list(COMPLETE)[:7],):
        assert name in str(error.value)


def test_wrong_values_are_named_too() -> None:
    wrong = COMPLETE | {"INSTAGRAM_PAGE_ID": "my-page", "DELIVER_URL": "deliver"}
    with pytest.raises(ConfigError, match=r"DELIVER_URL.*INSTAGRAM_PAGE_ID"):
        from_environment(wrong, "webhook")


def test_a_function_asks_only_for_the_secrets_it_needs() -> None:
    with pytest.raises(ConfigError, match="ADMIN_TOKEN"):
        from_environment(COMPLETE, "back_office")
    assert from_environment(COMPLETE, "sweep").account_id == "17841400000000001"


def test_app_secrets_are_lists_for_rotation() -> None:
    assert from_environment(COMPLETE, "webhook").app_secrets == ("s1", "s2", "s3")


def test_secrets_do_not_show_in_the_repr() -> None:
    settings = from_environment(COMPLETE | {"ADMIN_TOKEN": "very-secret"}, "webhook")
    assert "very-secret" not in repr(settings)
    assert "s1" not in repr(settings)
