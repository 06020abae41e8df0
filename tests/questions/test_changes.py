"""What has changed: told once, of this archive's own crawls, and in an order that an editor wants."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, Reader, rebuild
from crawler.errors import ConfigError
from crawler.extract import extract
from crawler.model import Ending, Outcome, Site, SiteVisit, VisitState, Years
from crawler.questions.changes import ChangeKind, Changes, changes
from crawler.questions.changes.tables import short_cells
from tests.conftest import BODY, SITE, Clock, Fazhi, a_capture, a_report

IMPORT = Site(id="import", name="武汉市", region="420100")
HUANGSHI = Site(id="hs", name="黄石市人民政府", region="420200", lists=("https://www.huangshi.gov.cn/a/",))
TODAY = date(2023, 12, 20)
START = datetime(2023, 11, 1, tzinfo=UTC)


def url(name: str, site: Site = SITE) -> str:
    return f"https://{'www.wuhan.gov.cn' if site is not HUANGSHI else 'www.huangshi.gov.cn'}/a/{name}.html"


def body(name: str) -> str:
    return f"{BODY}\n这是{name}的报告。"


class Story:
    """Writes an archive, a run a day."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock, self.ids = folder, clock, dict[str, str]()
        self._archive: Archive

    @contextmanager
    def day(self, days: float = 1) -> Iterator[Archive]:
        self.clock.forward(days=days)
        with Archive.create(self.folder, clock=self.clock, notify=lambda _: None) as archive:
            self._archive = archive
            yield archive
            self.clock.forward(minutes=1)

    def show(
        self, name: str, text: str | None = None, site: Site = SITE, *, at: str | None = None, **fields: str
    ) -> None:
        """A page of that name, or the one at `at`, shows a text."""
        text = text or body(name)
        origin = "foreign.warc.gz#1" if site is IMPORT else None
        capture = a_capture(url(at or name, site), text.encode(), at=self.clock())
        self._archive.record(capture, origin=origin)
        made = replace(a_report(text), region=site.region, kind="government", **fields)  # type: ignore[arg-type]
        outcome = self._archive.store(made, capture, site)
        self.ids.setdefault(name, outcome.report_id or "")

    def lose(self, name: str) -> None:
        self._archive.note(Outcome(ending=Ending.GONE, url=url(name), site_id=SITE.id, detail="HTTP 404"))

    def ask(self, **words: object) -> Changes:
        arguments = {"since": START, "today": TODAY} | words
        with Reader.read(self.folder) as reader:
            return changes(reader, **arguments)  # type: ignore[arg-type]

    def told(self, **words: object) -> list[tuple[str, str]]:
        names = {report: name for name, report in self.ids.items()}
        return [(each.kind.value, names.get(each.report_id or "", "?")) for each in self.ask(**words).changes]


