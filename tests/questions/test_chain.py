"""What the chain of the manifest holds against somebody who may write to the archive, and has no published head to match."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import CATALOGUE, EMPTY_HEAD, MANIFEST, Archive, head, manifest_entries, rebuild
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.manifest_lines import Kind, read_line, written
from crawler.errors import ArchiveDamaged, ConfigError
from crawler.questions.verify import OlderChain, added, verify
from crawler.warc.members import members
from tests.archive.held import change, crawl_saved, faults, query
from tests.conftest import Clock, Fazhi, a_capture

Opener = Callable[[], Archive]
Facts = dict[str, Any]
ELSEWHERE = hashlib.sha256(b"another archive").hexdigest()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, clock = tmp_path_factory.mktemp("held") / "archive", Clock()
    for _ in range(2):
        clock.forward(seconds=1)
        with Archive.create(folder, clock=clock, command="crawl 武汉") as archive:
            crawl_saved(archive, clock, "wuhan")
    return folder


@pytest.fixture
def held(original: Path, folder: Path, clock: Clock) -> Path:
    """An archive of two runs of three lines each: begin, file, end."""
    clock.forward(minutes=5)
    shutil.copytree(original, folder)
    return folder


def whats(folder: Path, *, head: str | None = None, since: str | None = None) -> str:
    older = None if since is None else OlderChain.parse(since)
    found = verify(folder, head=head, since=older, notify=lambda _: None)
    return "\n".join(f"{fault.place}: {fault.what}" for fault in found)


def lines_of(folder: Path) -> list[bytes]:
    return (folder / MANIFEST).read_bytes().splitlines()


def write_lines(folder: Path, lines: list[bytes]) -> None:
    (folder / MANIFEST).write_bytes(b"".join(line + b"\n" for line in lines))


def rewrite(folder: Path, edit: Callable[[list[Facts]], list[Facts]]) -> None:
    """Write a chain anew that holds together, as somebody with write access can."""
    previous, lines = EMPTY_HEAD, []
    for facts in edit([json.loads(line) for line in lines_of(folder)]):
        lines.append(written(facts | {"previous": previous}))
        previous = hashlib.sha256(lines[-1]).hexdigest()
    write_lines(folder, lines)


def first_warc(folder: Path) -> Path:
    return min(folder.glob("warc/*/*.warc.gz"))


def forge_warc(folder: Path) -> Facts:
    """Change a WARC so that each record is still a valid gzip member. Return the line that it would have."""
    warc = first_warc(folder)
    warc.write_bytes(b"".join(gzip.compress(each.data.replace(b"2022", b"2023")) for each in members(warc)))
    data = warc.read_bytes()
    name = warc.relative_to(folder).as_posix()
    return {"file": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


# -- a second line for what the chain has said ------------------------------------------------------------


def test_a_second_line_for_a_file_is_a_fault_and_the_first_one_counts(held: Path) -> None:
    published = head(held)
    line = forge_warc(held)
    rewrite(held, lambda facts: [*facts, line])
    assert (held / MANIFEST).read_bytes().count(line["file"].encode()) == 2
    found = whats(held, head=published)
    assert f"manifest.jsonl:7: is a second line for {line['file']}; line 2, the first one, counts" in found
    assert f"{line['file']}: has {line['size']} bytes; it had" in found
    assert f"manifest.jsonl:6: what the head {published} covers was changed since: {line['file']}" in found


def test_a_second_equal_line_for_a_file_is_a_fault_too(held: Path) -> None:
    rewrite(held, lambda facts: [*facts, facts[1]])
    assert "is a second line for" in whats(held)


def test_a_writer_goes_by_the_first_line_of_a_file(held: Path) -> None:
    known = json.loads(lines_of(held)[1])
    rewrite(held, lambda facts: [*facts, forge_warc(held)])
    manifest = Manifest(held)
    assert manifest.sha256_of(known["file"]) == known["sha256"]
    with pytest.raises(ArchiveDamaged, match="a file is entered once"):
        manifest.add_file(known["file"], 1, known["sha256"])


RUN_LINES: dict[str, tuple[Callable[[list[Facts]], list[Facts]], str]] = {
    "a second end": (lambda facts: [*facts, facts[-1]], "run 2 ends a second time; line 6, the first one, counts"),
    "a second begin": (lambda facts: [*facts, facts[0]], "run 1 begins a second time"),
    "no begin": (lambda facts: [*facts[:3], *facts[4:]], "run 2 ends, and its begin is missing"),
    "no end of an earlier run": (lambda facts: [*facts[:2], *facts[3:]], "run 2 begins, and the end of run 1 is missing before it"),
    "no file": (lambda facts: [*facts[:4], facts[5]], "run 2 ended with 1 files, and 0 are listed"),
    "a line less": (lambda facts: [*facts[:1], *facts[2:]], "was line 3 when it was written"),
    "another start": (
        lambda facts: [facts[0] | {"begun": "2020-01-01T00:00:00Z"}, *facts[1:]],
        "run 1 has another start than the line of its begin",
    ),
    "another end": (
        lambda facts: [*facts[:5], facts[5] | {"finished": "2030-01-01T00:00:00Z"}],
        "the catalogue has another `finished` for run 2",
    ),
    "another state": (lambda facts: [*facts[:5], facts[5] | {"state": "killed"}], "the catalogue has another `state`"),
    "another command": (lambda facts: [*facts[:5], facts[5] | {"command": "x"}], "the catalogue has another `command`"),
    "another program": (lambda facts: [*facts[:5], facts[5] | {"software": "x"}], "the catalogue has another `software`"),
    "another detail": (lambda facts: [*facts[:5], facts[5] | {"detail": "x"}], "the catalogue has another `detail`"),
    "a run never made": (
        lambda facts: [*facts, {"run": 3, "begun": "2026-11-25T03:09:00Z", "command": "", "software": ""}],
        "the catalogue has no run 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RUN_LINES)
def test_the_lines_of_runs_agree_with_each_other_and_with_the_catalogue(name: str, held: Path) -> None:
    edit, what = RUN_LINES[name]
    rewrite(held, edit)
    assert what in whats(held)


def test_a_listed_file_under_the_name_of_an_open_one_is_still_checked(held: Path) -> None:
    """A run that is killed between the line and the rename leaves it so, complete."""
    warc = first_warc(held)
    opened = warc.with_name(f"{warc.name}.open")
    warc.rename(opened)
    assert "its SHA-256 differs" not in whats(held)
    data = bytearray(opened.read_bytes())
    data[1000] ^= 1
    opened.write_bytes(data)
    found = whats(held, head=head(held))
    assert f"{warc.relative_to(held).as_posix()}: its SHA-256 differs from the one in manifest.jsonl" in found
    assert "covers was changed since" in found


# -- the end of the chain ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", range(6))
def test_a_manifest_that_was_cut_off_lacks_the_end_of_a_run(kept: int, held: Path) -> None:
    write_lines(held, lines_of(held)[:kept])
    assert "the end of run 2 is missing, which the catalogue states: manifest.jsonl was cut off" in whats(
        held
    )


def test_a_manifest_that_is_gone_lacks_the_ends_of_all_runs(held: Path) -> None:
    (held / MANIFEST).unlink()
    found = whats(held)
    assert "the end of run 1 is missing" in found
    assert "the end of run 2 is missing" in found


def test_any_change_of_a_byte_in_the_last_line_is_found(held: Path) -> None:
    """No later line covers the last one. Its form, its `previous` and the catalogue do."""
    data = (held / MANIFEST).read_bytes()
    start = data.rindex(b"\n", 0, -1) + 1
    with (held / MANIFEST).open("r+b") as file:
        for place in range(start, len(data)):
            file.seek(place)
            file.write(bytes([data[place] ^ 1]))
            file.flush()
            assert chain_faults(held), f"byte {place - start} of {data[start:]!r}"
            file.seek(place)
            file.write(data[place : place + 1])
            file.flush()
    assert not chain_faults(held)


def chain_faults(folder: Path) -> list[str]:
    """The faults of the chain alone: the texts and WARC files are not read."""
    from crawler.questions.verify.chain import Chain
    from crawler.questions.verify.runs import run_faults

    with Archive.read(folder) as reader, reader.consistency() as claims:
        chain = Chain.read(folder)
        lines = [fault for _, fault in chain._line_harms()]
        return [fault.what for fault in (*lines, *run_faults(chain, claims.run_ends(), lambda _: None))]


def test_bytes_behind_the_last_line_are_told(held: Path) -> None:
    with (held / MANIFEST).open("ab") as file:
        file.write(b'{"run": 3, "sta')
    told: list[str] = []
    assert list(verify(held, notify=told.append)) == []
    assert told == [
        "manifest.jsonl: its last 15 bytes are no whole line and were not verified: a run is writing them, or a killed"
        " run left them; the next run removes them"
    ]


def test_a_run_in_progress_is_told_and_is_no_fault(held: Path, opened: Opener, clock: Clock) -> None:
    told: list[str] = []
    with opened() as archive:
        archive.record(a_capture(at=clock()))
        archive.flush()
        assert list(verify(held, notify=told.append)) == []
    assert "run 3 has not ended: it is in progress, or was killed; the next run ends it" in told
    assert faults(held) == []


def test_a_killed_run_ends_with_the_next_one(held: Path, opened: Opener, clock: Clock) -> None:
    archive = opened()
    archive.record(a_capture(at=clock()))
    archive.flush()
    archive.close(finished=False)
    opened().close()
    ends = [entry.facts for entry in manifest_entries(held) if entry.kind is Kind.END]
    assert [(end["run"], end["state"], end["files"]) for end in ends[2:]] == [
        (3, "killed", 1),
        (4, "finished", 0),
    ]
    assert faults(held, head=head(held)) == []


def test_a_run_killed_between_its_row_and_its_first_line_is_entered_whole(
    held: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "begin_run", die)
        with pytest.raises(KeyboardInterrupt):
            opened()
    opened().close()
    assert [entry.facts["run"] for entry in list(manifest_entries(held))[6:]] == [3, 3, 4, 4]
    assert faults(held) == []


def test_a_run_killed_before_its_end_is_committed_ends_as_the_manifest_says(
    held: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = opened()
    end = Manifest.add_run

    def end_and_die(self: Manifest, number: int, **facts: str) -> None:
        end(self, number, **facts)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "add_run", end_and_die)
        with pytest.raises(KeyboardInterrupt):
            archive.close()
    assert faults(held) == []  # the catalogue does not have the end yet
    opened().close()
    assert faults(held) == []
    assert query(held, "SELECT state FROM runs WHERE id = 3") == [("finished",)]


def test_a_rebuild_gives_the_runs_that_only_began(held: Path, opened: Opener, clock: Clock) -> None:
    opened().close(finished=False)
    (held / CATALOGUE).unlink()
    rebuild(held, clock=clock, notify=lambda _: None)
    assert faults(held) == []
    assert query(held, "SELECT id, state FROM runs ORDER BY id") == [
        (1, "finished"),
        (2, "finished"),
        (3, "killed"),
    ]


def test_a_run_does_not_take_a_number_that_the_manifest_has(held: Path, opened: Opener) -> None:
    """As with a catalogue from a backup, beside later WARC files."""
    change(held, "DELETE FROM outcomes WHERE run_id = 2")
    change(held, "DELETE FROM runs WHERE id = 2")
    before = (held / MANIFEST).read_bytes()
    with pytest.raises(ArchiveDamaged, match="it lacks run 2; `fazhi rebuild`"):
        opened()
    assert (held / MANIFEST).read_bytes() == before


def test_archives_of_versions_without_begins_have_no_fault(held: Path, opened: Opener) -> None:
    def as_before(facts: list[Facts]) -> list[Facts]:
        for each in facts:
            for name in ("files", "lines"):
                each.pop(name, None)
        return [each for each in facts if "begun" not in each]

    rewrite(held, as_before)
    assert faults(held, head=head(held)) == []
    published = head(held)
    opened().close()
    assert [entry.kind for entry in manifest_entries(held)][4:] == [Kind.BEGIN, Kind.END]
    assert faults(held, head=published) == []


# -- heads ------------------------------------------------------------------------------------------------


def test_every_head_that_was_printed_stays_good(held: Path, opened: Opener) -> None:
    heads = [entry.sha256 for entry in manifest_entries(held)]
    opened().close()
    assert head(held) not in heads
    assert [whats(held, head=each) for each in (*heads, heads[3].upper(), f" {heads[3]}\n")] == [""] * 8


@pytest.mark.parametrize(
    "value", ["", "x", "abc", "0" * 63, "0" * 65, "g" * 64, "0x" + "0" * 62, "٠" * 64, "\ud800" * 64]
)
def test_a_malformed_head_is_wrong_use(value: str, held: Path) -> None:
    with pytest.raises(ConfigError, match="must be a head as `fazhi verify` prints it, 64 hex characters"):
        list(verify(held, head=value, notify=lambda _: None))
    with pytest.raises(ConfigError, match="must be a head"):
        OlderChain.parse(value)


def test_the_head_of_an_empty_chain_covers_nothing_and_vouches_for_nothing(held: Path, fazhi: Fazhi) -> None:
    code, out, err = fazhi("verify", "--archive", str(held), "--head", EMPTY_HEAD)
    assert (code, out) == (2, "")
    assert "covers nothing; give one that `fazhi verify` printed later" in err


def test_a_head_of_elsewhere_is_not_in_this_chain(held: Path) -> None:
    found = whats(held, head=ELSEWHERE)
    assert f"the head {ELSEWHERE} is not in this chain: no line has this digest" in found
    assert "changed since" not in found


def test_a_head_that_was_cut_off_is_not_in_this_chain(held: Path) -> None:
    published = head(held)
    write_lines(held, lines_of(held)[:3])
    assert f"the head {published} is not in this chain" in whats(held, head=published)


@pytest.mark.parametrize("number", range(1, 6))
def test_a_line_altered_under_a_head_was_changed_since(number: int, held: Path) -> None:
    published = [entry.sha256 for entry in manifest_entries(held)]
    lines = lines_of(held)
    lines[number - 1] = lines[number - 1].replace(b"2026", b"2027")
    write_lines(held, lines)
    of_line, of_last = whats(held, head=published[number - 1]), whats(held, head=published[-1])
    assert f"manifest.jsonl:{number}: was changed since: the next line names the digest" in of_line
    assert f"manifest.jsonl:6: what the head {published[-1]} covers was changed since" in of_last


@pytest.mark.parametrize(
    "harm",
    [lambda warc: warc.unlink(), lambda warc: warc.write_bytes(warc.read_bytes()[:-9]), lambda warc: warc.write_bytes(b"")],
)  # fmt: skip
def test_a_file_altered_under_a_head_was_changed_since(harm: Callable[[Path], None], held: Path) -> None:
    heads = [entry.sha256 for entry in manifest_entries(held)]
    harm(first_warc(held))
    assert "covers was changed since" not in whats(held, head=heads[0])  # it is older than the file
    assert "covers was changed since" in whats(held, head=heads[1])
    assert "covers was changed since" in whats(held, head=heads[5])


def test_what_came_after_a_head_does_not_speak_against_it(held: Path) -> None:
    heads = [entry.sha256 for entry in manifest_entries(held)]
    max(held.glob("warc/*/*.warc.gz")).unlink()
    assert "covers was changed since" not in whats(held, head=heads[2])


# -- consistency of two states ------------------------------------------------------------------------------


def test_since_a_head_or_an_older_manifest_says_what_was_added(
    held: Path, opened: Opener, tmp_path: Path, clock: Clock
) -> None:
    older = tmp_path / "older.jsonl"
    older.write_bytes((held / MANIFEST).read_bytes())
    published = head(held)
    with opened() as archive:
        archive.record(a_capture(at=clock()))
    for value in (published, str(older)):
        assert whats(held, since=value) == ""
        found = added(held, OlderChain.parse(value))
        assert found is not None
        assert (found.line, found.lines, found.files, found.runs, found.anchors) == (6, 3, 1, 1, 0)


OLDER: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "a changed line": (
        lambda lines: [*lines[:4], lines[4].replace(b'"size": ', b'"size": 1'), *lines[5:]],
        ":5: was changed since: {file} has another line 5 (it differs in `size`)",
    ),
    "a line between": (lambda lines: [*lines[:3], lines[1], *lines[3:]], ":4: was changed since: {file} has another line 4"),
    "lines cut off": (lambda lines: lines[:3], ": has 3 lines, and {file} has 6: its end was cut off"),
    "another chain": (lambda lines: lines[::-1], ":1: was changed since: {file} has another line 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", OLDER)
def test_since_an_older_manifest_names_the_first_line_that_differs(
    name: str, held: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older.jsonl"
    older.write_bytes((held / MANIFEST).read_bytes())
    edit, what = OLDER[name]
    write_lines(held, edit(lines_of(held)))
    assert f"manifest.jsonl{what.format(file=older)}" in whats(held, since=str(older))


def test_since_a_newer_manifest_says_that_the_end_is_missing(
    held: Path, tmp_path: Path, opened: Opener
) -> None:
    newer = tmp_path / "newer.jsonl"
    before = (held / MANIFEST).read_bytes()
    opened().close()
    newer.write_bytes((held / MANIFEST).read_bytes())
    (held / MANIFEST).write_bytes(before)
    assert f"{newer} has 8: its end was cut off" in whats(held, since=str(newer))
    assert added(held, OlderChain.parse(str(newer))) is None


@pytest.mark.parametrize("content", [b"", b"\n\n", b"no manifest\n", b"\x00" * 100, b"[]\n", b'{"file": 1}'])
def test_since_needs_a_head_or_a_manifest(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="holds no line of a manifest"):
        OlderChain.parse(str(file))
    for value in (str(tmp_path), str(tmp_path / "none"), "\0"):
        with pytest.raises(ConfigError, match="must be a head"):
            OlderChain.parse(value)


def test_the_command_tells_wrong_use_from_a_fault(held: Path, fazhi: Fazhi) -> None:
    published = head(held)
    assert fazhi("verify", "--archive", str(held), "--head", "abc")[0] == 2
    assert fazhi("verify", "--archive", str(held), "--since", "abc")[0] == 2
    code, out, _ = fazhi("verify", "--archive", str(held), "--head", ELSEWHERE)
    assert (code, "not in this chain" in out) == (4, True)
    code, out, _ = fazhi("verify", "--archive", str(held), "--head", published, "--since", EMPTY_HEAD)
    assert (code, out.splitlines()) == (
        0,
        [
            "since line 0: 6 lines added, of 2 WARC files, 2 runs and 0 anchors",
            f"head {published}",
            "no fault found",
        ],
    )
    code, out, _ = fazhi("verify", "--archive", str(held), "--since", published, "--json")
    assert json.loads(out)["since"] == {
        "head": published, "line": 6, "lines": 0, "files": 0, "runs": 0, "anchors": 0
    }  # fmt: skip
    assert (
        json.loads(fazhi("verify", "--archive", str(held), "--since", ELSEWHERE, "--json")[1])["since"]
        is None
    )


# -- lines of an enemy ------------------------------------------------------------------------------------

PREVIOUS = b'"previous": "' + b"0" * 64 + b'"}'
FILE = b'{"file": "warc/2026/a.warc.gz", "size": 1, "sha256": "' + b"0" * 64 + b'", ' + PREVIOUS
RUN = b'{"run": 1, "begun": "2026-11-25T03:00:00Z", "command": "", "software": "", ' + PREVIOUS
ANCHOR = b'{"anchor": "anchors/20261125T030000Z-0123456789abcdef", "head": "' + b"0" * 64 + b'", "digests": {"a": "' + b"0" * 64 + b'"}, ' + PREVIOUS  # fmt: skip
LINES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is no JSON object"),
    "no JSON": (b"{", "is no JSON object"),
    "a list": (b"[1]", "is no JSON object"),
    "a number": (b"7", "is no JSON object"),
    "bytes that are no UTF-8": (b'{"file": "\xff"}', "is no JSON object"),
    "another encoding": (FILE.decode().encode("utf-16"), "is no JSON object"),
    "a deep nest": (b'{"file": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is no JSON object"),
    "a number of many digits": (FILE.replace(b": 1,", b": " + b"9" * 5000 + b","), "is no JSON object"),
    "not a number": (FILE.replace(b": 1,", b": NaN,"), "it holds NaN"),
    "a key twice": (FILE.replace(b'"size": 1', b'"size": 1, "size": 2'), "it has a key twice"),
    "a key twice inside": (ANCHOR.replace(b'"a": ', b'"a": "", "a": '), "it has a key twice"),
    "another object": (b'{"x": 1}', "says nothing that this version knows (keys: x)"),
    "nothing but the link": (b"{" + PREVIOUS, "says nothing that this version knows"),
    "a file that is a number": (FILE.replace(b'"warc/2026/a.warc.gz"', b"7"), "its `file` must be"),
    "a file that is a list": (FILE.replace(b'"warc/2026/a.warc.gz"', b'["warc"]'), "its `file` must be"),
    "a file outside": (FILE.replace(b"warc/2026/", b"warc/2026/../../"), "its `file` must be"),
    "a file at the root": (FILE.replace(b"warc/2026/", b"/etc/"), "its `file` must be"),
    "a file elsewhere": (FILE.replace(b"warc/2026/a.warc.gz", b"catalogue.db"), "its `file` must be"),
    "a folder": (FILE.replace(b"a.warc.gz", b""), "its `file` must be"),
    "a NUL in a name": (FILE.replace(b"/a.", b"/a\\u0000."), "its `file` must be"),
    "a line break in a name": (FILE.replace(b"/a.", b"/a\\n."), "its `file` must be"),
    "a negative size": (FILE.replace(b": 1,", b": -1,"), "its `size` must be"),
    "a size with a fraction": (FILE.replace(b": 1,", b": 1.0,"), "its `size` must be"),
    "a size that is true": (FILE.replace(b": 1,", b": true,"), "its `size` must be"),
    "a huge size": (FILE.replace(b": 1,", b": 9223372036854775808,"), "its `size` must be"),
    "no size": (FILE.replace(b'"size": 1, ', b""), "has no `size`"),
    "a short digest": (FILE.replace(b"0" * 64, b"0" * 63), "its `sha256` must be"),
    "a digest in capitals": (FILE.replace(b"0" * 64, b"A" * 64), "its `sha256` must be"),
    "no link": (FILE.replace(b", " + PREVIOUS, b"}"), "has no `previous`"),
    "a link that is null": (FILE.replace(PREVIOUS, b'"previous": null}'), "its `previous` must be"),
    "another spelling": (FILE.replace(b": 1", b":1"), "is written in another way"),
    "escapes": (RUN.replace(b'"command": ""', b'"command": "\\u6b66"'), "is written in another way"),
    "a lone surrogate": (RUN.replace(b'"command": ""', b'"command": "\\ud800"'), "holds a lone surrogate"),
    "an unknown key": (FILE.replace(b'"size"', b'"x": 1, "size"'), "has the unknown key 'x'"),
    "a run that is text": (RUN.replace(b"1,", b'"1",'), "its `run` must be"),
    "a run without bounds": (RUN.replace(b"1,", b"99999999999999999999,"), "its `run` must be"),
    "a begin without a time": (RUN.replace(b"2026-11-25T03:00:00Z", b"yesterday"), "its `begun` must be"),
    "a day that is none": (RUN.replace(b"2026-11-25", b"2026-02-30"), "its `begun` must be"),
    "a command that is null": (RUN.replace(b'"command": ""', b'"command": null'), "its `command` must be"),
    "an end without its facts": (b'{"run": 1, "state": "finished", ' + PREVIOUS, "has no `started`"),
    "an anchor outside": (ANCHOR.replace(b"anchors/", b"../"), "its `anchor` must be"),
    "an anchor with a file outside": (ANCHOR.replace(b'"a"', b'"../a"'), "its `digests` must be"),
    "an anchor without files": (ANCHOR.replace(b'{"a": "' + b"0" * 64 + b'"}', b"{}"), "its `digests` must be"),
    "a key that is short": (b'{"key": "00", "public": "00", ' + PREVIOUS, "its `key` must be"),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_line_of_an_enemy_is_a_fault_and_nothing_more(
    name: str, held: Path, opened: Opener, clock: Clock, fazhi: Fazhi
) -> None:
    line, what = LINES[name]
    write_lines(held, [*lines_of(held), line])
    code, out, err = fazhi("verify", "--archive", str(held))
    assert code == 4
    assert any(told.startswith("manifest.jsonl:7: ") and what in told for told in out.splitlines()), (
        out,
        err,
    )
    opened().close()  # a run goes on behind it, and a rebuild
    rebuild(held, clock=clock, notify=lambda _: None)
    assert what in whats(held)


def test_a_line_without_end_is_read_in_pieces(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.archive.evidence.manifest.MAX_LINE_BYTES", 1000)
    long = b'{"x": "' + b"y" * 5000
    write_lines(held, [*lines_of(held), long])
    assert "manifest.jsonl:7: is longer than 1000 bytes" in whats(held)
    assert head(held) == hashlib.sha256(long).hexdigest()
    Manifest(held).add_file("warc/2026/a.warc.gz", 1, EMPTY_HEAD)
    assert list(manifest_entries(held))[7].previous == hashlib.sha256(long).hexdigest()


def test_what_is_written_is_read_as_the_same(folder: Path) -> None:
    folder.mkdir()
    manifest = Manifest(folder)
    manifest.add_file("warc/2026/a.warc.gz", 1, EMPTY_HEAD)
    manifest.begin_run(
        1, begun="2026-11-25T03:00:00.123Z", command='crawl "武汉" \\ \x01\u2028', software="fazhi/1"
    )
    manifest.add_key(EMPTY_HEAD, EMPTY_HEAD, None)
    manifest.add_key(EMPTY_HEAD, EMPTY_HEAD, "0" * 128)
    manifest.add_anchor(
        "anchors/20261125T030000Z-0123456789abcdef", EMPTY_HEAD, {"statement.json": EMPTY_HEAD}
    )
    assert [(entry.kind, entry.fault) for entry in manifest_entries(folder)] == [
        (kind, "") for kind in (Kind.FILE, Kind.BEGIN, Kind.KEY, Kind.KEY, Kind.ANCHOR)
    ]
    assert manifest.head == head(folder)


@pytest.mark.parametrize(
    "name", ["../a.warc.gz", "warc/2026/a\n.warc.gz", "warc/2026/a.txt", "warc/merged/../a.warc.gz", ""]
)
def test_a_line_that_no_reader_would_take_is_not_written(name: str, folder: Path) -> None:
    folder.mkdir()
    with pytest.raises(ArchiveDamaged, match="a line cannot be written: its `file` must be"):
        Manifest(folder).add_file(name, 1, EMPTY_HEAD)
    assert not (folder / MANIFEST).exists()


@pytest.mark.parametrize(
    "command", ["x\nrun: 9\ny", "x\r\x00\x1b[31m\u2028y", "bad\udcff", "　武汉　", "\ttab "]
)
def test_any_command_line_is_recorded_the_same_in_all_places(
    command: str, folder: Path, clock: Clock
) -> None:
    with Archive.create(folder, clock=clock, command=command, notify=print) as archive:
        archive.record(a_capture(at=clock()))
    assert faults(folder) == []
    rebuild(folder, clock=clock, notify=print)
    assert faults(folder) == []
    ((number, held),) = query(folder, "SELECT id, command FROM runs")
    assert number == 1
    assert str(held).isprintable()


def test_a_manifest_that_is_a_link_is_not_written_through(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (folder / MANIFEST).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        Manifest(folder).add_file("warc/2026/a.warc.gz", 1, EMPTY_HEAD)
    assert not (tmp_path / "elsewhere").exists()


def test_a_line_is_read_without_its_newline() -> None:
    assert read_line(1, EMPTY_HEAD, FILE).fault == ""
    assert read_line(1, EMPTY_HEAD, FILE + b" ").fault
