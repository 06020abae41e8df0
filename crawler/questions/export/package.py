"""The descriptor of a delivery: datapackage.json, by Data Package 2.0 (datapackage.org), columns in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawler.questions.export.formats.writer import Job, Resource, file_digest
from crawler.questions.export.schema import Field, Table, plain

NAME = "datapackage.json"
PROFILES = "https://datapackage.org/profiles/2.0"


def describe(
    job: Job, resources: list[Resource], rows: Mapping[str, int], facts: dict[str, Any]
) -> dict[str, Any]:
    """Return the descriptor. `rows`: their number by table. `facts`: version, head and selection, as index.json has them."""
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": "fazhi-reports",
        "version": facts["version"],
        "title": "法治政府建设情况报告",
        "description": "Reports of Chinese governments on law-based government, as archived. Dates that pages claim are in"
        " China time, other times are UTC. 各级政府法治政府建设情况报告存档数据；页面所载日期为北京时间，其余时间为UTC。",
        "created": plain(job.created),
        "keywords": ["法治政府", "law-based government", "China", "web archive"],
        "fazhi": facts,
        "resources": [_resource(job, each, resources, rows) for each in resources],
    }


def _resource(job: Job, each: Resource, all_: list[Resource], rows: Mapping[str, int]) -> dict[str, Any]:
    path = job.folder / each.path
    value: dict[str, Any] = {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": resource_name(each),
        "path": each.path,
        "title": each.title,
        "format": each.format,
        "mediatype": each.mediatype,
        "hash": f"sha256:{file_digest(path)}",
    }
    if (
        each.format != "parquet"
    ):  # frictionless calls a Parquet file with its size invalid: it cannot count its bytes
        value["bytes"] = path.stat().st_size
    if each.format in ("csv", "jsonl", "txt"):
        value["encoding"] = "utf-8"
    if each.dialect:
        value["dialect"] = {"$schema": f"{PROFILES}/tabledialect.json", **each.dialect}
    if each.table:
        value |= {
            "type": "table",
            "rows": rows[each.table.name],
            "schema": _schema(job, each.table, _parent(each, all_)),
        }
    return value


def resource_name(resource: Resource) -> str:
    """Return the name of a resource: `versions-csv`; of a file that is no table its path, `fazhi-00001-wacz`."""
    stem = Path(resource.path).name.lower().replace(".", "-")
    return f"{resource.table.name}-{resource.format}" if resource.table else stem


def _parent(resource: Resource, all_: list[Resource]) -> Resource | None:
    """Return the file with the versions in the same format."""
    same = (each for each in all_ if each.format == resource.format and each.table)
    return next((each for each in same if each.table and each.table.name == "versions"), None)


def _schema(job: Job, table: Table, versions: Resource | None) -> dict[str, Any]:
    columns = job.columns(table)
    schema: dict[str, Any] = {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [_field(field, required=field.name in table.key) for field in columns],
        "primaryKey": list(table.key),
    }
    key = ["report_id", "version"]
    if versions and versions.table is not table and {*key} <= {field.name for field in columns}:
        reference = {"resource": resource_name(versions), "fields": key}
        schema["foreignKeys"] = [{"fields": key, "reference": reference}]
    return schema


def _field(field: Field, *, required: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "title": field.chinese,
        "description": field.english,
        "descriptions": {"en": field.english, "zh": field.chinese},
    }
    return value | ({"constraints": {"required": True}} if required else {})
