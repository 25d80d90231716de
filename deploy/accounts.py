"""One service account per function, and the least that each may do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy import functions, wanted
from deploy.gcloud import note, step
from deploy.request import Request

Policy = dict[str, Any]

#: The variable that has Gemini asked through Vertex AI, with a function's own account.
VERTEX = "VERTEX_AI_LOCATION"
#: The variable behind the first account's token.
TOKEN = "INSTAGRAM_ACCESS_TOKEN"  # noqa: S105 (a name, no token)


@dataclass(frozen=True, slots=True)
class Condition:
    """Where in its resource a role counts only, in IAM's own language."""

    title: str
    expression: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on one resource."""

    account: str
    role: str
    #: The command group and the resource, as gcloud wants them: `("secrets", "moca-…")`.
    resource: tuple[str, ...]
    why: str
    condition: Condition | None = None


def grants(request: Request, project_number: str) -> Iterator[Grant]:
    """Everything that any account of ours may do, secrets and services apart."""
    project = ("projects", request.project)
    tasks = ("iam", "service-accounts", request.account(wanted.TASKS_ACCOUNT))
    for function in wanted.FUNCTIONS:
        yield Grant(function.name, "roles/datastore.user", project, "reads and writes Firestore")
        for queue in function.enqueues:
            where = ("tasks", "queues", queue, f"--location={request.region}")
            yield Grant(function.name, "roles/cloudtasks.enqueuer", where, "creates tasks there")
        if function.enqueues:
            yield Grant(
                function.name, "roles/iam.serviceAccountUser", tasks, "gives tasks that identity"
            )
        if VERTEX in function.variables and VERTEX in request.values:
            role = "roles/aiplatform.user"
            yield Grant(function.name, role, project, "asks Gemini through Vertex AI")
    yield from _token_grants(request, project_number)
    for role in wanted.BUILD_ROLES:
        yield Grant(wanted.BUILD_ACCOUNT, role, project, "builds the images, nothing else")


def _token_grants(request: Request, project_number: str) -> Iterator[Grant]:
    """The tokens of accounts that are connected later: by the beginning of their secrets' names.

    A secret is made where it is not yet, so that no condition can say its name there (IAM
    documentation, Resource attributes for conditions); what is made can be read by its name only.
    """
    project = ("projects", request.project)
    prefix = f"projects/{project_number}/secrets/{wanted.TOKEN_PREFIX}"
    tokens = Condition("moca_account_tokens", f'resource.name.startsWith("{prefix}")')
    for function in wanted.FUNCTIONS:
        if TOKEN in function.secrets:
            role = "roles/secretmanager.secretAccessor"
            yield Grant(function.name, role, project, "reads the accounts' tokens", tokens)
        if TOKEN in function.renews:
            role = "roles/secretmanager.secretVersionManager"
            yield Grant(function.name, role, project, "stores renewed tokens", tokens)
        if function.connects:
            role = f"projects/{request.project}/roles/{wanted.SECRET_MAKER}"
            yield Grant(function.name, role, project, "makes the secret of a new account's token")


def ensure_role(request: Request) -> None:
    """The role that only makes secrets exists, is not deleted, and allows just that."""
    step("A role of our own: to make secrets, and nothing else")
    listed = request.gcloud.listed("iam", "roles", "list", "--show-deleted")
    there = {role["name"].rpartition("/")[2]: role for role in listed}
    told = f"--permissions={','.join(wanted.MAKES_SECRETS)}"
    if wanted.SECRET_MAKER not in there:
        title = "--title=Moca: makes secrets"
        request.gcloud.change("iam", "roles", "create", wanted.SECRET_MAKER, told, title)
        return
    if there[wanted.SECRET_MAKER].get("deleted"):
        request.gcloud.change("iam", "roles", "undelete", wanted.SECRET_MAKER)
    role = request.gcloud.read("iam", "roles", "describe", wanted.SECRET_MAKER)
    if set(role.get("includedPermissions", ())) != set(wanted.MAKES_SECRETS):
        request.gcloud.change("iam", "roles", "update", wanted.SECRET_MAKER, told)
    else:
        note("= as wanted")


def ensure(request: Request) -> None:
    """Every account exists."""
    step("Service accounts: one per function, one for the tasks, one for the builds")
    there = {
        account["email"] for account in request.gcloud.listed("iam", "service-accounts", "list")
    }
    described = {function.name: function.purpose for function in wanted.FUNCTIONS} | {
        wanted.TASKS_ACCOUNT: "is the identity of tasks and scheduled calls",
        wanted.BUILD_ACCOUNT: "builds the images",
    }
    missing = [name for name in described if request.account(name) not in there]
    for name in missing:
        text = f"--display-name=Moca: {described[name].partition(';')[0]}"
        request.gcloud.change("iam", "service-accounts", "create", name, text)
    if not missing:
        note("= all there")


def grant(request: Request) -> None:
    """Every role is given; call it when accounts and queues are there."""
    step("Roles: the least that each account needs")
    ensure_grants(request, list(grants(request, functions.number(request))))


def ensure_grants(request: Request, wished: list[Grant]) -> None:
    """Give what is missing, reading each resource's policy once."""
    policies: dict[tuple[str, ...], Policy] = {}
    missing = 0
    for each in wished:
        if each.resource not in policies:
            policies[each.resource] = _policy(request, each.resource)
        member = f"serviceAccount:{request.account(each.account)}"
        if not holds(policies[each.resource], each.role, member, each.condition):
            missing += 1
            _bind(request, each, member)
    if not missing:
        note("= as wanted")


def holds(policy: Policy, role: str, member: str, condition: Condition | None = None) -> bool:
    """Whether a policy gives `role` to `member` under just this condition."""
    wished = condition.expression if condition else None
    return any(
        binding["role"] == role
        and member in binding["members"]
        and binding.get("condition", {}).get("expression") == wished
        for binding in policy.get("bindings", ())
    )


def _policy(request: Request, resource: tuple[str, ...]) -> Policy:
    group, rest = _split(resource)
    if request.gcloud.dry_run and _not_there(request, resource):
        return {}
    return request.gcloud.read(*group, "get-iam-policy", *rest) or {}


def _bind(request: Request, each: Grant, member: str) -> None:
    group, rest = _split(each.resource)
    extra = [] if group == ("tasks", "queues") else ["--condition=None"]
    if each.condition is not None:
        words = f"expression={each.condition.expression},title={each.condition.title}"
        extra = [f"--condition={words}"]
    request.gcloud.change(
        *group, "add-iam-policy-binding", *rest, f"--member={member}", f"--role={each.role}", *extra
    )


def _split(resource: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The command group, and the resource with its flags."""
    words = 1 if resource[0] in ("projects", "secrets") else 2
    return resource[:words], resource[words:]


def _not_there(request: Request, resource: tuple[str, ...]) -> bool:
    """A dry run looks at what an earlier step would have made: it may not be there yet."""
    group, rest = _split(resource)
    if group == ("projects",):
        return False
    location = [word for word in rest if word.startswith("--")]
    listed = request.gcloud.listed(*group, "list", *location)
    return not any(rest[0] in _names(item) for item in listed)


def _names(item: dict[str, Any]) -> tuple[str, ...]:
    name = item.get("name") or item.get("metadata", {}).get("name", "")
    return (item.get("email", ""), name.rpartition("/")[2])
