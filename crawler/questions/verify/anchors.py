"""Check the anchors of an archive: their files, signatures and time stamps, offline.

Keys: the first key of the chain is trusted, and any that a trusted key has endorsed; `Trust.keys` replaces the first.
Time stamps: a token is worth what its root certificate is, see `crawler.archive.anchors.stamps.Root`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive import MANIFEST as CHAIN
from crawler.archive.anchors import folder as files
from crawler.archive.anchors import keys
from crawler.archive.anchors.stamps import Root, Roots, Stamp, StampError, check_stamp
from crawler.archive.anchors.statement import Statement
from crawler.archive.evidence.manifest_lines import Entry, Kind
from crawler.field.counting import counted
from crawler.questions.verify.chain import Chain, Harm, at
from crawler.questions.verify.fault import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the person who verifies knows from elsewhere than the archive."""

    keys: tuple[str, ...] = ()  # fingerprints
    roots: Roots = field(default_factory=Roots)  # of time-stamp authorities


@dataclass(slots=True)
class AnchorCheck:
    """Checks the anchors of one chain, in its order."""

    chain: Chain
    trust: Trust
    notify: Callable[[str], None]
    trusted: set[str] = field(default_factory=set)  # public keys, so far
    publics: dict[str, str] = field(default_factory=dict)  # public keys of the lines so far, by fingerprint
    last_public: str | None = None
    good: list[tuple[Statement, list[Stamp]]] = field(default_factory=list)
    stored_roots: set[str] = field(default_factory=set)  # authorities with roots of the archive alone
    unchecked: set[str] = field(default_factory=set)  # authorities whose roots are not known

    def harms(self) -> Iterator[Harm]:
        """Yield each fault with the line of the manifest that speaks against it, then notify about what was checked."""
        entries = list(self.chain.of(Kind.KEY, Kind.ANCHOR))
        checks = keys.has_extra()
        for entry in entries:
            found = self._key(entry, checks) if entry.kind is Kind.KEY else self._anchor(entry, checks)
            for fault in found:
                yield entry.number, fault
        for fault in self._unlisted({each.facts["anchor"] for each in entries if each.kind is Kind.ANCHOR}):
            yield len(self.chain.entries) + 1, fault
        if entries:
            self._tell(entries, checks)

    # -- keys ---------------------------------------------------------------------------------------------

    def _key(self, entry: Entry, checks: bool) -> Iterator[Fault]:
        key, public, endorsed = entry.facts["key"], entry.facts["public"], entry.facts.get("endorsed")
        if key != keys.key_id(public):
            yield at(entry, "its fingerprint is not that of its public key")
            return
        name = files.key_file(key)
        if fault := _public_key_fault(self.chain.path / name, public):
            yield Fault(place=name, what=fault)
        if not checks:
            return
        known = key in self.trust.keys or (not self.trust.keys and self.last_public is None)
        if endorsed is not None:
            by = self.last_public
            if by is None or not keys.is_signed(by, bytes.fromhex(endorsed), keys.endorsement(public)):
                yield at(entry, f"the signature of the key before is wrong, for the key {key[:16]}…")
            elif by in self.trusted:
                known = True
        if known:
            self.trusted.add(public)
        elif self.last_public is not None and endorsed is None:
            what = f"the key was changed: the key before has not signed {key[:16]}…; if you know it, give it with --anchor-key"
            yield at(entry, what)
        self.publics[key] = self.last_public = public

    # -- anchors ------------------------------------------------------------------------------------------

    def _anchor(self, entry: Entry, checks: bool) -> Iterator[Fault]:
        name, digests = entry.facts["anchor"], entry.facts["digests"]
        folder = files.on_disk(self.chain.path / name)
        content, faults = _read_folder(folder, name, digests)
        yield from faults
        if entry.facts["head"] not in self.chain.digests[: entry.number]:
            yield at(entry, f"is an anchor of the head {entry.facts['head']}, which no line before it has")
        signed = content.get(files.STATEMENT)
        if signed is None:
            if files.STATEMENT not in digests:
                yield at(entry, f"names no {files.STATEMENT}")
            return
        place = f"{name}/{files.STATEMENT}"
        try:
            statement = Statement.parse(signed)
        except ValueError as error:
            yield Fault(place=place, what=f"is no statement of an anchor ({error})")
            return
        wrong = list(self._statement_faults(entry, statement, place))
        yield from wrong
        if checks:
            found = [*self._signature_faults(statement, signed, content, name)]
            stamps = list[Stamp]()
            found += self._stamp_faults(signed, content, name, stamps)
            yield from found
            if not (wrong or faults or found):
                self.good.append((statement, stamps))

    def _statement_faults(self, entry: Entry, statement: Statement, place: str) -> Iterator[Fault]:
        digests = self.chain.digests
        if statement.head != entry.facts["head"]:
            yield Fault(place=place, what=f"states another head than line {entry.number} of {CHAIN}")
        elif statement.line >= entry.number or digests[statement.line] != statement.head:
            yield Fault(place=place, what=f"states line {statement.line}, which does not have its head")

    def _signature_faults(
        self, statement: Statement, signed: bytes, content: Mapping[str, bytes], name: str
    ) -> Iterator[Fault]:
        place = f"{name}/{files.SIGNATURE}"
        public = self.publics.get(statement.key)
        if public is None:
            yield Fault(
                place=place, what=f"is by the key {statement.key[:16]}…, which no line before it has entered"
            )
        elif not keys.is_signed(public, content.get(files.SIGNATURE, b""), signed):
            yield Fault(
                place=place, what=f"is no signature of {files.STATEMENT} by the key {statement.key[:16]}…"
            )
        elif public not in self.trusted:
            given = "no key given with --anchor-key" if self.trust.keys else "no key before it"
            yield Fault(place=place, what=f"is by the key {statement.key[:16]}…, which {given} has signed")

    def _stamp_faults(
        self, signed: bytes, content: Mapping[str, bytes], name: str, stamps: list[Stamp]
    ) -> Iterator[Fault]:
        """Check the tokens; add those that hold to `stamps`."""
        for file in sorted(content):
            if not file.endswith(files.TOKEN_SUFFIX):
                continue
            stored = content.get(file.removesuffix(files.TOKEN_SUFFIX) + files.CHAIN_SUFFIX, b"")
            try:
                stamp = check_stamp(content[file], signed, roots=self.trust.roots, stored_pem=stored)
            except StampError as error:
                yield Fault(place=f"{name}/{file}", what=f"the time stamp {error}")
                continue
            if stamp.root is Root.UNKNOWN:
                self.unchecked.add(stamp.authority)
                continue
            stamps.append(stamp)
            if stamp.root is Root.STORED:
                self.stored_roots.add(stamp.authority)

    # -- what is not in the chain, and what was checked -----------------------------------------------------

    def _unlisted(self, listed: set[str]) -> Iterator[Fault]:
        """Yield a fault for each anchor that is not in the chain: the chain was cut off, or the anchor put there."""
        for path in sorted((self.chain.path / files.FOLDER).glob("*")):
            name = path.relative_to(self.chain.path).as_posix()
            if name == files.KEYS or name in listed:
                continue
            if path.name.startswith("."):
                if not any(files.hidden(self.chain.path / each) == path for each in listed):
                    self.notify(
                        f"{name}: not verified: `fazhi anchor` is writing it, or was killed; the next one removes it"
                    )
                continue
            yield Fault(place=name, what=f"is not in {CHAIN}")
        known = {files.key_file(entry.facts["key"]) for entry in self.chain.of(Kind.KEY)}
        for path in sorted((self.chain.path / files.KEYS).glob("*.pem")):
            name = path.relative_to(self.chain.path).as_posix()
            if name not in known:
                self.notify(f"{name}: is in no line of {CHAIN}, and signs nothing here")

    def _tell(self, entries: list[Entry], checks: bool) -> None:
        number = sum(entry.kind is Kind.ANCHOR for entry in entries)
        if not checks:
            self.notify(
                f"{counted(number, 'anchor')}: signatures and time stamps were not checked: {keys.EXTRA_MISSING}"
            )
            return
        for authority in sorted(self.unchecked):
            self.notify(
                f"time stamps of {authority} were not checked: their root certificate is not known; give it with --tsa-roots"
            )
        for authority in sorted(self.stored_roots):
            self.notify(
                f"time stamps of {authority}: their root certificate is known only from the archive itself, and so proves"
                " nothing against somebody who could write to it; give the authority's root with --tsa-roots"
            )
        if not self.trust.keys:
            first = next((entry for entry in entries if entry.kind is Kind.KEY), None)
            if first is not None:
                self.notify(
                    f"key {first.facts['key']}: known only from the archive itself; compare it with the fingerprint that its"
                    " owner published, or give that with --anchor-key"
                )
        if self.good:
            statement, stamps = self.good[-1]
            stamped = "".join(
                f", stamped {stamp.at:%Y-%m-%dT%H:%M:%SZ} by {stamp.authority}" for stamp in stamps
            )
            self.notify(
                f"{len(self.good)} of {counted(number, 'anchor')} {'holds' if number == 1 else 'hold'}; the latest covers line {statement.line} of"
                f" {len(self.chain.entries)}: signed {statement.at}{stamped}"
            )


