"""The stand-in's Firestore: a database, its indexes and what is set for single fields."""

from collections.abc import Callable

from tests.deploy.standin.command_line import Call, Refusal
from tests.deploy.standin.words import Answer, State


def _create_database(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--location", "--database")
    state["databases"]["(default)"] = {
        "name": f"projects/{call.one('--project')}/databases/(default)",
        "locationId": call.one("--location"),
        "type": "FIRESTORE_NATIVE",
        "deleteProtectionState": "DELETE_PROTECTION_ENABLED"
        if "--delete-protection" in call.flags
        else "DELETE_PROTECTION_DISABLED",
    }
    _update_database(call, state, "")


def _update_database(call: Call, state: State, _stdin: str) -> Answer:
    database = state["databases"]["(default)"]
    if "--no-delete-protection" in call.flags:
        database["deleteProtectionState"] = "DELETE_PROTECTION_DISABLED"
    if "--enable-pitr" in call.flags:
        database["pointInTimeRecoveryEnablement"] = "POINT_IN_TIME_RECOVERY_ENABLED"


def _delete_database(_call: Call, state: State, _stdin: str) -> Answer:
    if state["databases"]["(default)"]["deleteProtectionState"].endswith("ENABLED"):
        raise Refusal("FAILED_PRECONDITION: delete protection is enabled")
    state["databases"].clear()
    state["indexes"].clear()
    state["fields"].clear()
    state["schedules"].clear()


def _create_index(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--collection-group", "--field-config", "--database")
    fields = []
    for config in call.flags["--field-config"]:
        path, _, kind = config.removeprefix("field-path=").partition(",")
        key, _, value = kind.partition("=")
        if key == "vector-config":
            value = value.removeprefix("{dimension=").removesuffix(",flat}")
            fields.append({"fieldPath": path, "vectorConfig": {"dimension": int(value)}})
        else:
            name = {"order": "order", "array-config": "arrayConfig"}[key]
            fields.append({"fieldPath": path, name: value.upper()})
    if "vectorConfig" not in fields[-1]:  # the service adds the name's order by itself
        order = fields[-1].get("order", "ASCENDING")
        fields.append({"fieldPath": "__name__", "order": order})
    group = call.one("--collection-group")
    state["indexes"].append(
        {
            "name": f"projects/p/databases/(default)/collectionGroups/{group}/indexes/"
            f"{len(state['indexes'])}",
            "queryScope": call.one("--query-scope", "collection").upper().replace("-", "_"),
            "fields": fields,
        }
    )


def _set_ttl(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--collection-group", "--enable-ttl")
    field(state, call.one("--collection-group"), call.words[0])["ttlConfig"] = {"state": "CREATING"}


def field(state: State, group: str, path: str) -> State:
    """The configuration of one field, made when it is first asked for."""
    name = f"projects/p/databases/(default)/collectionGroups/{group}/fields/{path}"
    found: State = state["fields"].setdefault(name, {"name": name})
    return found


def _fields_with(key: str) -> Callable[[Call, State, str], Answer]:
    return lambda _call, state, _stdin: [f for f in state["fields"].values() if key in f]


def _schedule_backup(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--database", "--recurrence", "--retention")
    state["schedules"].append({"dailyRecurrence": {}, "retention": call.one("--retention")})


HANDLERS: dict[str, Callable[[Call, State, str], Answer]] = {
    "firestore databases list": lambda _call, state, _stdin: list(state["databases"].values()),
    "firestore databases create": _create_database,
    "firestore databases update": _update_database,
    "firestore databases delete": _delete_database,
    "firestore indexes composite create": _create_index,
    "firestore indexes composite list": lambda _call, state, _stdin: state["indexes"],
    "firestore indexes fields list": _fields_with("indexConfig"),
    "firestore fields ttls list": _fields_with("ttlConfig"),
    "firestore fields ttls update": _set_ttl,
    "firestore backups schedules list": lambda _call, state, _stdin: state["schedules"],
    "firestore backups schedules create": _schedule_backup,
}