@pytest.fixture
def story(folder: Path, clock: Clock) -> Story:
    return Story(folder, clock)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Five reports, and a day later four edits: of a comma, a figure, a figure with the date, and words; one at 黄石市.

    Only read it. `copied` is for writing.
    """
    story = Story(tmp_path_factory.mktemp("changes") / "archive", Clock())
    story.clock.now = datetime(2023, 11, 25, 3, tzinfo=UTC)  # in the past of any clock that a command asks
    with story.day():
        for name in "abcd":
            story.show(name)
        story.show("e", site=HUANGSHI)
    with story.day():
        story.show("a", body("a").replace("成效,", "成效;"))
        story.show("b", body("b").replace("111件", "112件"))
        story.show("c", body("c").replace("111件", "112件"), published="2023-03-01")
        story.show("d")
        story.show("e", body("e").replace("取得成效", "取得显著成效", 1), HUANGSHI)
    return story


@pytest.fixture
def copied(edited: Story, tmp_path: Path) -> Story:
    """The same archive in a folder of its own."""
    story = Story(tmp_path / "archive", Clock())
    shutil.copytree(edited.folder, story.folder)
    story.ids, story.clock.now = edited.ids, edited.clock.now
    return story


SECOND_DAY = datetime(2023, 11, 26, 16, tzinfo=UTC)  # 27 November in China


def test_quiet_edits_come_first_and_commas_last(edited: Story) -> None:
    assert edited.told(since=SECOND_DAY) == [
        ("revised", "b"),
        ("revised", "e"),
        ("revised", "c"),
        ("revised", "a"),
    ]
    quiet = {each.report_id: each.quiet for each in edited.ask(since=SECOND_DAY).changes}
    assert quiet == {edited.ids[name]: name in "be" for name in "abce"}


def test_an_edit_tells_how_much_and_what_and_where_it_comes_from(edited: Story) -> None:
    edit = edited.ask(since=SECOND_DAY).changes[0]
    assert edit.text is not None
    assert edit.text.first is not None
    assert (edit.text.first.old, edit.text.first.new, edit.text.changed_chars) == ("111", "112", 6)
    assert (edit.version, edit.text.from_version, edit.run, edit.url) == (2, 1, 2, url("b"))
    assert edit.captured_at == edit.at
    assert edit.text.captured_before == edit.at - timedelta(days=1, minutes=1)


def test_new_reports_are_told_on_their_day_and_not_later(edited: Story) -> None:
    first = edited.ask(until=SECOND_DAY)
    assert [each.kind for each in first.changes] == [ChangeKind.NEW] * 5
    assert (first.counts[ChangeKind.NEW], first.counts[ChangeKind.REVISED], first.runs) == (5, 0, (1,))
    assert edited.ask(since=SECOND_DAY).counts[ChangeKind.NEW] == 0


def test_runs_count_whole(edited: Story) -> None:
    assert edited.told(since=2) == edited.told(since=SECOND_DAY)
    assert edited.told(since=1, until=1) == edited.told(until=SECOND_DAY)
    with pytest.raises(ConfigError, match="run 3: the archive has runs 1 to 2"):
        edited.ask(since=3)
    with pytest.raises(ConfigError, match="must be before"):
        edited.ask(since=2, until=1)


def test_filters(edited: Story) -> None:
    assert edited.told(since=2, region="420200") == [("revised", "e")]
    assert len(edited.told(since=2, region="420000")) == 4
    assert edited.told(since=2, region="440000") == []
    assert edited.told(since=1, kinds=[ChangeKind.NEW], region="420200") == [("new", "e")]


def test_a_page_is_missing_then_gone_then_back(story: Story) -> None:
    with story.day():
        story.show("a")
        story.show("b")
    with story.day():
        story.lose("a")
        story.lose("b")
    assert story.told(since=2) == [("missing", "a"), ("missing", "b")]
    with story.day(2):
        story.lose("a")
        story.show("b")
    assert story.told(since=2) == [("gone", "a")]
    assert story.told(since=3) == [("gone", "a"), ("back", "b")]
    (gone, _) = story.ask(since=3).changes
    assert (gone.version, gone.title, gone.detail) == (2, a_report().title, "HTTP 404")
    with story.day():
        story.show("a", body("a").replace("111件", "113件"))
    assert story.told(since=4) == [("back", "a")]
    (back,) = story.ask(since=4).changes
    assert back.text is not None
    assert back.text.from_version == 1
    assert {each.rule for each in back.findings} == {"back", "figure_changed", "words_removed", "words_added"}
    assert story.told(since=2) == [("back", "a"), ("gone", "a")]  # the text that came back is a quiet edit


def test_a_report_at_another_address_has_moved(story: Story) -> None:
    with story.day():
        story.show("a")
    with story.day():
        story.lose("a")
        story.show("a", at="a2")
    with story.day(2):
        story.lose("a")
    (moved,) = story.ask(since=3).changes
    assert (moved.kind, moved.url, moved.detail) == (ChangeKind.MOVED, url("a"), url("a2"))


def test_a_shrunk_text_is_told_before_it_is_believed_and_then_judged(story: Story) -> None:
    short = body("a")[: len(body("a")) // 2]
    with story.day():
        story.show("a")
    with story.day():
        story.show("a", short)
    (first,) = story.ask(since=2).changes
    assert (first.kind, first.text, first.weight) == (ChangeKind.SHRUNK, None, 80)
    with story.day(2):
        story.show("a", short)
    (then,) = story.ask(since=2).changes
    assert then.kind is ChangeKind.SHRUNK
    assert then.text is not None
    assert then.quiet
    assert {"paragraph_removed", "figure_removed"} <= {each.rule for each in then.findings}


def test_a_change_at_both_addresses_of_a_report_is_one(story: Story) -> None:
    with story.day():
        story.show("a")
        story.show("a", at="a2")
    new = body("a").replace("111件", "112件")
    with story.day():
        story.show("a", new)
    with story.day():
        story.show("a", new, at="a2")
    assert story.told(since=2) == [("revised", "a")]
    assert story.told(since=3) == []


def test_what_others_saw_is_no_news(story: Story, folder: Path) -> None:
    with story.day():
        story.show("a")
    with story.day():
        story.show("old", site=IMPORT)
    assert story.told(since=2) == []
    found = story.ask(since=2, kinds=[ChangeKind.ADDED])
    assert [(each.origin, each.run) for each in found.changes] == [("imported", 2)]
    with story.day():
        story.show("old")  # our own crawl sees it too
    assert story.told(since=3) == []
    theirs = Story(folder.parent / "other", Clock())
    theirs.clock.forward(days=-300)
    with theirs.day():
        theirs.show("b")
        theirs.show("c")
    with theirs.day():
        theirs.show("c", body("c").replace("111件", "112件"))
        theirs.lose("b")
    with story.day() as archive:
        archive.merge(theirs.folder, lambda _: None)
    assert story.told(since=4) == []
    added = story.ask(since=START, kinds=[ChangeKind.ADDED])
    assert [each.origin for each in added.changes].count("merged") == 3
    assert all(each.at >= START for each in added.changes)
    assert story.told(since=START - timedelta(days=400)) == [("new", "a")]


def test_the_answer_is_the_same_after_a_rebuild(copied: Story) -> None:
    before = copied.ask()
    (copied.folder / "catalogue.db").unlink()
    rebuild(copied.folder, clock=copied.clock, notify=lambda _: None)
    assert copied.ask() == before


def test_it_is_asked_while_a_run_writes_and_with_read_permission_only(copied: Story) -> None:
    before = copied.ask().changes
    with copied.day() as archive:
        copied.show("b", body("b").replace("111件", "119件"))
        archive.flush()
        assert copied.ask(until=2).changes == before
        assert copied.told(since=3) == [("revised", "b")]
    paths = [copied.folder, *copied.folder.rglob("*")]
    try:
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        assert copied.ask(until=2).changes == before
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


# -- overdue reports ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A source for 2022 alone is visited before and after the last day, and publishes on 20 April 2023."""
    story = Story(tmp_path_factory.mktemp("overdue") / "archive", Clock())
    site = replace(SITE, years=Years(first=2022, last=2022))
    story.clock.now = datetime(2023, 3, 19, 4, tzinfo=UTC)
    for days, found in ((1, False), (20, False), (10, True)):
        with story.day(days) as archive:
            begun = SiteVisit(site_id=site.id, began_at=archive.started_at)
            archive.begin_visit(begun, site)
            if found:
                story.show("a", published="2023-04-18")
            archive.end_visit(replace(begun, state=VisitState.COMPLETE, years=(2022,) if found else ()))
    return story


