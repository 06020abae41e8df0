"""What verify says of anchors that somebody with write access has touched. Each harm keeps the chain itself in order."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.anchoring import AnchorSettings, anchor, init
from crawler.archive import EMPTY_HEAD, MANIFEST, Archive, head
from crawler.archive.anchors.keys import load_key, make_key
from crawler.archive.anchors.stamps import Roots
from crawler.archive.anchors.statement import Statement
from crawler.archive.evidence.manifest_lines import written
from crawler.questions.verify import Trust, verify
from tests.conftest import Clock, a_capture
from tests.site.timestamps import URL, Authority, TimestampServer

Facts = dict[str, Any]
NAME = "anchors/20261125T030300Z-"


class Held:
    """An archive of one run, a key and one anchor with a time stamp, and what its owner has outside."""

    def __init__(self, path: Path, outside: Path, authority: Authority) -> None:
        self.path = path
        self.key = outside / "anchor.key"
        self.authority = authority

    @property
    def folder(self) -> Path:
        (found,) = (self.path / "anchors").glob("[0-9]*")
        return found

    def edit(self, file: str, change: Callable[[bytes], bytes]) -> None:
        """Change a file of the anchor, and write the chain anew with its digest."""
        path = self.folder / file
        path.write_bytes(change(path.read_bytes()))
        self.rechain(lambda facts: facts)

    def rechain(self, edit: Callable[[list[Facts]], list[Facts]]) -> None:
        previous, lines = EMPTY_HEAD, []
        for facts in edit([json.loads(line) for line in (self.path / MANIFEST).read_bytes().splitlines()]):
            if "anchor" in facts:
                folder = self.path / facts["anchor"]
                for file in facts["digests"]:
                    facts["digests"][file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            lines.append(written(facts | {"previous": previous}) + b"\n")
            previous = hashlib.sha256(lines[-1][:-1]).hexdigest()
        (self.path / MANIFEST).write_bytes(b"".join(lines))

    def whats(self, *keys: str, roots: Roots | None = None) -> tuple[str, str]:
        """Return the faults, and what verify has told."""
        told: list[str] = []
        trust = Trust(keys=keys, roots=roots or Roots())
        found = [
            f"{fault.place}: {fault.what}" for fault in verify(self.path, trust=trust, notify=told.append)
        ]
        return "\n".join(found), "\n".join(told)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Held:
    outside, clock = tmp_path_factory.mktemp("outside"), Clock()
    held = Held(outside / "archive", outside, Authority())
    clock.forward(minutes=1)
    with Archive.create(held.path, clock=clock, notify=print) as archive:
        archive.record(a_capture(at=clock()))
    clock.forward(minutes=1)
    init(held.path, held.key, clock=clock, replaces=None, lost=False)
    clock.forward(minutes=1)
    roots = outside / "roots.pem"
    roots.write_bytes(held.authority.root_pem)
    with TimestampServer(held.authority) as server:
        settings = AnchorSettings(key=held.key, authorities=(URL,), roots=roots, connect_to=server.connect_to)
        anchor(held.path, settings, clock=clock, notify=print)
    assert held.whats()[0] == ""
    return held


@pytest.fixture
def held(original: Held, folder: Path, tmp_path: Path) -> Held:
    shutil.copytree(original.path, folder)
    shutil.copy(original.key, tmp_path / "anchor.key")
    return Held(folder, tmp_path, original.authority)


def test_what_the_owner_knows_from_elsewhere_is_what_an_anchor_is_worth(held: Held) -> None:
    faults, told = held.whats()
    assert faults == ""
    key = load_key(held.key).id
    assert f"key {key}: known only from the archive itself" in told
    assert (
        "time stamps of CN=Loopback TSA: their root certificate is known only from the archive itself" in told
    )
    assert (
        "1 of 1 anchor holds; the latest covers line 4 of 5: signed 2026-11-25T03:03:00Z, stamped 20" in told
    )
    faults, told = held.whats(key, roots=Roots((held.authority.root,)))
    assert faults == ""
    assert "known only" not in told


def test_keys_and_roots_of_elsewhere_do_not_vouch_for_an_anchor(held: Held) -> None:
    faults, _ = held.whats("0" * 64)
    assert "statement.sig: is by the key " in faults
    assert "which no key given with --anchor-key has signed" in faults
    faults, _ = held.whats(roots=Roots((Authority("Other").root,)))
    assert (
        "tsa.example.tsr: the time stamp leads to no root that was given: it ends at CN=Loopback root"
        in faults
    )


FILE_HARMS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a changed statement": (lambda f: (f / "statement.json").write_bytes(b"{}"), "statement.json: its SHA-256 differs from"),
    "a changed signature": (lambda f: (f / "statement.sig").write_bytes(bytes(64)), "statement.sig: its SHA-256 differs from"),
    "a changed token": (lambda f: (f / "tsa.example.tsr").write_bytes(b"x"), "tsa.example.tsr: its SHA-256 differs from"),
    "changed certificates": (lambda f: (f / "tsa.example.pem").write_bytes(b"x"), "tsa.example.pem: its SHA-256 differs from"),
    "a file that is gone": (lambda f: (f / "tsa.example.tsr").unlink(), "tsa.example.tsr: cannot be read: No such file"),
    "a file too many": (lambda f: (f / "b.tsr").write_bytes(b"x"), "b.tsr: is not in manifest.jsonl"),
    "a folder that is gone": (lambda f: shutil.rmtree(f), "is in manifest.jsonl, but does not exist"),
    "a folder too many": (lambda f: shutil.copytree(f, f.with_name("20271125T030300Z-0")), "20271125T030300Z-0: is not in manifest.jsonl"),
    "a file that is a link": (
        lambda f: ((f / "statement.sig").unlink(), (f / "statement.sig").symlink_to("/etc/passwd")),
        "statement.sig: cannot be read",
    ),
    "a file that is a pipe": (
        lambda f: ((f / "statement.sig").unlink(), os.mkfifo(f / "statement.sig")),
        "statement.sig: is no file",
    ),
    "a file that is a folder": (
        lambda f: ((f / "statement.sig").unlink(), (f / "statement.sig").mkdir()),
        "statement.sig: ",
    ),
    "a huge file": (
        lambda f: (f / "statement.sig").write_bytes(bytes(2_000_001)),
        "statement.sig: is over 2000000 bytes",
    ),
    "a folder that is a link": (lambda f: (f.rename(f.parent.parent / "x"), f.symlink_to("../x")), "but does not exist"),
    "another public key": (
        lambda f: min((f.parent / "keys").iterdir()).write_bytes(another_public_key(f)),
        "the public key was changed: it is not the one in manifest.jsonl",
    ),
    "a public key that is none": (
        lambda f: min((f.parent / "keys").iterdir()).write_bytes(b"x"),
        "the public key was changed: it is not the one in manifest.jsonl",
    ),
}  # fmt: skip


def another_public_key(folder: Path) -> bytes:
    from crawler.archive.anchors.keys import public_pem

    return public_pem(make_key(folder.parent.parent.parent / "another.key").public)


@pytest.mark.parametrize("name", FILE_HARMS)
def test_every_change_of_a_file_is_named(name: str, held: Held) -> None:
    harm, what = FILE_HARMS[name]
    harm(held.folder)
    assert what in held.whats()[0]


def test_any_changed_byte_of_an_anchor_is_found(held: Held) -> None:
    """One bit in each byte of all files in anchors/. The rest of the archive is not read."""
    from crawler.questions.verify.anchors import AnchorCheck
    from crawler.questions.verify.chain import Chain

    chain = Chain.read(held.path)

    def faults() -> int:
        return len(list(AnchorCheck(chain=chain, trust=Trust(), notify=lambda _: None).harms()))

    assert faults() == 0
    unseen = []
    for file in sorted(path for path in (held.path / "anchors").rglob("*") if path.is_file()):
        data = file.read_bytes()
        for place in range(0, len(data), 1 if len(data) < 300 else 37):
            file.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
            if not faults():
                unseen.append((file.name, place))
        file.write_bytes(data)
    assert not unseen


CHAIN_HARMS: dict[str, tuple[Callable[[Held], object], str]] = {
    "a signature of elsewhere": (
        lambda held: held.edit("statement.sig", lambda _: make_key(held.key.with_name("x")).sign(b"")),
        "statement.sig: is no signature of statement.json by the key",
    ),
    "no signature": (lambda held: held.edit("statement.sig", lambda _: b""), "is no signature of statement.json"),
    "a later time": (
        lambda held: held.edit("statement.json", lambda data: data.replace(b"2026", b"2016")),
        "is no signature of statement.json",
    ),
    "a statement that is none": (
        lambda held: held.edit("statement.json", lambda _: b"[" * 100_000),
        "statement.json: is no statement of an anchor",
    ),
    "a token for another digest": (
        lambda held: held.edit("tsa.example.tsr", lambda _: held.authority.response(bytes(32), 1, datetime.now(UTC))),
        "tsa.example.tsr: the time stamp is for another digest",
    ),
    "a token that is none": (
        lambda held: held.edit("tsa.example.tsr", lambda _: b"<html>"),
        "tsa.example.tsr: the time stamp is no answer of RFC 3161",
    ),
    "certificates that are none": (
        lambda held: held.edit("tsa.example.pem", lambda _: b"x"),
        "tsa.example.tsr: the time stamp is malformed (holds no certificates in PEM",
    ),
    "a line before it": (
        lambda held: held.rechain(lambda facts: [facts[0] | {"command": "x"}, *facts[1:]]),
        "which no line before it has",
    ),
    "another head": (
        lambda held: held.rechain(lambda facts: [*facts[:4], facts[4] | {"head": EMPTY_HEAD}]),
        "statement.json: states another head than line 5 of manifest.jsonl",
    ),
    "another key": (
        lambda held: held.rechain(lambda facts: [*facts[:3], key_line(held, facts[3]), facts[4]]),
        "statement.sig: is by the key",
    ),
    "a fingerprint of elsewhere": (
        lambda held: held.rechain(lambda facts: [*facts[:3], facts[3] | {"key": "0" * 64}, facts[4]]),
        "its fingerprint is not that of its public key",
    ),
    "no key": (lambda held: held.rechain(lambda facts: [*facts[:3], facts[4]]), "which no line before it has entered"),
    "a key without its endorsement": (
        lambda held: held.rechain(lambda facts: [*facts, key_line(held, {})]),
        "the key was changed: the key before has not signed",
    ),
    "a key with a wrong endorsement": (
        lambda held: held.rechain(lambda facts: [*facts, key_line(held, {"endorsed": "0" * 128})]),
        "the signature of the key before is wrong, for the key",
    ),
    "a first key that claims an endorsement": (
        lambda held: held.rechain(lambda facts: [*facts[:3], facts[3] | {"endorsed": "0" * 128}, facts[4]]),
        "the signature of the key before is wrong, for the key",
    ),
    "no statement": (
        lambda held: (
            (held.folder / "statement.json").unlink(),
            held.rechain(lambda facts: [*facts[:4], facts[4] | {"digests": {"statement.sig": EMPTY_HEAD}}]),
        ),
        "names no statement.json",
    ),
    "the anchor cut off": (lambda held: held.rechain(lambda facts: facts[:4]), ": is not in manifest.jsonl"),
}  # fmt: skip


def key_line(held: Held, facts: Facts) -> Facts:
    key = make_key(held.key.with_name("forged.key"))
    return facts | {"key": key.id, "public": key.public}


@pytest.mark.parametrize("name", CHAIN_HARMS)
def test_a_chain_written_anew_around_an_anchor_does_not_hold(name: str, held: Held) -> None:
    harm, what = CHAIN_HARMS[name]
    harm(held)
    assert what in held.whats()[0]


def test_an_anchor_tells_that_an_archive_was_written_anew(held: Held, clock: Clock) -> None:
    """The whole of it, with a key of one's own: only what is known from elsewhere is against it."""
    known = load_key(held.key).id
    forged = make_key(held.key.with_name("forged.key"))
    held.rechain(lambda facts: [facts[0] | {"command": ""}, *facts[1:3]])
    shutil.rmtree(held.path / "anchors")
    init(held.path, forged.path, clock=clock, replaces=None, lost=False)
    anchor(held.path, AnchorSettings(key=forged.path), clock=clock, notify=print)
    assert held.whats()[0] == ""
    assert "which no key given with --anchor-key has signed" in held.whats(known)[0]