def _read_folder(folder: Path, name: str, digests: Mapping[str, str]) -> tuple[dict[str, bytes], list[Fault]]:
    """Return the files of an anchor that are as the chain says, and the faults of the others."""
    content, faults = dict[str, bytes](), list[Fault]()
    if folder.is_symlink() or not folder.is_dir():
        return {}, [Fault(place=name, what=f"is in {CHAIN}, but does not exist")]
    for file, digest in digests.items():
        try:
            data = files.read_file(folder / file)
        except OSError as error:
            faults.append(Fault(place=f"{name}/{file}", what=f"cannot be read: {error.strerror}"))
        except ValueError as error:
            faults.append(Fault(place=f"{name}/{file}", what=str(error)))
        else:
            if hashlib.sha256(data).hexdigest() == digest:
                content[file] = data
            else:
                faults.append(
                    Fault(place=f"{name}/{file}", what=f"its SHA-256 differs from the one in {CHAIN}")
                )
    for path in sorted(folder.iterdir()):
        if path.name not in digests:
            faults.append(Fault(place=f"{name}/{path.name}", what=f"is not in {CHAIN}"))
    return content, faults


def _public_key_fault(path: Path, public: str) -> str:
    try:
        same = files.read_file(path) == keys.public_pem(public)
    except OSError as error:
        return f"cannot be read: {error.strerror}; `fazhi anchor` writes it again"
    except ValueError as error:
        return str(error)
    return "" if same else f"the public key was changed: it is not the one in {CHAIN}"