def test_a_report_becomes_overdue_and_is_then_published(visited: Story) -> None:
    april = datetime(2023, 3, 31, 16, tzinfo=UTC)
    (late,) = visited.ask(since=april, until=april + timedelta(days=15)).changes
    assert (late.kind, late.region, late.year, late.report_id) == (
        ChangeKind.NEWLY_OVERDUE,
        "420100",
        2022,
        None,
    )
    assert (late.at, late.weight) == (datetime(2023, 4, 9, 4, 1, tzinfo=UTC), 120)
    assert late.detail == "due by 2023-03-31; not_yet_due before, overdue (15 days) now"
    found = visited.ask(since=april + timedelta(days=15), until=april + timedelta(days=30)).changes
    assert [each.kind for each in found] == [ChangeKind.NEW, ChangeKind.NO_LONGER_OVERDUE]
    assert {each.report_id for each in found} == {visited.ids["a"]}


def test_the_visit_that_sees_it_makes_it_overdue_and_not_the_calendar(visited: Story) -> None:
    visit = datetime(2023, 4, 8, 16, tzinfo=UTC)
    (late,) = visited.ask(since=visit, until=visit + timedelta(days=1)).changes
    assert (late.kind, late.weight) == (ChangeKind.NEWLY_OVERDUE, 120)
    assert late.detail.startswith("due by 2023-03-31; unknown (no complete visit of its source began after")