def test_an_endorsed_key_is_trusted_as_the_one_before(held: Held, clock: Clock) -> None:
    clock.forward(hours=1)
    known, new = load_key(held.key).id, held.key.with_name("new.key")
    init(held.path, new, clock=clock, replaces=held.key, lost=False)
    anchor(held.path, AnchorSettings(key=new), clock=clock, notify=print)
    assert held.whats(known)[0] == held.whats()[0] == ""
    faults = held.whats(load_key(new).id)[0]  # whoever knows the new key alone does not know the old one
    assert faults.count("which no key given with --anchor-key has signed") == 1


def test_a_head_covers_the_anchors_up_to_it(held: Held) -> None:
    published = head(held.path)
    (held.folder / "statement.sig").write_bytes(bytes(64))
    found = [fault.what for fault in verify(held.path, head=published, notify=lambda _: None)]
    assert any(f"what the head {published} covers was changed since" in what for what in found)


def test_a_head_that_only_an_anchor_names_was_changed_since(held: Held) -> None:
    signed = Statement.parse((held.folder / "statement.json").read_bytes()).head
    lines = (held.path / MANIFEST).read_bytes().splitlines()
    held.rechain(lambda facts: [facts[0] | {"command": "x"}, *facts[1:]])
    assert (held.path / MANIFEST).read_bytes().splitlines()[3] != lines[3]
    found = [
        f"{fault.place}: {fault.what}" for fault in verify(held.path, head=signed, notify=lambda _: None)
    ]
    assert any(
        "manifest.jsonl:5: a line before it was changed since: this anchor is of the head" in each
        for each in found
    )


def test_a_key_file_that_no_line_names_is_told(held: Held) -> None:
    (held.path / "anchors" / "keys" / "0000000000000000.pem").write_bytes(b"x")
    faults, told = held.whats()
    assert faults == ""
    assert (
        "anchors/keys/0000000000000000.pem: is in no line of manifest.jsonl, and signs nothing here" in told
    )
