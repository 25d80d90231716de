"""The scripts bring a project from nothing to the declared state, and only there."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from deploy import accounts, budget, monitoring, undo, wanted
from deploy.request import Request
from devtools.stop import Stop
from tests.deploy.conftest import SECRETS, Project

Step = Callable[..., Request]
Run = tuple[Project, "subprocess.CompletedProcess[str]"]


def test_an_empty_project_gets_everything_that_is_declared(first_run: Run) -> None:
    """Functions, queues, accounts, secrets, jobs, alerts and a budget are there."""
    state = first_run[0].state
    assert set(state["functions"]) == {function.name for function in wanted.FUNCTIONS}
    assert set(state["queues"]) == {"dm-processing", "dm-delivery"}
    assert len(state["accounts"]) == len(wanted.FUNCTIONS) + 2
    assert state["databases"]["(default)"]["deleteProtectionState"].endswith("ENABLED")
    assert set(state["jobs"]) == {job.name for job in wanted.JOBS}
    assert len(state["alerts"]) >= 6
    assert next(iter(state["budgets"].values()))["amount"]["specifiedAmount"]["units"] == "20"


def test_a_second_run_changes_nothing(deployed: Project) -> None:
    """Everything is found as wanted, so that gcloud is only asked, never told."""
    before = deployed.state
    done = deployed.deploy("--alert-email=a@example.com", "--budget=20", "--backups")
    assert done.returncode == 0, done.stderr
    assert "Nothing to change" in done.stdout
    assert deployed.state == before
    changing = r" (create|update|delete|add|add-iam-policy-binding|deploy|enable) "
    assert not [call for call in deployed.calls if re.search(changing, f" {call} ")]


def test_undo_leaves_nothing(deployed: Project) -> None:
    """After undoing, with the data, the project holds nothing of ours but enabled APIs."""
    done = deployed.deploy("undo", "--yes", "--delete-database")
    assert done.returncode == 0, done.stderr
    left = {
        kind: things
        for kind, things in deployed.state.items()
        if things
        and kind not in ("apis", "number", "front", "rulesets", "releases", "policies", "roles")
    }
    assert left == {}
    assert all(role["deleted"] for role in deployed.state["roles"].values())  # Google keeps them
    bound = [members for roles in deployed.state["policies"].values() for members in roles.values()]
    assert not any(bound)


def test_undo_keeps_the_conversations_unless_it_is_told_otherwise(deployed: Project) -> None:
    """The database is deleted only when that was said too."""
    done = deployed.deploy("undo", "--yes")
    assert done.returncode == 0, done.stderr
    assert "(default)" in deployed.state["databases"]
    assert not deployed.state["functions"]


def test_undo_deletes_nothing_unasked(deployed: Project) -> None:
    """Without a terminal and without --yes it stops before the first change."""
    before = deployed.state
    done = deployed.deploy("undo")
    assert done.returncode == 1
    assert deployed.state == before


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(project: Project) -> None:
    """Every command is printed, none that changes something is made."""
    before = project.state
    done = project.deploy("--dry-run")
    assert done.returncode == 0, done.stderr
    assert project.state == before
    for words in ("services enable", "tasks queues create dm-delivery", "functions deploy moca-"):
        assert f"+ gcloud {words}" in done.stdout


def test_a_dry_run_needs_no_gcloud(project: Project) -> None:
    """What an empty project would get can be read before anything is installed."""
    (project.folder / "only").mkdir()
    (project.folder / "only" / "git").symlink_to(shutil.which("git") or "")
    done = project.deploy("--dry-run", PATH=f"{project.folder}/only")
    assert done.returncode == 0, done.stderr
    assert "gcloud is not on the PATH" in done.stderr
    assert "+ gcloud functions deploy moca-webhook" in done.stdout


def test_a_dry_run_needs_nobody_to_be_signed_in(project: Project) -> None:
    """It says so once and goes on; a real run stops with gcloud's own words."""
    project.set(signed_out=True)
    done = project.deploy("--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("nobody is signed in to gcloud") == 1
    assert project.deploy().returncode == 1


def test_no_secret_is_printed_or_on_a_command_line(first_run: Run) -> None:
    """Values go through standard input into Secret Manager, and nowhere else."""
    project, done = first_run
    told = json.dumps([function["told"] for function in project.state["functions"].values()])
    for value in SECRETS.values():
        assert value not in done.stdout + done.stderr + "".join(project.calls) + told
    stored = json.dumps(project.state["secrets"])
    assert all(value in stored for value in SECRETS.values())


def test_what_nobody_else_must_know_is_made_up(first_run: Run) -> None:
    """An empty session secret is replaced by chance, long enough to guard cookies."""
    state = first_run[0].state
    (version,) = state["secrets"]["moca-session-secret"]["versions"]
    assert len(version["value"]) >= 32


def test_a_missing_secret_that_cannot_be_made_up_stops_the_script(project: Project) -> None:
    """Without a terminal it is not asked for: the script says which one, and what it is."""
    env = (project.folder / "env").read_text().replace("INSTAGRAM_ACCESS_TOKEN", "OTHER")
    (project.folder / "env").write_text(env)
    done = project.deploy()
    assert done.returncode == 1
    assert "INSTAGRAM_ACCESS_TOKEN is missing: the account's long-lived token" in done.stderr
    assert not project.state["functions"]


def test_a_role_for_an_account_that_is_not_known_yet_is_given_again(deployed: Project) -> None:
    """IAM takes a while to know a new account; that is waited for, not reported."""
    policies = deployed.state["policies"]
    policies["run services moca-deliver"] = {}
    deployed.set(policies=policies, slow_bindings=2)
    done = deployed.deploy("--only=deliver")
    assert done.returncode == 0, done.stderr
    assert "not known everywhere yet" in done.stdout
    assert deployed.state["policies"]["run services moca-deliver"]["roles/run.invoker"]


def test_tokens_of_later_accounts_are_read_by_the_names_of_their_secrets(deployed: Project) -> None:
    """Whoever sends reads them, the office makes them, and nobody reads another secret so."""
    given = deployed.state["policies"]["projects club"]
    prefix = 'startsWith("projects/123456789012/secrets/instagram-token-")'
    limited = {role: members for role, members in given.items() if prefix in role}
    readers = next(m for role, m in limited.items() if "secretAccessor" in role)
    names = {member.partition(":")[2].partition("@")[0] for member in readers}
    assert names == {"moca-process-thread", "moca-deliver", "moca-sweep", "moca-back-office"}
    others = given.keys() - limited.keys()
    assert [role for role in others if "secret" in role.lower()] == [
        "projects/club/roles/mocaSecretMaker"
    ]
    assert len(given["projects/club/roles/mocaSecretMaker"]) == 1


def test_the_addresses_that_meta_and_the_team_need_are_told(first_run: Run) -> None:
    """At the end, ready to be copied."""
    told = first_run[1].stdout.partition("── Addresses")[2]
    assert "https://moca-webhook-123456789012.r1.run.app" in told
    assert "https://moca-back-office-123456789012.r1.run.app" in told


def test_a_changed_queue_and_a_deleted_role_are_brought_back(deployed: Project) -> None:
    """A rate that somebody turned down by hand is the declared one again."""
    queues, roles = deployed.state["queues"], deployed.state["roles"]
    queues["dm-delivery"]["rateLimits"]["maxDispatchesPerSecond"] = 1.0
    roles["projects/club/roles/mocaSecretMaker"]["deleted"] = True  # Google keeps it for a while
    deployed.set(queues=queues, roles=roles)
    done = deployed.deploy()
    assert done.returncode == 0, done.stderr
    assert "iam roles undelete mocaSecretMaker" in done.stdout
    limits = deployed.state["queues"]["dm-delivery"]["rateLimits"]
    declared = {queue["name"]: queue for queue in wanted.queues()}["dm-delivery"]["rateLimits"]
    assert limits["maxDispatchesPerSecond"] == declared["maxDispatchesPerSecond"]


def test_only_the_named_functions_are_deployed(deployed: Project) -> None:
    """`--only webhook --force` deploys one function and touches no queue, job or alert."""
    done = deployed.deploy("--only=webhook", "--force")
    assert done.returncode == 0, done.stderr
    assert [call for call in deployed.calls if "functions deploy" in call] == [
        call for call in deployed.calls if "functions deploy moca-webhook" in call
    ]
    assert not [call for call in deployed.calls if call.startswith(("tasks", "scheduler"))]


def test_a_new_version_of_a_secret_reaches_the_functions_that_use_it(deployed: Project) -> None:
    """Renewing one deploys exactly the functions that mount it, with the new version."""
    done = deployed.deploy("--renew-secret=INSTAGRAM_APP_SECRET", "--only=webhook,sweep,privacy")
    assert done.returncode == 0, done.stderr
    again = [call.split()[2] for call in deployed.calls if "functions deploy" in call]
    assert again == ["moca-webhook", "moca-privacy"]
    flags = deployed.state["functions"]["moca-webhook"]["flags"]
    assert "INSTAGRAM_APP_SECRET=moca-instagram-app-secret:2" in flags["--set-secrets"]
    assert "INSTAGRAM_APP_SECRET: the environment file's value is taken" in done.stdout


@pytest.mark.parametrize(("typed", "kept"), [("a new one", "a new one"), ("", "value-of-the-what")])
def test_who_renews_a_secret_is_asked_although_the_file_holds_it(
    deployed: Project, typed: str, kept: str
) -> None:
    """The file may hold the old value still; Enter takes that, and nothing shows what was typed."""
    said = deployed.deploy_typing(typed, "--renew-secret=WHATSAPP_ACCESS_TOKEN", "--only=deliver")
    assert "(Enter takes the environment file's)" in said
    assert kept not in said
    newest = deployed.state["secrets"]["moca-whatsapp-access-token"]["versions"][-1]
    assert newest["name"].endswith("/2")
    assert newest["value"].startswith(kept)
    assert ("change it there too" in said) is bool(typed)


def test_who_may_not_see_the_billing_account_undoes_all_the_rest(
    deployed: Project, step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    """The owner of a project often has no rights on the account that pays for it."""
    few: dict[str, Any] = {"functions": {}, "accounts": {}, "secrets": {}, "policies": {}}
    deployed.set(refused=["billing projects describe"], **few)
    undo.undo(step(), delete_database=False)
    assert not any(deployed.state[kind] for kind in ("alerts", "channels", "queues", "jobs"))
    assert "a budget of ours may stand there still" in capsys.readouterr().err


def test_who_may_not_see_the_budgets_deploys_without_one(
    deployed: Project, step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said, and what comes after is done."""
    deployed.set(refused=["billing budgets list"])
    budget.ensure(step(budget=30))
    assert "make a budget by hand" in capsys.readouterr().err


@pytest.mark.parametrize("deleted", [False, True])
def test_a_role_with_other_permissions_is_brought_back(
    deployed: Project, step: Step, deleted: bool
) -> None:
    """What was added by hand is more than is needed; what a new release wants is missing."""
    (name,) = deployed.state["roles"]
    role = {"name": name, "includedPermissions": ["secretmanager.versions.access"]}
    deployed.set(roles={name: role | ({"deleted": True} if deleted else {})})
    accounts.ensure_role(step())
    assert deployed.state["roles"] == {
        name: {"name": name, "includedPermissions": ["secretmanager.secrets.create"]}
    }


def test_another_address_changes_the_channel_that_the_alerts_use(
    deployed: Project, step: Step
) -> None:
    """So that who was told before is told no longer; a run without one keeps it."""
    alerts = deployed.state["alerts"]
    monitoring.ensure(step(alert_email="b@example.com"))
    monitoring.ensure(step())
    (channel,) = deployed.state["channels"].values()
    assert channel["labels"] == {"email_address": "b@example.com"}
    assert deployed.state["alerts"] == alerts


def test_a_channel_that_is_not_listed_at_once_is_made_once(deployed: Project, step: Step) -> None:
    """Lists lag behind; the next run finds it."""
    deployed.set(channels={}, channels_lag=True)
    with pytest.raises(Stop, match="start me again"):
        monitoring.ensure(step(alert_email="b@example.com"))
    assert len(deployed.state["channels"]) == 1