def test_what_the_archive_only_learns_to_be_overdue_weighs_little(visited: Story) -> None:
    march = datetime(2023, 3, 1, tzinfo=UTC)
    site = replace(SITE, id="hs", region="420200")
    copy = Story(visited.folder.parent / "first-visit", Clock())
    copy.clock.now = datetime(2023, 5, 1, tzinfo=UTC)
    with copy.day() as archive:
        begun = SiteVisit(site_id="hs", began_at=archive.started_at)
        archive.begin_visit(begun, replace(site, years=Years(first=2022, last=2022)))
        archive.end_visit(replace(begun, state=VisitState.COMPLETE))
    (found,) = copy.ask(since=datetime(2023, 5, 1, 16, tzinfo=UTC), today=date(2023, 5, 3)).changes
    assert (found.kind, found.weight, found.region) == (ChangeKind.FOUND_OVERDUE, 15, "420200")
    asked = visited.ask(since=march, kinds=[ChangeKind.NEW])
    assert [each.kind for each in asked.changes] == [ChangeKind.NEW]
    assert set(asked.counts) == {ChangeKind.NEW, ChangeKind.ADDED}


def test_a_run_has_only_what_it_found_overdue_itself(folder: Path, clock: Clock) -> None:
    story = Story(folder, clock)
    clock.now = datetime(2023, 5, 1, tzinfo=UTC)
    for site in (SITE, HUANGSHI):
        with story.day(days=5) as archive:
            begun = SiteVisit(site_id=site.id, began_at=archive.started_at)
            archive.begin_visit(begun, replace(site, years=Years(first=2022, last=2022)))
            archive.end_visit(replace(begun, state=VisitState.COMPLETE))
    for run, region in ((1, "420100"), (2, "420200")):
        (found,) = story.ask(since=run, until=run).changes
        assert (found.kind, found.region) == (ChangeKind.FOUND_OVERDUE, region)
    assert story.ask(since=1, until=2).counts[ChangeKind.FOUND_OVERDUE] == 2


# -- the command ---------------------------------------------------------------------------------------------


