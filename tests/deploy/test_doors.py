"""After deploying, strangers are tried at every private door."""

from tests.deploy.conftest import Project


def test_a_private_function_that_lets_strangers_through_fails_the_script(
    deployed: Project,
) -> None:
    """The platform passes an anonymous call on: that must not go unnoticed."""
    deployed.google.open.add("moca-deliver")
    done = deployed.deploy("--only=deliver")
    assert done.returncode == 1
    assert "moca-deliver is private, but the platform let a caller without a token" in done.stderr


def test_a_public_function_that_the_platform_closes_is_said(deployed: Project) -> None:
    """An organisation may forbid public functions: then Meta gets no answer."""
    policies = deployed.state["policies"]
    policies["run services moca-webhook"] = {}
    deployed.set(policies=policies)
    done = deployed.deploy("--only=webhook")
    assert done.returncode == 0
    assert "moca-webhook should be open, and the platform refuses strangers (403)" in done.stderr


def test_a_policy_that_admits_everyone_fails_the_script(deployed: Project) -> None:
    """Even where the network would still refuse them."""
    policies = deployed.state["policies"]
    policies["run services moca-sweep"]["roles/run.invoker"].append("allAuthenticatedUsers")
    deployed.set(policies=policies)
    done = deployed.deploy("--only=sweep")
    assert done.returncode == 1
    assert "moca-sweep is private, but its policy admits allAuthenticatedUsers" in done.stderr


def test_a_function_that_tasks_cannot_reach_fails_the_script(deployed: Project) -> None:
    """Tasks are sent to an address known beforehand; the service must have it."""
    deployed.set(urls={"moca-deliver": ["https://elsewhere.example"]})
    done = deployed.deploy("--only=deliver")
    assert done.returncode == 1
    assert "moca-deliver does not answer at https://moca-deliver-123456789012" in done.stderr


def test_only_four_functions_are_reachable_from_outside(deployed: Project) -> None:
    """webhook, privacy, internal_api and back_office; the others take internal calls only."""
    functions = deployed.state["functions"]
    open_ones = {
        name for name, it in functions.items() if it["flags"]["--ingress-settings"] == "all"
    }
    assert open_ones == {"moca-webhook", "moca-privacy", "moca-internal-api", "moca-back-office"}
    assert {
        name for name, it in functions.items() if "--allow-unauthenticated" in it["flags"]
    } == open_ones
