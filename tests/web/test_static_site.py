"""The site as files: every link leads to a file, bytes are stable, and only files of its own are touched."""

from __future__ import annotations

import json
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.archive import Reader
from crawler.errors import ArchiveLocked, ConfigError
from crawler.field.search_tokens import tokens
from crawler.web.static_site import folder as folders
from crawler.web.static_site.folder import OURS, Counts, open_folder
from crawler.web.static_site.making import Wishes, make_site
from crawler.web.static_site.search_index import SHARDS
from tests.conftest import a_report
from tests.web.conftest import ATTACK

Told = tuple[Path, dict[str, str], datetime]


def made(told: Told, folder: Path, *, base_url: str = "", days: int = 0) -> Counts:
    """Make the site of the archive with a story."""
    with Reader.read(told[0]) as reader:
        return make_site(reader, folder, Wishes(now=told[2] + timedelta(days=days), base_url=base_url))


@pytest.fixture(scope="module")
def public(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "public"
    made(told, folder)
    return folder


def pages(folder: Path) -> Iterator[tuple[str, LexborHTMLParser]]:
    """Each HTML file with its name."""
    for path in sorted(folder.rglob("*.html")):
        yield path.relative_to(folder).as_posix(), LexborHTMLParser(path.read_text("utf-8"))


def links_of(tree: LexborHTMLParser) -> Iterator[str]:
    for name in ("href", "src", "action"):
        for each in tree.css(f"[{name}]"):
            yield each.attributes[name] or ""


def broken(folder: Path) -> list[str]:
    """Each internal link of a site that leads to no file, or to no element of one."""
    ids: dict[str, set[str]] = {}
    trees = dict(pages(folder))
    faults = []
    for name, tree in trees.items():
        for link in links_of(tree):
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                continue
            file = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
                if parts.path
                else name
            )
            anchor = parts.fragment.partition(":~:")[0]
            if link.startswith("/") or parts.query or file.startswith("..") or not (folder / file).is_file():
                faults.append(f"{name}: {link}")
            elif anchor:
                known = ids.setdefault(
                    file, {each.attributes["id"] or "" for each in trees[file].css("[id]")}
                )
                if anchor not in known:
                    faults.append(f"{name}: {link}: no such place")
    return faults


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Time of the last change, and content, of each file but the lock."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def test_every_link_leads_to_a_file(public: Path) -> None:
    assert broken(public) == []
    names = {name for name, _ in pages(public)}
    assert {"index.html", "coverage.html", "about.html", "en/index.html", "en/region/420100.html"} <= names


def test_a_broken_link_would_be_found(public: Path, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<a href="nix.html">x</a><a href="#nix">y</a><a href="/index.html">z</a>'
    )
    assert len(broken(tmp_path)) == 3


def test_every_report_and_version_has_its_pages_in_both_languages(public: Path, told: Told) -> None:
    ids = told[1]
    for name in (f"r/{ids['edited']}", f"r/{ids['edited']}/v1", f"r/{ids['edited']}/v2", f"r/{ids['gone']}"):
        for folder, language in (("", "zh-CN"), ("en/", "en")):
            tree = LexborHTMLParser((public / f"{folder}{name}.html").read_text("utf-8"))
            assert tree.css_first("html").attributes["lang"] == language
            assert tree.css("link[rel=alternate][type='application/json']")
        assert json.loads((public / f"{name}.json").read_text("utf-8"))["title"]
        assert "项工作" in (public / f"{name}.txt").read_text("utf-8")
    assert (public / f"diff/{ids['edited']}/1-2.html").is_file()


def test_addresses_in_data_lead_to_files_too(public: Path) -> None:
    rows = json.loads((public / "region/420000.json").read_text("utf-8"))["rows"]
    assert len(rows) == 3
    assert all((public / "region" / row["page"]).is_file() for row in rows)


def test_a_page_forbids_all_that_is_not_its_own(public: Path) -> None:
    for name, tree in pages(public):
        policy = tree.css_first("meta[http-equiv='Content-Security-Policy']")
        assert policy is not None, name
        assert "default-src 'none'" in (policy.attributes["content"] or "")
        assert not tree.css("script:not([src]), style, [style], [onclick]")


