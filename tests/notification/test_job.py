"""Each change is told once to each receiver of each rule, whatever fails in between."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.archive import Archive, Reader
from crawler.errors import ConfigError, StateLocked
from crawler.model import ChangeKind, Ending, NotifyRule, Outcome
from crawler.notification.state import State
from tests.archive.held import change
from tests.conftest import BODY, URL
from tests.notification.conftest import RULE, Story

EDITED = BODY.replace("完成事项37件", "完成事项38件")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_new_rule_begins_now_and_tells_what_comes_after_once(story: Story) -> None:
    story.run(story.report())
    assert story.tell() == []
    story.run(story.report(EDITED))
    (sent,) = story.tell()
    assert sent.arrived
    assert story.sender.keys() == [["revised"]]
    assert story.tell() == []
    story.run()
    assert story.tell() == []


def test_a_workers_run_that_is_entered_late_is_told_though_others_began_after_it(story: Story) -> None:
    story.run(story.report())
    assert story.tell() == []
    story.run(story.report(EDITED))
    change(
        story.folder,
        "UPDATE runs SET state = 'entered', started_at = (SELECT started_at FROM runs WHERE id = 1) WHERE id = 2",
    )
    story.tell()
    assert story.sender.keys() == [["revised"]]
    assert story.tell() == []


def test_a_new_rule_can_begin_with_a_day(story: Story) -> None:
    story.run(story.report(), story.report(BODY.replace("第", "另"), year=2021, number=1))
    story.tell(since=LONG_AGO)
    assert story.sender.keys() == [["new", "new"]]
    story.run(story.report(EDITED))
    story.tell(since=LONG_AGO)
    assert story.sender.keys() == [["new", "new"], ["revised"]]


def test_a_new_receiver_of_a_known_rule_begins_now(story: Story) -> None:
    story.run(story.report())
    story.tell()
    story.run(story.report(EDITED))
    story.tell(replace(RULE, to=("$HOOK", "tag:chat")))
    assert [name for name, _ in story.sender.sent] == ["$HOOK"]


def test_a_receiver_that_fails_gets_the_same_message_next_time_and_others_are_not_held_up(
    story: Story,
) -> None:
    rule = replace(RULE, to=("$DOWN", "$UP"))
    story.run(story.report())
    story.tell(rule)
    story.sender.fail = {"$DOWN"}
    story.run(story.report(EDITED))
    first = story.tell(rule)
    assert [(each.receiver.id, each.arrived, each.why) for each in first] == [
        ("$DOWN", False, "down"),
        ("$UP", True, ""),
    ]
    story.run(story.report(BODY.replace("第", "另"), year=2021, number=1))
    again = story.tell(rule)
    assert again[0].message.key == first[0].message.key
    assert again[0].message.tries == 1
    story.sender.fail = set()
    story.tell(rule)
    for name in ("$DOWN", "$UP"):
        of_it = [message for receiver, message in story.sender.sent if receiver == name]
        assert [[key.partition(":")[0] for key in each.keys] for each in of_it] == [["revised"], ["new"]]
    assert story.tell(rule) == []


def test_after_a_kill_between_sending_and_remembering_the_same_message_comes_again(story: Story) -> None:
    story.run(story.report())
    story.tell()
    story.run(story.report(EDITED))
    story.sender.die = {"$HOOK"}
    with pytest.raises(KeyboardInterrupt):
        story.tell()
    story.sender.die = set()
    story.run(story.report(BODY.replace("第", "另"), year=2021, number=1))
    story.tell()
    (_, first), (_, second), (_, third) = story.sender.sent
    assert (first.key, first.title, first.text) == (second.key, second.title, second.text)
    assert third.key != first.key
    assert third.keys[0].startswith("new:")
    assert story.tell() == []


def test_a_page_that_goes_and_comes_back_is_told_each_time(story: Story) -> None:
    def missing(archive: Archive) -> None:
        archive.note(Outcome(ending=Ending.GONE, url=URL, site_id="wuhan", detail="HTTP 404"))

    story.run(story.report())
    story.tell()
    for step in (missing, story.report(), missing, story.report()):
        story.run(step)
        story.tell()
    assert story.sender.keys() == [["missing"], ["back"], ["missing"], ["back"]]
    assert len({key for _, message in story.sender.sent for key in message.keys}) == 4


def test_what_a_run_has_found_so_far_is_told_once(story: Story) -> None:
    story.run(story.report())
    story.tell()
    story.clock.forward(hours=1)
    with Archive.create(story.folder, clock=story.clock, command="crawl", notify=lambda _: None) as archive:
        story.report(EDITED)(archive)
        archive.flush()
        story.tell()
        story.clock.forward(minutes=1)
        story.report(BODY.replace("第", "另"), year=2021, number=1)(archive)
    story.tell()
    assert story.sender.keys() == [["revised"], ["new"]]
    assert story.tell() == []


def test_a_dry_run_shows_all_and_writes_nothing(story: Story) -> None:
    story.run(story.report())
    (sent,) = story.tell(since=LONG_AGO, dry=True)
    assert sent.arrived is None
    assert "武汉市人民政府关于2022年度推进法治政府建设情况的报告" in sent.message.text
    assert not story.state.exists()
    assert list(story.folder.parent.iterdir()) == [story.folder]
    assert story.sender.sent == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"kinds": (ChangeKind.REVISED,)}, ["revised"]),
        ({"kinds": (ChangeKind.GONE,)}, []),
        ({"regions": ("420000",)}, ["revised", "new"]),
        ({"regions": ("430000", "420100")}, ["revised", "new"]),
        ({"regions": ("430000",)}, []),
        ({"sites": ("wuhan",)}, ["revised", "new"]),
        ({"sites": ("other",)}, []),
        ({"weight": 45}, ["revised"]),
        ({"weight": 1000}, []),
        ({"changed_chars": 1000}, ["new"]),
    ],
)
def test_a_rule_chooses(story: Story, rule: dict[str, object], told: list[str]) -> None:
    story.run(story.report())
    chosen = NotifyRule(id="some", to=("$HOOK",), **rule)  # type: ignore[arg-type]
    story.tell(chosen)
    story.run(story.report(EDITED), story.report(BODY.replace("第", "另"), year=2021, number=1))
    story.tell(chosen)
    assert story.sender.keys() == ([told] if told else [])


def test_texts_that_came_from_outside_are_told_only_if_named(
    story: Story, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Story(tmp_path_factory.mktemp("other") / "archive", story.clock)
    other.run(other.report(BODY.replace("第", "另"), year=2021, number=1))
    story.run(story.report())
    named = NotifyRule(id="added", to=("$HOOK",), kinds=(ChangeKind.ADDED,))
    story.tell(RULE, named)
    story.run(lambda archive: archive.merge(other.folder, lambda _: None))
    story.tell(RULE, named)
    assert [message.keys[0].partition(":")[0] for _, message in story.sender.sent] == ["added"]


def test_the_state_file_holds_no_secret_and_is_the_owners_alone(story: Story) -> None:
    rule = replace(RULE, to=("json://user:geheim@hook.example/token-t0ps3cret",))
    story.run(story.report())
    story.sender.fail = {"json"}
    story.tell(rule, since=LONG_AGO)
    text = story.state.read_text()
    assert "geheim" not in text
    assert "t0ps3cret" not in text
    assert stat.S_IMODE(story.state.stat().st_mode) == 0o600
    assert sorted(each.name for each in story.folder.parent.iterdir()) == [
        ".notify.json.lock",
        "archive",
        "notify.json",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": "fazhi notify 2", "rules": {}}',
        '{"format": "fazhi notify 1", "rules": {"all": 7}}',
        '{"format": "fazhi notify 1", "rules": {"all": {"$HOOK": {"since": null, "through": "2026-01-01T00:00:00", "told": {}, "pending": null}}}}',
        '{"format": "fazhi notify 1", "rules": {"all": {"$HOOK": {"since": null, "through": null, "told": {"a": "x"}, "pending": null}}}}',
        '{"format": "fazhi notify 1", "rules": {"all": {"$HOOK": {"since": null, "through": null, "told": {}, "pending": {"key": 1}}}}}',
        "[" * 100_000,
    ],
    ids=range(9),
)
def test_another_file_in_its_place_is_refused(story: Story, content: str) -> None:
    story.state.write_text(content)
    with pytest.raises(ConfigError, match=r"notify\.json: is no state file"):
        State(story.state)


def test_two_at_once_are_refused(story: Story) -> None:
    with (
        State(story.state),
        pytest.raises(StateLocked, match="sends with this state file"),
        State(story.state),
    ):
        pass


def test_a_state_file_that_cannot_be_written_stops_before_anything_is_sent(story: Story) -> None:
    story.run(story.report())
    story.state = story.folder / "no-such-folder" / "notify.json"
    with pytest.raises(ConfigError, match=r"cannot be written"):
        story.tell(since=LONG_AGO)
    assert story.sender.sent == []


def test_what_was_told_long_ago_is_forgotten(story: Story) -> None:
    story.run(story.report())
    story.tell(since=LONG_AGO)
    story.clock.forward(days=500)
    story.run(story.report(EDITED))
    story.tell()
    ((_, delivery),) = json.loads(story.state.read_text())["rules"]["all"].items()
    assert [key.partition(":")[0] for key in delivery["told"]] == ["revised"]


def test_the_keys_are_those_of_a_catalogue_made_again(story: Story) -> None:
    from crawler.archive import rebuild

    story.run(story.report(), story.report(BODY.replace("第", "另"), year=2021, number=1))
    story.run(story.report(EDITED))
    before = [each.message.key for each in story.tell(since=LONG_AGO, dry=True)]
    rebuild(story.folder, clock=story.clock, notify=lambda _: None)
    assert [each.message.key for each in story.tell(since=LONG_AGO, dry=True)] == before
    with Reader.read(story.folder) as reader:
        assert reader.head()