def test_the_command_prints_lines_csv_and_json(edited: Story, fazhi: Fazhi) -> None:
    where = ("changes", "--archive", str(edited.folder), "--since", "last")
    code, out, err = fazhi(*where)
    assert (code, len(out.splitlines())) == (0, 4)
    assert err == "since 2023-11-27: 4 revised; of these quiet: 2\n"
    _, out, _ = fazhi(*where, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (rows[0]["report_id"], rows[0]["quiet"]) == (edited.ids["b"], "quiet")
    assert (rows[0]["changed_chars"], rows[0]["first_removed"], rows[0]["first_added"]) == ("6", "111", "112")
    _, out, err = fazhi(*where, "--json", "--limit", "1")
    value = json.loads(out)
    assert value["counts"]["revised"] == 4
    (first,) = value["changes"]
    assert (first["change"], first["quiet"], first["text"]["main"]["new"]) == ("revised", True, "112")
    assert sum(each["weight"] for each in first["why"]) == first["weight"]
    assert err == "since 2023-11-27: 4 revised; of these quiet: 2; 3 more than --limit shows\n"


def test_the_command_says_what_it_looked_at(edited: Story, fazhi: Fazhi) -> None:
    where = ("changes", "--archive", str(edited.folder))
    code, out, err = fazhi(*where, "--since", "2023-11-26", "--until", "2023-11-26", "--region", "广东")
    assert (code, out) == (0, "")
    assert err == "from 2023-11-26 to 2023-11-26: nothing of 440000 广东省 has changed\n"
    code, _, err = fazhi(*where, "--since", "7")
    assert (code, err) == (2, "run 7: the archive has runs 1 to 2\n")
    code, _, err = fazhi(*where, "--since", "soon")
    assert (code, err) == (2, "--since soon: must be a day, such as 2026-11-01, a run's number, or last\n")
    code, _, err = fazhi(*where, "--since", "2023-11-27", "--until", "2023-11-26")
    assert (code, err) == (2, "--since 2023-11-27: lies after --until 2023-11-26\n")
    code, _, err = fazhi(*where, "--since", "2926-01-01")
    assert code == 2
    assert err.startswith("--since 2926-01-01: lies in the future; today is ")


def test_an_end_alone_means_the_days_before_it_or_that_run(edited: Story, fazhi: Fazhi) -> None:
    where = ("changes", "--archive", str(edited.folder))
    code, _, err = fazhi(*where, "--until", "2023-11-26")
    assert (code, err) == (0, "from 2023-11-20 to 2023-11-26: 5 new\n")
    code, _, err = fazhi(*where, "--until", "2")
    assert (code, err) == (0, "since 2023-11-27: 4 revised; of these quiet: 2\n")


def test_a_text_from_a_page_cannot_forge_a_line_or_a_formula(
    story: Story, fazhi: Fazhi, folder: Path
) -> None:
    with story.day():
        story.show("a")
    with story.day():
        story.show("a", body("a").replace("111", "=cmd|' /C calc'!A0\x1b[31m"), title="=1+1\tx\ny")
    _, out, _ = fazhi("changes", "--archive", str(folder), "--since", "2")
    assert len(out.splitlines()) == 1
    assert "\x1b" not in out
    _, out, _ = fazhi("changes", "--archive", str(folder), "--since", "2", "--csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert row["first_added"].startswith("'=cmd")
    assert row["title"].startswith("'=1+1")


def test_the_table_fits_80_columns(edited: Story) -> None:
    for change in edited.ask().changes:
        weight, kind, day, name, _ = map(str, short_cells(change))
        assert len(weight) <= 6
        assert len(kind) <= 10
        assert len(day) == 10
        assert len(name) <= 24


TITLE = "武汉市人民政府关于2022年度推进法治政府建设情况的报告"


def page_of(day: str, *, title: str = TITLE, visit: int = 0) -> bytes:
    """A page with a date, and a comment that another visit gets otherwise."""
    paragraphs = "".join(f"<p>{line}</p>" for line in BODY.split("\n"))
    return (
        f"<html><head><title>{title}</title></head><body><!-- {visit} --><h1>{title}</h1>"
        f"<p>发布日期：{day}　来源：市司法局</p><div class='TRS_Editor'>{paragraphs}</div></body></html>"
    ).encode()


def see(story: Story, payload: bytes, name: str = "a", days: float = 1) -> None:
    """A crawl on a later day sees this page."""
    with story.day(days) as archive:
        capture = a_capture(url(name), payload, at=story.clock())
        archive.record(capture)
        report = extract(capture.body, capture.headers, capture.url)
        outcome = archive.store(replace(report, region="420100", kind="government", year=2022), capture, SITE)
    story.ids.setdefault("a", outcome.report_id or "")


def test_a_date_moved_back_over_the_same_text_is_a_quiet_edit_and_comes_first(
    story: Story, fazhi: Fazhi
) -> None:
    see(story, page_of("2023-11-20"))
    see(story, page_of("2023-03-30", visit=1))
    with story.day() as archive:
        assert archive is not None
        story.show("b")
    found = story.ask()
    change = found.changes[0]
    assert (change.kind, change.quiet, change.weight, change.version) == (ChangeKind.REVISED, True, 100, 1)
    assert [(each.field, each.was, each.now) for each in change.fields] == [
        ("published", "2023-11-20", "2023-03-30")
    ]
    assert (change.published, change.url, change.run) == ("2023-03-30", url("a"), 2)
    assert change.captured_before is not None
    assert change.captured_at is not None
    assert change.captured_at - change.captured_before > timedelta(days=1)
    assert short_cells(change)[1] == "revised"
    assert "; quiet; " in str(short_cells(change)[4])
    assert "date moved back (2023-11-20 → 2023-03-30)" in str(short_cells(change)[4])
    words = ("changes", "--archive", str(story.folder), "--since", "2023-11-01")
    told = json.loads(fazhi(*words, "--json")[1])["changes"][0]
    assert told["fields"] == [{"field": "published", "was": "2023-11-20", "now": "2023-03-30"}]
    row = next(csv.DictReader(io.StringIO(fazhi(*words, "--csv")[1].removeprefix("\ufeff"))))
    assert (row["quiet"], row["published_before"], row["published_date"]) == (
        "quiet",
        "2023-11-20",
        "2023-03-30",
    )
    assert row["captured_before"] < row["captured_at"]


def test_an_edit_is_told_in_its_window_only(story: Story) -> None:
    see(story, page_of("2023-11-20"))
    see(story, page_of("2023-11-20", title=TITLE.replace("推进", ""), visit=1))
    see(story, page_of("2023-11-20", title=TITLE.replace("推进", ""), visit=2))
    assert story.told(since=3) == []
    (change,) = story.ask(since=2, until=2).changes
    assert [each.field for each in change.fields] == ["title"]
    assert change.title == TITLE.replace("推进", "")


def test_an_edit_that_two_addresses_show_is_told_once(story: Story) -> None:
    for visit, day in enumerate(("2023-11-20", "2023-03-30")):
        with story.day() as archive:
            for name in ("a", "copy"):
                capture = a_capture(url(name), page_of(day, visit=visit), at=story.clock())
                archive.record(capture)
                report = extract(capture.body, capture.headers, capture.url)
                archive.store(replace(report, region="420100", year=2022), capture, SITE)
    assert len(story.ask(since=2).changes) == 1


def test_a_date_that_is_that_of_each_visit_is_no_edit(story: Story) -> None:
    see(story, page_of("2023-11-20"))
    for visit in range(1, 4):
        see(story, page_of(f"{story.clock() + timedelta(days=1):%Y-%m-%d}", visit=visit))
    assert [kind for kind, _ in story.told()] == ["new"]


def test_a_date_that_changes_again_and_again_is_no_edit(story: Story) -> None:
    for visit in range(5):
        see(story, page_of(("2023-11-20", "2023-04-06")[visit % 2], visit=visit))
    assert [kind for kind, _ in story.told()] == ["new"]


def test_a_source_alone_is_no_quiet_edit(story: Story) -> None:
    see(story, page_of("2023-11-20"))
    see(story, page_of("2023-11-20", visit=1).replace("市司法局".encode(), "市政府办公厅".encode()))
    (change,) = story.ask(since=2).changes
    assert ([each.field for each in change.fields], change.quiet, change.weight) == (["source"], False, 25)
