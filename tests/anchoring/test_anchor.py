"""`fazhi anchor`: keys, signatures and time stamps, and what remains when any of it fails."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.anchoring import AnchorSettings, anchor, default_key_path, init, known_key
from crawler.api import crawl
from crawler.archive import MANIFEST, Archive, head, manifest_entries
from crawler.archive.anchors.keys import load_key
from crawler.archive.anchors.statement import Statement
from crawler.archive.evidence import files
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.manifest_lines import Kind
from crawler.errors import ArchiveError, ArchiveLocked, ConfigError, CrawlerError
from crawler.model import AnchorDefaults
from crawler.questions.verify import verify
from crawler.sources import load
from tests.archive.held import FIXTURES, faults
from tests.conftest import Clock, Fazhi, a_capture
from tests.site.timestamps import URL, Answer, Authority, TimestampServer

Opener = Callable[[], Archive]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def server(authority: Authority) -> Iterator[TimestampServer]:
    with TimestampServer(authority) as server:
        yield server


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("FAZHI_ANCHOR_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return default_key_path()


@pytest.fixture
def held(opened: Opener, clock: Clock, folder: Path) -> Path:
    with opened() as archive:
        archive.record(a_capture(at=clock()))
    return folder


@pytest.fixture
def anchored(held: Path, key: Path, clock: Clock) -> Path:
    """An archive with a key."""
    init(held, key, clock=clock, replaces=None, lost=False)
    return held


def settings_of(key: Path, server: TimestampServer, tmp_path: Path, *urls: str) -> AnchorSettings:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(server.authority.root_pem)
    return AnchorSettings(key=key, authorities=urls or (URL,), roots=roots, connect_to=server.connect_to)


def quiet(_: str) -> None:
    """Take a notice."""


# -- keys -------------------------------------------------------------------------------------------------


def test_a_key_is_for_its_owner_alone_and_outside_the_archive(held: Path, key: Path, fazhi: Fazhi) -> None:
    code, out, err = fazhi("anchor", "init", "--archive", str(held))
    assert (code, out.startswith("key "), "a new private key" in err) == (0, True, True)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert not any(b"PRIVATE" in file.read_bytes() for file in held.rglob("*") if file.is_file())
    (line,) = (entry for entry in manifest_entries(held) if entry.kind is Kind.KEY)
    assert out == f"key {line.facts['key']}\n"
    assert known_key(str(held / "anchors" / "keys" / f"{line.facts['key'][:16]}.pem")) == line.facts["key"]
    assert faults(held) == []


def test_a_key_is_never_overwritten_and_entered_once(anchored: Path, key: Path, clock: Clock) -> None:
    before, lines = key.read_bytes(), (anchored / MANIFEST).read_bytes()
    entered = init(anchored, key, clock=clock, replaces=None, lost=False)
    assert (entered.made, entered.entered) == (False, False)
    assert (key.read_bytes(), (anchored / MANIFEST).read_bytes()) == (before, lines)


def test_the_public_key_is_the_pem_that_others_write(anchored: Path, key: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    (file,) = (anchored / "anchors" / "keys").iterdir()
    data = file.read_bytes()
    assert load_pem_public_key(data).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) == data
    assert known_key(str(file)) == load_key(key).id


def test_options_of_init_come_after_it(held: Path, key: Path, fazhi: Fazhi) -> None:
    code, _, err = fazhi("anchor", "--archive", str(held), "init")
    assert (code, "come after `init`" in err, key.exists()) == (2, True, False)


def test_one_key_may_sign_for_several_archives(
    anchored: Path, key: Path, clock: Clock, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    Archive.create(other, clock=clock, notify=quiet).close()
    entered = init(other, key, clock=clock, replaces=None, lost=False)
    assert (entered.made, entered.entered) == (False, True)
    assert faults(other) == []


def test_the_place_of_the_key_is_a_flag_then_a_variable_then_the_sources(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = AnchorDefaults(key="/stated", timestamps=("http://a.example/",), roots="/roots")
    assert AnchorSettings.of(AnchorDefaults()).key == key
    assert AnchorSettings.of(stated) == AnchorSettings(
        key=Path("/stated"), authorities=("http://a.example/",), roots=Path("/roots")
    )
    monkeypatch.setenv("FAZHI_ANCHOR_KEY", "/variable")
    assert AnchorSettings.of(stated).key == Path("/variable")
    assert AnchorSettings.of(stated, key=Path("/flag")).key == Path("/flag")
    assert AnchorSettings.of(stated, offline=True).authorities == ()


def garbage(key: Path) -> None:
    key.write_bytes(b"x" * 100_000)


def other_kind(key: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(pem)


def with_password(key: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    secret = BestAvailableEncryption(b"secret")
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))


def as_folder(key: Path) -> None:
    key.unlink()
    key.mkdir()


def as_fifo(key: Path) -> None:
    key.unlink()
    os.mkfifo(key, 0o600)


KEYS: dict[str, tuple[Callable[[Path], object], str]] = {
    "none": (lambda key: key.unlink(), "no key here; make one with `fazhi anchor init`"),
    "open to others": (lambda key: key.chmod(0o640), "others may read or change this key; run: chmod 600"),
    "no key": (garbage, "is no private key in PEM"),
    "empty": (lambda key: key.write_bytes(b""), "is no private key in PEM"),
    "with a password": (with_password, "is no private key in PEM without a password"),
    "another kind": (other_kind, "is a key of another kind"),
    "a folder": (as_folder, "is no file|Is a directory"),
    "a pipe": (as_fifo, "is no file"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_cannot_be_used_says_what_to_do(
    name: str, anchored: Path, key: Path, clock: Clock
) -> None:
    harm, why = KEYS[name]
    harm(key)
    before = (anchored / MANIFEST).read_bytes()
    with pytest.raises(CrawlerError, match=why):
        anchor(anchored, AnchorSettings(key=key), clock=clock, notify=quiet)
    assert (anchored / MANIFEST).read_bytes() == before


def test_a_key_in_the_archive_is_refused(held: Path, key: Path, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(held)
    for path in (held / "anchor.key", tmp_path / "link" / "sub" / "anchor.key"):
        with pytest.raises(CrawlerError, match="would travel with it"):
            init(held, path, clock=clock, replaces=None, lost=False)
        assert not path.exists()


def test_a_key_is_replaced_by_one_that_it_has_signed(
    anchored: Path, key: Path, clock: Clock, tmp_path: Path
) -> None:
    new = tmp_path / "new.key"
    with pytest.raises(CrawlerError, match="--replaces OLD"):
        init(anchored, new, clock=clock, replaces=None, lost=False)
    assert not new.exists()
    anchor(anchored, AnchorSettings(key=key), clock=clock, notify=quiet)
    init(anchored, new, clock=clock, replaces=key, lost=False)
    with pytest.raises(CrawlerError, match="is not the key of"):
        anchor(anchored, AnchorSettings(key=key), clock=clock, notify=quiet)
    anchor(anchored, AnchorSettings(key=new), clock=clock, notify=quiet)
    assert faults(anchored) == []


def test_only_the_archives_own_key_can_be_replaced(
    anchored: Path, key: Path, clock: Clock, tmp_path: Path
) -> None:
    other, stranger, new = tmp_path / "other", tmp_path / "stranger.key", tmp_path / "new.key"
    Archive.create(other, clock=clock, notify=quiet).close()
    init(other, stranger, clock=clock, replaces=None, lost=False)
    with pytest.raises(CrawlerError, match=r"stranger\.key: is not the key of"):
        init(anchored, new, clock=clock, replaces=stranger, lost=False)
    assert not new.exists()


def test_a_key_after_a_lost_one_is_named_until_it_is_known(
    anchored: Path, clock: Clock, tmp_path: Path, fazhi: Fazhi
) -> None:
    new = init(anchored, tmp_path / "new.key", clock=clock, replaces=None, lost=True)
    anchor(anchored, AnchorSettings(key=new.path), clock=clock, notify=quiet)
    code, out, _ = fazhi("verify", "--archive", str(anchored))
    assert code == 4
    assert f"the key was changed: the key before has not signed {new.id[:16]}…" in out
    assert fazhi("verify", "--archive", str(anchored), "--anchor-key", new.id)[0] == 0


# -- signatures and time stamps ---------------------------------------------------------------------------


def test_an_anchor_signs_the_head_and_is_in_the_chain(
    anchored: Path, key: Path, clock: Clock, server: TimestampServer, tmp_path: Path
) -> None:
    before = head(anchored)
    done = anchor(anchored, settings_of(key, server, tmp_path), clock=clock, notify=quiet)
    assert (done.signed_head, done.line, done.failures) == (before, 4, ())
    assert done.head == head(anchored) != before
    last = list(manifest_entries(anchored))[-1]
    assert (last.kind, last.facts["anchor"], last.facts["head"]) == (Kind.ANCHOR, done.folder, before)
    folder = anchored / done.folder
    assert {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()
    } == last.facts["digests"]
    assert sorted(last.facts["digests"]) == [
        "statement.json",
        "statement.sig",
        "tsa.example.pem",
        "tsa.example.tsr",
    ]
    statement = Statement.parse((folder / "statement.json").read_bytes())
    assert (statement.head, statement.line, statement.at) == (before, 4, "2026-11-25T03:01:00Z")
    assert [stamp.authority for stamp in done.stamps] == ["CN=Loopback TSA"]
    assert faults(anchored, head=done.head) == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_checks_an_anchor_without_fazhi(
    anchored: Path, key: Path, clock: Clock, server: TimestampServer, tmp_path: Path
) -> None:
    """The commands of docs/archive.md."""
    settings = settings_of(key, server, tmp_path)
    done = anchor(anchored, settings, clock=clock, notify=quiet)
    (public,) = (anchored / "anchors" / "keys").glob("*.pem")
    shutil.copy(public, anchored / done.folder / "key.pem")
    for command in (
        "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in statement.json -sigfile statement.sig",
        f"openssl ts -verify -data statement.json -in tsa.example.tsr -CAfile {settings.roots}",
    ):
        subprocess.run(command.split(), cwd=anchored / done.folder, check=True, capture_output=True)


FAILURES: dict[str, tuple[Callable[[bytes, int | None], Answer], str]] = {
    "an error": (lambda digest, nonce: (500, b""), "answers with status 500"),
    "not found": (lambda digest, nonce: (404, b"<html>"), "answers with status 404"),
    "a redirect": (lambda digest, nonce: (302, b""), "answers with status 302"),
    "a page": (lambda digest, nonce: (200, b"<html>"), "its time stamp is no answer of RFC 3161"),
    "nothing": (lambda digest, nonce: (200, b""), "its time stamp is no answer of RFC 3161"),
    "too much": (lambda digest, nonce: (200, bytes(1_000_001)), "body over 1000000 bytes"),
    "a refusal": (
        lambda digest, nonce: (200, Authority().response(digest, nonce, datetime.now(UTC), status=2)),
        r"the authority refused: status 2 \(not today\)",
    ),
    "another digest": (
        lambda digest, nonce: (200, Authority().response(bytes(32), nonce, datetime.now(UTC))),
        "is for another digest",
    ),
    "another request": (
        lambda digest, nonce: (200, Authority().response(digest, (nonce or 0) + 1, datetime.now(UTC))),
        "is the answer to another request",
    ),
    "another authority": (
        lambda digest, nonce: (200, Authority("Other").response(digest, nonce, datetime.now(UTC))),
        "leads to no root that was given: it ends at CN=Other root",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_authority_that_fails_is_told_and_the_signature_is_kept(
    name: str, anchored: Path, key: Path, server: TimestampServer, tmp_path: Path, fazhi: Fazhi
) -> None:
    server.change, why = FAILURES[name]
    settings = settings_of(key, server, tmp_path)
    mapping = f"tsa.example:80:127.0.0.1:{settings.connect_to['tsa.example:80'][1]}"
    code, out, err = fazhi(
        "anchor", "--archive", str(anchored), "--timestamp", URL, "--connect-to", mapping, "--tsa-roots", str(settings.roots)
    )  # fmt: skip
    assert code == 1
    assert f"no time stamp: {URL}: " in err
    assert why.replace("\\", "") in err
    (line,) = (entry for entry in manifest_entries(anchored) if entry.kind is Kind.ANCHOR)
    assert sorted(line.facts["digests"]) == ["statement.json", "statement.sig"]
    assert "signed head" in out
    assert faults(anchored) == []


def test_one_authority_that_fails_does_not_take_the_time_stamp_of_another(
    anchored: Path, key: Path, clock: Clock, server: TimestampServer, tmp_path: Path
) -> None:
    urls = (
        URL,
        "http://tsa.example/second",
        "http://127.0.0.1/",
        "http://a:b@tsa.example/",
        "http://[::1]:22/",
    )
    done = anchor(anchored, settings_of(key, server, tmp_path, *urls), clock=clock, notify=quiet)
    assert len(done.stamps) == 2
    assert [failure.partition(": ")[0] for failure in done.failures] == list(urls[2:])
    assert "is not public; not connected" in done.failures[0]
    assert {path.name for path in (anchored / done.folder).glob("*.tsr")} == {
        "tsa.example.tsr",
        "tsa.example-2.tsr",
    }
    assert faults(anchored) == []


def test_a_token_whose_root_is_not_known_is_kept_and_told(
    anchored: Path, server: TimestampServer, tmp_path: Path, fazhi: Fazhi
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(server.authority.root_pem)
    mapping = f"tsa.example:80:127.0.0.1:{server.connect_to['tsa.example:80'][1]}"
    code, out, err = fazhi(
        "anchor", "--archive", str(anchored), "--timestamp", URL, "--connect-to", mapping, "--json"
    )
    assert code == 0
    assert [stamp["root"] for stamp in json.loads(out)["timestamps"]] == ["unknown"]
    assert "CN=Loopback TSA: its root certificate is not known, and its time stamp not checked" in err
    code, out, err = fazhi("verify", "--archive", str(anchored))
    assert code == 0
    assert "time stamps of CN=Loopback TSA were not checked: their root certificate is not known" in err
    code, out, err = fazhi("verify", "--archive", str(anchored), "--tsa-roots", str(roots))
    assert code == 0
    assert "1 of 1 anchor holds" in err
    assert "stamped" in err


def test_no_more_than_eight_authorities_are_asked(anchored: Path, key: Path, clock: Clock) -> None:
    with pytest.raises(ConfigError, match="9 time-stamp authorities are named; at most 8"):
        anchor(anchored, AnchorSettings(key=key, authorities=(URL,) * 9), clock=clock, notify=quiet)


def test_an_anchor_needs_an_archive_its_key_and_its_lock(
    held: Path, key: Path, clock: Clock, tmp_path: Path
) -> None:
    settings = AnchorSettings(key=key)
    for call in (
        lambda: anchor(tmp_path / "none", settings, clock=clock, notify=quiet),
        lambda: init(tmp_path / "none", key, clock=clock, replaces=None, lost=False),
    ):
        with pytest.raises(ArchiveError, match="no archive here"):
            call()
    other = tmp_path / "other"
    Archive.create(other, clock=clock, notify=quiet).close()
    init(other, key, clock=clock, replaces=None, lost=False)
    with pytest.raises(CrawlerError, match="has no key for anchors yet; `fazhi anchor init` enters one"):
        anchor(held, settings, clock=clock, notify=quiet)
    with acquire(other, clock()), pytest.raises(ArchiveLocked):
        anchor(other, settings, clock=clock, notify=quiet)


def test_an_anchor_of_a_killed_run_says_what_it_does_not_cover(
    anchored: Path, key: Path, clock: Clock, opened: Opener
) -> None:
    archive = opened()
    archive.record(a_capture(at=clock()))
    archive.flush()
    archive.close(finished=False)
    told: list[str] = []
    anchor(anchored, AnchorSettings(key=key), clock=clock, notify=told.append)
    assert told == ["run 2 has not ended; the anchor does not cover what it is writing"]
    opened().close()
    assert faults(anchored) == []


# -- kills ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "remains"), [("add_anchor", False), ("rename", True)])
def test_a_killed_anchor_is_finished_or_undone_by_the_next_one(
    step: str, remains: bool, anchored: Path, key: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its line is written there is no anchor; after it there is one, under its hidden name."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    settings = AnchorSettings(key=key)
    with monkeypatch.context() as patch:
        patch.setattr(*((Manifest, step) if step == "add_anchor" else (files, step)), die)
        with pytest.raises(KeyboardInterrupt):
            anchor(anchored, settings, clock=clock, notify=quiet)
    assert list((anchored / "anchors").glob("[0-9]*")) == []
    assert len(list((anchored / "anchors").glob(".*.part"))) == 1
    told: list[str] = []
    assert list(verify(anchored, notify=told.append)) == []
    assert any("the next one removes it" in each for each in told) is not remains
    clock.forward(minutes=1)
    anchor(anchored, settings, clock=clock, notify=quiet)
    assert len(list((anchored / "anchors").glob("[0-9]*"))) == 1 + remains
    assert list((anchored / "anchors").glob(".*.part")) == []
    assert faults(anchored) == []


def test_a_public_key_that_is_gone_is_written_again(anchored: Path, key: Path, clock: Clock) -> None:
    (public,) = (anchored / "anchors" / "keys").iterdir()
    public.unlink()
    assert [fault.what for fault in faults(anchored)] == [
        "cannot be read: No such file or directory; `fazhi anchor` writes it again"
    ]
    anchor(anchored, AnchorSettings(key=key), clock=clock, notify=quiet)
    assert faults(anchored) == []


def test_anchors_are_not_written_through_a_link(held: Path, key: Path, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (held / "anchors").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CrawlerError, match="a symbolic link"):
        init(held, key, clock=clock, replaces=None, lost=False)
    assert list((tmp_path / "elsewhere").iterdir()) == []


# -- without the extra ------------------------------------------------------------------------------------


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in ("cryptography", "rfc3161_client")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)


def test_without_the_extra_anchor_says_how_to_install_it(
    anchored: Path, request: pytest.FixtureRequest, fazhi: Fazhi
) -> None:
    request.getfixturevalue("without_extra")
    for command in (("anchor",), ("anchor", "init")):
        code, out, err = fazhi(*command, "--archive", str(anchored))
        assert (code, out) == (1, "")
        assert "pip install 'fazhi[anchor]'" in err


def test_without_the_extra_verify_says_what_it_has_not_checked(
    anchored: Path, key: Path, clock: Clock, request: pytest.FixtureRequest, fazhi: Fazhi
) -> None:
    done = anchor(anchored, AnchorSettings(key=key), clock=clock, notify=quiet)
    request.getfixturevalue("without_extra")
    code, out, err = fazhi("verify", "--archive", str(anchored))
    assert (code, "no fault found" in out) == (0, True)
    assert "1 anchor: signatures and time stamps were not checked: anchors need the extra `anchor`" in err
    (anchored / done.folder / "statement.sig").write_bytes(bytes(64))
    assert fazhi("verify", "--archive", str(anchored))[0] == 4


# -- at the end of a crawl --------------------------------------------------------------------------------


def sources_with(tmp_path: Path, defaults: str) -> Path:
    path = tmp_path / "sources.yaml"
    entry = "\nsources:\n  - id: wuhan\n    name: 武汉市人民政府\n    region: '420100'\n    lists: [https://www.wuhan.gov.cn/zwgk/fzzfj/]\n"
    path.write_text(f"defaults: {defaults}{entry}", "utf-8")
    return path


def test_a_crawl_anchors_at_its_end(
    folder: Path, key: Path, clock: Clock, tmp_path: Path, fazhi: Fazhi
) -> None:
    sources = sources_with(tmp_path, "{anchor: true}")
    words = (
        "crawl",
        "--sources",
        str(sources),
        "--archive",
        str(folder),
        "--replay",
        str(FIXTURES),
        "--quiet",
    )
    code, _, err = fazhi(*words)
    assert code == 1  # there is no key yet, and nothing of the crawl is lost
    assert "not anchored: " in err
    assert "`fazhi anchor init`" in err
    with Archive.read(folder) as archive:
        assert archive.reports()
    init(folder, key, clock=clock, replaces=None, lost=False)
    code, _, err = fazhi(*words)
    assert (code, err) == (0, "")
    assert [entry.kind for entry in manifest_entries(folder)][-2:] == [Kind.END, Kind.ANCHOR]
    assert faults(folder) == []


def test_a_crawl_that_added_nothing_makes_no_anchor(
    anchored: Path, key: Path, clock: Clock, opened: Opener
) -> None:
    from crawler.anchoring import anchor_after_crawl

    for expected in (1, 1, 2):
        if expected == 2:
            with opened() as archive:
                archive.record(a_capture(at=clock()))
        else:
            opened().close()
        assert anchor_after_crawl(anchored, AnchorSettings(key=key), clock=clock, notify=quiet)
        assert sum(entry.kind is Kind.ANCHOR for entry in manifest_entries(anchored)) == expected


@pytest.mark.parametrize("cause", ["the key", "the authority", "the lock", "the disk", "the extra"])
def test_a_crawl_whose_anchor_fails_keeps_everything_and_ends_with_1(
    cause: str, anchored: Path, key: Path, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    sources = sources_with(tmp_path, "{anchor: true}")
    if cause == "the key":
        key.unlink()
    elif cause == "the authority":
        monkeypatch.setattr(
            AnchorSettings, "of", lambda *_, **__: AnchorSettings(key=key, authorities=("http://127.0.0.1/",))
        )
    elif cause == "the lock":

        def locked(*_: object) -> None:
            raise ArchiveLocked("held by another one")

        monkeypatch.setattr("crawler.anchoring.sign.acquire", locked)
    elif cause == "the disk":

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("crawler.archive.anchors.folder.write_all", full)
    else:
        request.getfixturevalue("without_extra")
    summary = crawl(sources, anchored, replay=FIXTURES)
    assert summary.exit_status == 1
    assert not summary.troubled
    assert any("not anchored: " in each or "no time stamp: " in each for each in caplog.messages)
    monkeypatch.undo()
    with Archive.read(anchored) as archive:
        assert archive.reports()
    assert faults(anchored) == []


def test_the_defaults_name_authorities_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/x")
    path = sources_with(
        tmp_path,
        "{anchor: true, timestamps: ['http://tsa.example/tsr'], anchor_key: ~/a.key, tsa_roots: roots.pem}",
    )
    assert load(path).anchoring == AnchorDefaults(
        anchor=True, timestamps=(URL,), key="/home/x/a.key", roots=str(tmp_path / "roots.pem")
    )
    assert load(sources_with(tmp_path, "{}")).anchoring == AnchorDefaults()


@pytest.mark.parametrize(
    ("defaults", "what"),
    [
        ("{anchor: 1}", "defaults.anchor: must be true or false"),
        ("{timestamps: tsa.example}", "defaults.timestamps: must be a list"),
        ("{timestamps: [ftp://tsa.example]}", "must be an address that starts with http"),
        ("{timestamps: ['http://a:b@tsa.example/']}", "without a user name or password"),
        ("{timestamps: [" + ", ".join(["'http://tsa.example/'"] * 9) + "]}", "defaults.timestamps"),
        ("{anchor_key: 7}", "must be the path of a file"),
        ("{anchors: true}", "no such key; did you mean anchor?"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(defaults: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sources\.yaml:1: ") as error:
        load(sources_with(tmp_path, defaults))
    assert what in str(error.value)


def test_a_known_key_is_a_fingerprint_or_a_public_key(anchored: Path, tmp_path: Path) -> None:
    (public,) = (anchored / "anchors" / "keys").iterdir()
    fingerprint = known_key(str(public))
    assert known_key(f" {fingerprint.upper()} ") == fingerprint
    (tmp_path / "x").write_bytes(b"x")
    for value in ("abc", str(tmp_path), str(tmp_path / "x"), str(tmp_path / "none"), "\0"):
        with pytest.raises(ConfigError, match="must be a fingerprint of 64 hex characters"):
            known_key(value)


def test_the_statement_is_one_line_that_is_read_as_it_is_written() -> None:
    statement = Statement(head="0" * 64, line=7, at="2026-11-25T03:00:00Z", key="1" * 64)
    data = statement.to_bytes()
    assert Statement.parse(data) == statement
    for changed in (
        b"", b"[]", b"{", data[:-1], data + b"\n", b" " + data, data.replace(b'": ', b'":'), data.replace(b"7", b"-7"),
        data.replace(b"7", b"7.0"), data.replace(b"7", b"true"), data.replace(b"7", b"9" * 5000), data.replace(b"Z", b""),
        data.replace(b"1" * 64, b"1" * 63), data.replace(b"anchor 1", b"anchor 2"), data.replace(b'"line"', b'"x": 1, "line"'),
        data.replace(b"0" * 64, b"\xff" * 64), b'{"form": ' + b"[" * 100_000, data.decode().encode("utf-16"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r".*"):
            Statement.parse(changed)


# -- a disk that fails ------------------------------------------------------------------------------------


class Failing:
    """Makes the n-th call of a function fail, as a full disk does."""

    def __init__(self, function: Callable[..., object], number: int) -> None:
        self.function, self.left = function, number

    def __call__(self, *args: object, **kwargs: object) -> object:
        self.left -= 1
        if self.left == 0:
            raise OSError(28, "No space left on device")
        return self.function(*args, **kwargs)


WRITES = [(os, "fsync", 6), (os, "open", 7), (os, "mkdir", 1), (os, "replace", 1)]
"""Functions that write, and the least number of times that an anchor calls each."""


@pytest.mark.parametrize(("place", "name", "least"), WRITES)
def test_after_any_write_that_fails_the_next_anchor_finds_what_was_promised(
    place: object,
    name: str,
    least: int,
    anchored: Path,
    key: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings, failed = AnchorSettings(key=key), 0
    for number in range(1, 30):
        published = head(anchored)
        failing = Failing(getattr(place, name), number)
        clock.forward(minutes=1)
        with monkeypatch.context() as patch:
            patch.setattr(place, name, lambda *args, failing=failing, **kwargs: failing(*args, **kwargs))
            try:
                anchor(anchored, settings, clock=clock, notify=quiet)
            except CrawlerError:
                failed += 1
        assert faults(anchored, head=published) == []
        if failing.left > 0:
            break
    assert failed >= least
    clock.forward(minutes=1)
    assert anchor(anchored, settings, clock=clock, notify=quiet).head == head(anchored)
    assert faults(anchored) == []
    assert list((anchored / "anchors").glob(".*.part")) == []


@pytest.mark.parametrize("name", ["fsync", "open"])
def test_after_any_write_that_fails_the_next_init_makes_the_key(
    name: str, held: Path, key: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = 0
    for number in range(1, 30):
        failing = Failing(getattr(os, name), number)
        with monkeypatch.context() as patch:
            patch.setattr(os, name, lambda *args, failing=failing, **kwargs: failing(*args, **kwargs))
            try:
                init(held, key, clock=clock, replaces=None, lost=False)
                break
            except CrawlerError:
                failed += 1
    assert failed >= 3
    assert faults(held) == []
    assert sum(entry.kind is Kind.KEY for entry in manifest_entries(held)) == 1
    assert anchor(held, AnchorSettings(key=key), clock=clock, notify=quiet).head == head(held)
