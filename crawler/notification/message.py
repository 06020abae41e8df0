"""A message: about some changes, for one receiver of one rule. It is made once, and sent as it is until it has arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crawler.field.regions import path as region_path
from crawler.field.text import visible_line
from crawler.field.times import china_day
from crawler.language import translate
from crawler.model import NotifyRule
from crawler.questions.changes import Change
from crawler.questions.changes.change import kind_words
from crawler.questions.changes.tables import change_json
from crawler.questions.changes.weights import describe

MAX_LISTED = 40
"""Changes that a message lists; of further ones it gives the number."""
_KEY_DIGITS = 32
_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`key`: the same whenever this message is sent, so that a receiver can drop the second one."""

    key: str
    title: str
    text: str
    changes: tuple[Mapping[str, Any], ...]  # those listed, as `fazhi changes --json` has them
    keys: tuple[str, ...]  # of all its changes
    tries: int = 0

    def json(self) -> dict[str, Any]:
        """Return the message as a value for JSON."""
        return asdict(self) | {"changes": list(self.changes), "keys": list(self.keys)}


def compose(rule: NotifyRule, receiver: str, identity: str, found: Sequence[Change]) -> Message:
    """Return the message about changes, of which there is at least one. `identity`: of the archive."""
    keys = tuple(each.key for each in found)
    key = _key(identity, rule.id, receiver, *sorted(keys))
    listed = found[:MAX_LISTED]
    lines = [line for each in listed for line in _lines(each, rule.language)]
    if more := len(found) - len(listed):
        lines += [f"另有 {more} 项" if rule.language == "zh" else f"and {more} more", ""]
    return Message(
        key=key,
        title=_title(found, rule.language),
        text="\n".join([*lines, _foot(rule, key)]),
        changes=tuple(change_json(each) for each in listed),
        keys=keys,
    )


def sample(rule: NotifyRule, receiver: str, identity: str, moment: str) -> Message:
    """Return a message that says that it is a test. `moment`: each test has a key of its own."""
    key = _key(identity, rule.id, receiver, "test", moment)
    if rule.language == "zh":
        title, text = "fazhi notify 测试", "这是一条测试消息。有变动时,此规则会向这里发送。"
    else:
        title, text = (
            "fazhi notify: test",
            "This is a test. When something has changed, this rule sends it here.",
        )
    return Message(key=key, title=title, text=f"{text}\n\n{_foot(rule, key)}", changes=(), keys=())


def fitted(text: str, most: int) -> str:
    """Return a text of no more than so many characters: whole lines from its beginning, and its last line."""
    if len(text) <= most:
        return text
    lines = text.split("\n")
    foot = f"\n…\n{lines[-1]}"
    kept, size = [], len(foot)
    for line in lines[:-1]:
        size += len(line) + 1
        if size > most:
            break
        kept.append(line)
    return ("\n".join(kept) + foot)[:most]


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_KEY_DIGITS]


def _title(found: Sequence[Change], language: str) -> str:
    kinds = dict.fromkeys(each.kind for each in found)
    words = [kind_words(kind, language) for kind in kinds]
    if language == "zh":
        named = "、".join(words[:_NAMES]) + ("等" if len(words) > _NAMES else "")
        return f"法治政府建设情况报告：{len(found)} 项变动（{named}）"
    named = ", ".join(words[:_NAMES]) + (", …" if len(words) > _NAMES else "")
    return (
        f"Rule-of-law government reports: {len(found)} {'change' if len(found) == 1 else 'changes'} ({named})"
    )


def _lines(change: Change, language: str) -> Iterator[str]:
    """Yield the lines about one change: what and whose, where and when, why, the address, the command that shows it."""
    place = region_path(change.region) if change.region else ""
    name = change.title or f"{place} {change.year or ''} {change.issuer or ''}".strip()
    yield visible_line(f"【{kind_words(change.kind, language)}】{name}" if language == "zh" else f"[{kind_words(change.kind, language)}] {name}")  # fmt: skip
    yield visible_line("  " + " · ".join(_facts(place, change)))
    for told in filter(None, (describe(change.findings), change.detail)):
        yield visible_line("  " + translate(told, language))
    if change.url:
        yield visible_line(f"  {change.url}")
    if change.text and change.report_id:
        yield f"  fazhi diff {change.report_id} {change.text.from_version}..{change.text.to_version}"
    elif change.report_id:
        yield f"  fazhi show {change.report_id}"
    yield ""


def _facts(place: str, change: Change) -> Iterable[str]:
    facts = (place, str(change.year or ""), china_day(change.at).isoformat())
    return [each for each in facts if each]


def _foot(rule: NotifyRule, key: str) -> str:
    return f"规则 {rule.id} · 消息 {key}" if rule.language == "zh" else f"rule {rule.id} · message {key}"