def test_captured_pages_are_not_in_the_site(public: Path) -> None:
    for name, (_, content) in files_of(public).items():
        assert b"steal()" not in content
        assert b"<script>alert" not in content or not name.endswith(".html")
    text = next(path for path in public.glob("r/*.txt") if "alert(1)" in path.read_text("utf-8"))
    assert ATTACK.split("\x1b")[0] in text.read_text("utf-8")


def test_what_needs_a_server_is_not_shown(public: Path) -> None:
    for name, tree in pages(public):
        forms = [each.attributes["action"] or "" for each in tree.css("form")]
        assert all(action.rpartition("/")[2] == "search.html" for action in forms), name
        assert not [link for link in links_of(tree) if re.search(r"(^|/)(web|timemap)/", urlsplit(link).path)]


def test_a_second_run_writes_nothing(told: Told, tmp_path: Path) -> None:
    first = made(told, tmp_path / "site")
    before = files_of(tmp_path / "site")
    again = made(told, tmp_path / "site")
    assert (first.written, again.written, again.removed) == (first.files, 0, 0)
    assert files_of(tmp_path / "site") == before


def test_a_link_is_relative_below_any_folder_and_feeds_need_an_address(told: Told, tmp_path: Path) -> None:
    made(told, tmp_path / "plain")
    assert list((tmp_path / "plain").rglob("*.atom")) == []
    made(told, tmp_path / "site", base_url="https://example.org/fazhi")
    assert broken(tmp_path / "site") == []
    feed = (tmp_path / "site" / "changes.atom").read_text("utf-8")
    addresses = re.findall(r'href="(https://example.org/fazhi/[^"]+)"', feed)
    assert len(addresses) > 3
    for address in addresses:
        assert (tmp_path / "site" / unquote(urlsplit(address).path.removeprefix("/fazhi/"))).is_file()


def test_a_site_with_an_address_has_a_page_for_missing_ones_that_leads_back_from_anywhere(
    told: Told, public: Path, tmp_path: Path
) -> None:
    made(told, tmp_path / "site", base_url="https://example.org/fazhi")
    tree = LexborHTMLParser((tmp_path / "site" / "404.html").read_text("utf-8"))
    found = list(links_of(tree))
    assert len(found) > 8
    for link in found:
        assert link.startswith("https://example.org/fazhi/") or link == "#content"
        if link != "#content":
            assert (tmp_path / "site" / unquote(urlsplit(link).path.removeprefix("/fazhi/"))).is_file()
    assert "没有这个页面" in tree.css_first("h1").text()
    assert "本站没有这个页面" in tree.css_first("main p").text()
    assert not (public / "404.html").exists()


def test_progress_counts_every_file(told: Told, tmp_path: Path) -> None:
    seen: list[int] = []
    with Reader.read(told[0]) as reader:
        counts = make_site(reader, tmp_path / "site", Wishes(now=told[2], progress=seen.append))
    assert seen == list(range(1, counts.files + 1))


def test_what_the_site_no_longer_has_is_removed_and_nothing_else(told: Told, tmp_path: Path) -> None:
    site = tmp_path / "site"
    made(told, site, base_url="https://example.org")
    (site / "CNAME").write_text("example.org")
    (site / "notes").mkdir()
    (site / "notes" / "mine.html").write_text("mine")
    (site / "en" / "changes.atom").write_text("changed by somebody")
    counts = made(told, site)
    assert counts.removed > 0
    assert counts.kept == ("en/changes.atom",)
    assert [path.relative_to(site).as_posix() for path in site.rglob("*.atom")] == ["en/changes.atom"]
    assert (site / "CNAME").read_text() == "example.org"
    assert (site / "notes" / "mine.html").read_text() == "mine"


