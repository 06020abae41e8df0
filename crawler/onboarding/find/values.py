"""Lines of the state file: values of a search as JSON, and back. What does not fit raises KeyError, TypeError or ValueError."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crawler.discover.portal.page import PortalPage
from crawler.model import Link, ListRequest
from crawler.onboarding.find.model import FindResult, FoundList, Result, Target
from crawler.onboarding.find.pages import Answer, Failure

Json = Mapping[str, Any]


def result_json(result: FindResult) -> dict[str, Any]:
    """Return a result as a value for JSON."""
    return asdict(result) | {"result": result.result.value}


def result_of(value: Json) -> FindResult:
    """Return the result that `result_json` wrote."""
    known = dict(value)
    return FindResult(
        **known
        | {
            "target": Target(**value["target"]),
            "result": Result(value["result"]),
            "lists": tuple(map(_found_list, value["lists"])),
            "departments": tuple(map(_found_list, value["departments"])),
            "pages": _reports(value["pages"]),
            "column": _link(value["column"]) if value["column"] else None,
        }
    )


def _found_list(value: Json) -> FoundList:
    return FoundList(**dict(value) | {"reports": _reports(value["reports"]), "trail": tuple(value["trail"])})


def _reports(values: list[Any]) -> tuple[tuple[Link, int | None], ...]:
    return tuple((_link(link), None if year is None else int(year)) for link, year in values)


def _link(value: Json) -> Link:
    return Link(**value)


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as a value for JSON."""
    return {"failure": asdict(answer)} if isinstance(answer, Failure) else {"page": asdict(answer)}


def answer_of(value: Json) -> Answer:
    """Return the answer that `answer_json` wrote."""
    if "failure" in value:
        return Failure(**value["failure"])
    page = dict(value["page"])
    return PortalPage(
        **page
        | {
            "links": tuple(map(_link, page["links"])),
            "menu": tuple(map(_link, page["menu"])),
            "loads": tuple((str(url), int(number)) for url, number in page["loads"]),
            "searches": tuple(map(_request, page["searches"])),
            "next": _request(page["next"]) if page["next"] else None,
            "others": tuple(page["others"]),
            "lists": tuple(page["lists"]),
        }
    )


def _request(value: Json) -> ListRequest:
    return ListRequest(**dict(value) | {"form": tuple((str(key), str(each)) for key, each in value["form"])})
