"""What other commands make of an archive with mementos: a merge, a database, the entry's defaults, what people are told."""

from __future__ import annotations

import json
from pathlib import Path

from crawler.archive import Archive
from tests.archive.held import faults, query
from tests.conftest import SITE, Clock, Fazhi, a_capture, a_report
from tests.intake.backfill.conftest import LIST, OLD, Fill, kept, page
from tests.intake.backfill.test_wayback import same_after_rebuild
from tests.intake.backfill.web_archives import WebArchives


def test_a_merge_takes_mementos_over_and_still_says_whose_they_are(
    archives: WebArchives, fill: Fill, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    archives.captures = [kept(), kept(timestamp="20190401000000", payload=page(text="later"))]
    fill()
    ours = tmp_path / "ours"
    clock.forward(days=1)
    with Archive.create(ours, clock=clock) as archive:
        capture = a_capture(at=clock())
        archive.record(capture)
        archive.store(a_report(), capture, SITE)
    clock.forward(days=1)
    with Archive.create(ours, clock=clock) as archive:
        assert archive.merge(folder, notify=print) > 0
    assert query(ours, "SELECT origin, count(*) FROM versions GROUP BY origin ORDER BY origin") == [
        ("merged", 2),
        ("own", 1),
    ]
    with Archive.read(ours) as reader:
        (report,) = (each for each in reader.reports() if each.year == 2017)
        sight = reader.first_sights(report.id or "")[1]
        (holding,) = reader.holdings([report])
        (publication,) = (each for each in reader.publications() if each.year == 2017)
    assert (sight.origin, sight.archive) == ("merged", "wayback")
    assert sight.address.startswith(f"{archives.base}/web/2018")
    assert {text.seen_by for text in publication.texts} == {
        "memento"
    }  # a merge makes no better witness of it
    assert holding.state is None  # neither archive has visited the page
    same_after_rebuild(ours, clock)
    assert faults(folder, deep=True) == []


ENTRY = f"""
defaults: {{backfill: ["wayback http://archives.example.org"], contact: lab@example.org}}
sources:
  - {{id: wuhan, name: 武汉市人民政府, region: "420100", lists: ["{LIST}"]}}
"""


def test_the_archives_of_the_defaults_are_asked_and_the_command_line_is_asked_before_them(
    archives: WebArchives, fazhi: Fazhi, folder: Path, tmp_path: Path, unhurried: None
) -> None:
    archives.captures = [kept()]
    (tmp_path / "sources.yaml").write_text(ENTRY)
    words = ["--sources", str(tmp_path / "sources.yaml"), "--archive", str(folder)]
    words += ["--connect-to", archives.connect_to_words]
    code, out, _ = fazhi("backfill", *words, "--from", f"memento {archives.base}/timemap/", "--dry-run")
    assert (code, archives.paths("/cdx/")) == (0, [])
    code, out, _ = fazhi("backfill", *words)
    assert (code, out.split("\t")[0]) == (0, "new")
    assert {agent.partition(" ")[2] for agent in archives.agents} == {
        "(+lab@example.org; archive of public government reports)"
    }


def test_show_and_cite_say_who_saw_a_text_first_and_that_nobody_here_visits_its_page(
    archives: WebArchives, fill: Fill, fazhi: Fazhi, folder: Path
) -> None:
    archives.captures = [kept()]
    fill()
    code, _, told = fazhi("show", OLD, "--archive", str(folder))
    assert code == 0
    assert (
        f"seen first by wayback on 2018-04-01T00:00:00Z: {archives.base}/web/20180401000000id_/{OLD}" in told
    )
    assert "published by a site that this archive has not crawled;" in told
    assert "; live" not in told
    assert f"{OLD}  (not visited by this archive)" in told
    _, out, _ = fazhi("cite", OLD, "--archive", str(folder))
    assert "no page of it is visited" in out
    assert fazhi("reports", "--state", "live", "--json", "--archive", str(folder))[1].strip() == "[]"


def test_a_difference_says_which_of_its_texts_others_have_captured(
    archives: WebArchives, fill: Fill, fazhi: Fazhi, folder: Path
) -> None:
    archives.captures = [kept(), kept(timestamp="20190401000000", payload=page(text="later"))]
    fill()
    _, out, _ = fazhi("diff", OLD, "--archive", str(folder))
    heads = [line for line in out.splitlines() if line.startswith(("--- ", "+++ "))]
    assert [line.endswith(" (memento)") for line in heads] == [True, True]
    _, out, _ = fazhi("diff", OLD, "--archive", str(folder), "--json")
    assert [json.loads(out)[side]["origin"] for side in ("old", "new")] == ["memento", "memento"]