def test_a_folder_of_others_is_refused(told: Told, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(ConfigError, match=r"index\.html"):
        made(told, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]
    for place in (told[0], told[0] / "site", told[0].parent):
        with pytest.raises(ConfigError, match="folder of its own"):
            made(told, place)


def test_a_file_of_others_in_the_place_of_one_is_not_overwritten(told: Told, tmp_path: Path) -> None:
    site = tmp_path / "site"
    made(told, site)
    (site / "changes.atom").write_text("mine")
    before = files_of(site)
    with pytest.raises(ConfigError, match=r"changes\.atom: exists"):
        made(told, site, base_url="https://example.org")
    assert files_of(site) == before


@pytest.mark.parametrize("where", ["r", "index.html"])
def test_nothing_is_written_through_a_link(told: Told, tmp_path: Path, where: str) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    made(told, site)
    (site / where).rename(elsewhere)
    (site / where).symlink_to(elsewhere)
    before = files_of(elsewhere) if elsewhere.is_dir() else elsewhere.read_bytes()
    with pytest.raises(ConfigError, match="remove it"):
        made(told, site)
    assert (files_of(elsewhere) if elsewhere.is_dir() else elsewhere.read_bytes()) == before


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"format":"fazhi-site/1","files":{"../../x":"' + "0" * 64 + '"}}',
     '{"format":"fazhi-site/1","files":{"/etc/x":"' + "0" * 64 + '"}}', '{"format":"fazhi-site/1","files":{"a":"b"}}'],
)  # fmt: skip
def test_a_faulty_manifest_is_refused(told: Told, tmp_path: Path, manifest: str) -> None:
    site = tmp_path / "site"
    (site / OURS).mkdir(parents=True)
    (site / OURS / "manifest.json").write_text(manifest)
    with pytest.raises(ConfigError, match=r"manifest\.json"):
        made(told, site)


def test_a_kill_while_pages_are_made_leaves_the_site_as_it_was(told: Told, tmp_path: Path) -> None:
    site = tmp_path / "site"
    made(told, site)
    before = files_of(site)

    class Killed(BaseException):
        pass

    def kill(number: int) -> None:
        if number == 200:
            raise Killed

    wishes = Wishes(now=told[2] + timedelta(days=400), base_url="https://example.org", progress=kill)
    with Reader.read(told[0]) as reader, pytest.raises(Killed):
        make_site(reader, site, wishes)
    assert files_of(site) == before


@pytest.mark.parametrize("at", [1, 7, 40])
def test_a_kill_while_files_are_put_in_place_is_gone_on_with(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    site, whole = tmp_path / "site", tmp_path / "whole"
    made(told, site, base_url="https://example.org")
    made(told, whole, days=400)

    class Killed(BaseException):
        pass

    done = 0
    replace, rmtree = Path.replace, folders.shutil.rmtree

    def killed_replace(self: Path, target: Path) -> Path:
        nonlocal done
        if "new" in self.parts:
            done += 1
            if done == at:
                raise Killed
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", killed_replace)
    monkeypatch.setattr(
        folders.shutil, "rmtree", lambda *args, **words: None if done == at else rmtree(*args, **words)
    )
    with pytest.raises(Killed):
        made(told, site, days=400)
    monkeypatch.undo()
    with open_folder(site, told[0]):
        pass

    def shown(folder: Path) -> dict[str, bytes]:
        return {name: content for name, (_, content) in files_of(folder).items()}

    assert shown(site) == shown(whole)


def test_two_runs_do_not_write_to_one_folder(told: Told, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with open_folder(site, told[0]), pytest.raises(ArchiveLocked):
        made(told, site)


def test_the_index_leads_from_every_term_to_its_reports(public: Path, told: Told) -> None:
    def part(name: str) -> object:
        body = re.fullmatch(
            r"fazhi\.\w+\(\"\w*\",(.*)\);\n", (public / f"search/{name}.js").read_text("utf-8"), re.S
        )
        assert body is not None
        return json.loads(body[1])

    facts, reports = part("index"), part("reports/0")
    assert isinstance(facts, dict)
    assert isinstance(reports, list)
    assert facts["reports"] == len(reports) == 3
    for term in {each for each in tokens(a_report().title) if each.isalnum()}:
        shard = f"{ord(term[0]) % SHARDS:02x}"
        assert shard in re.findall("..", facts["shards"])
        postings = part(f"terms/{shard}")
        assert isinstance(postings, dict)
        numbers = [int(each, 36) for each in postings[term].split()]
        found = [sum(numbers[: end + 1]) for end in range(len(numbers))]
        assert {reports[each][0] for each in found} >= {told[1]["edited"]}


def test_the_command_says_what_it_did_and_refuses_a_folder_of_others(told: Told, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "crawler", "site", str(tmp_path / "site"), "--archive", str(told[0])]
    first = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (first.returncode, first.stdout) == (0, "")
    assert re.search(r"site: \d+ files, \d+ written, 0 removed; open .*/site/index\.html\n$", first.stderr)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    words[4] = str(tmp_path / "mine")
    refused = subprocess.run(words, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "a.txt" in refused.stderr
