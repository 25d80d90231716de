"""The database, its indexes and what expires: all from firestore.indexes.json."""

import json
from typing import Any

from deploy import wanted
from deploy.gcloud import note, step
from deploy.request import Request

INDEXES_FILE = wanted.ROOT / "firestore.indexes.json"
_WHERE = f"--database={wanted.DATABASE}"

Json = dict[str, Any]


def ensure(request: Request) -> None:
    """Database, composite indexes, field exemptions and TTL policies are there."""
    step("Firestore: the database")
    fresh = _database(request)
    declared: Json = json.loads(INDEXES_FILE.read_text(encoding="utf-8"))
    step("Firestore: indexes; they are built in the background")
    _indexes(request, declared["indexes"], fresh=fresh)
    step("Firestore: exemptions and what expires")
    _fields(request, declared["fieldOverrides"], fresh=fresh)
    if request.backups:
        _backups(request, fresh=fresh)


def _database(request: Request) -> bool:
    """Whether it has just been made."""
    for database in request.gcloud.listed("firestore", "databases", "list"):
        if database["name"].endswith(f"/{wanted.DATABASE}"):
            return _kept(request, database)
    pitr = ["--enable-pitr"] if request.backups else []
    request.gcloud.change(
        "firestore",
        "databases",
        "create",
        _WHERE,
        f"--location={request.region}",
        "--type=firestore-native",
        "--delete-protection",
        *pitr,
    )
    return True


def _kept(request: Request, database: Json) -> bool:
    recovery = database.get("pointInTimeRecoveryEnablement")
    if request.backups and recovery != "POINT_IN_TIME_RECOVERY_ENABLED":
        request.gcloud.change("firestore", "databases", "update", _WHERE, "--enable-pitr")
    else:
        note(f"= {wanted.DATABASE} in {database['locationId']}")
    return False


def _indexes(request: Request, declared: list[Json], *, fresh: bool) -> None:
    listed = (
        () if fresh else request.gcloud.listed("firestore", "indexes", "composite", "list", _WHERE)
    )
    there = [_signature(index, index["name"].split("/collectionGroups/")[1]) for index in listed]
    missing = [each for each in declared if _signature(each, each["collectionGroup"]) not in there]
    for index in missing:
        request.gcloud.change(
            "firestore",
            "indexes",
            "composite",
            "create",
            _WHERE,
            f"--collection-group={index['collectionGroup']}",
            f"--query-scope={index['queryScope'].lower().replace('_', '-')}",
            *(f"--field-config={_field_config(field)}" for field in index["fields"]),
            "--async",
        )
    if not missing:
        note(f"= {len(declared)} as declared")


def _signature(index: Json, group: str) -> tuple[str, ...]:
    """What makes two indexes the same; the service adds `__name__` to what was declared."""
    fields = [
        _field_config(field)
        for field in index["fields"]
        if field["fieldPath"] != "__name__" or "vectorConfig" in field
    ]
    return (group.partition("/")[0], index["queryScope"], *fields)


def _field_config(field: Json) -> str:
    if "vectorConfig" in field:
        vector = f"{{dimension={field['vectorConfig']['dimension']},flat}}"
        return f"field-path={field['fieldPath']},vector-config={vector}"
    if "arrayConfig" in field:
        return f"field-path={field['fieldPath']},array-config=contains"
    return f"field-path={field['fieldPath']},order={field['order'].lower()}"


def _fields(request: Request, overrides: list[Json], *, fresh: bool) -> None:
    there = {} if fresh else _configured(request)
    before = request.gcloud.changes
    for override in overrides:
        group, path = override["collectionGroup"], override["fieldPath"]
        known = there.get((group, path), {})
        if override.get("ttl") and "ttlConfig" not in known:
            where = (path, f"--collection-group={group}", _WHERE)
            request.gcloud.change(
                "firestore", "fields", "ttls", "update", *where, "--enable-ttl", "--async"
            )
        if "indexes" in override and _own_indexes(known) != _declared(override):
            _set_indexes(request, override)
    if request.gcloud.changes == before:
        note(f"= {len(overrides)} as declared")


def _set_indexes(request: Request, override: Json) -> None:
    """Through the API, for gcloud knows no query scope of a single field's index."""
    path = (
        f"/v1/projects/{request.project}/databases/{wanted.DATABASE}/collectionGroups/"
        f"{override['collectionGroup']}/fields/{override['fieldPath']}?updateMask=indexConfig"
    )
    indexes = [
        {
            "queryScope": index["queryScope"],
            "fields": [
                {"fieldPath": override["fieldPath"]}
                | {key: value for key, value in index.items() if key != "queryScope"}
            ],
        }
        for index in override["indexes"]
    ]
    request.rest.change("PATCH", "firestore", path, {"indexConfig": {"indexes": indexes}})


def _configured(request: Request) -> dict[tuple[str, str], Json]:
    """What is set for single fields: their indexes, and whether they expire documents."""
    listed = request.gcloud.listed("firestore", "indexes", "fields", "list", _WHERE)
    listed += request.gcloud.listed("firestore", "fields", "ttls", "list", _WHERE)
    found: dict[tuple[str, str], Json] = {}
    for field in listed:
        group, _, path = field["name"].split("/collectionGroups/")[1].partition("/fields/")
        found.setdefault((group, path), {}).update(field)
    return found


def _own_indexes(known: Json) -> list[str] | None:
    """A field's own indexes in a comparable form; None when it has those of every field."""
    config = known.get("indexConfig", {"usesAncestorConfig": True})
    if config.get("usesAncestorConfig"):
        return None
    return sorted(
        _one(index["queryScope"], index["fields"][0]) for index in config.get("indexes", ())
    )


def _declared(override: Json) -> list[str]:
    return sorted(_one(index["queryScope"], index) for index in override["indexes"])


def _one(scope: str, field: Json) -> str:
    return f"{scope} {field.get('order') or field.get('arrayConfig')}"


def _backups(request: Request, *, fresh: bool) -> None:
    step("Firestore: a backup every day, kept for a week")
    where = ("firestore", "backups", "schedules")
    if not fresh and any(
        "dailyRecurrence" in s for s in request.gcloud.listed(*where, "list", _WHERE)
    ):
        note("= scheduled")
        return
    request.gcloud.change(*where, "create", _WHERE, "--recurrence=daily", "--retention=7d")
