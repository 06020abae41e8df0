"""`fazhi anchor` and `fazhi anchor init`: sign the head of an archive and have the time of it stamped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler import anchoring
from crawler.cli.options import ArchiveOption, ConnectToOption, JsonOption
from crawler.cli.output import message, print_json, say
from crawler.errors import ConfigError
from crawler.field.times import iso, utc_now

if TYPE_CHECKING:
    from crawler.model import AnchorDefaults

KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key",
        help="The private key. Default: FAZHI_ANCHOR_KEY, then `anchor_key` in sources.yaml, then ~/.config/fazhi/anchor.key.",
    ),
]
SourcesOption = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        help="The sources.yaml whose `defaults:` name key and authorities; default: sources.yaml, if it is there.",
    ),
]
RootsOption = Annotated[
    Path | None,
    typer.Option(
        "--tsa-roots",
        envvar="FAZHI_TSA_ROOTS",
        help="PEM file with root certificates of time-stamp authorities that you trust.",
    ),
]


def anchor(
    context: typer.Context,
    archive: ArchiveOption = Path("archive"),
    key: KeyOption = None,
    sources: SourcesOption = None,
    timestamps: Annotated[
        list[str] | None,
        typer.Option(
            "--timestamp",
            metavar="URL",
            help="Ask this time-stamp authority (RFC 3161), in place of those in `defaults:`. May be repeated.",
        ),
    ] = None,
    tsa_roots: RootsOption = None,
    connect_to: ConnectToOption = None,
    json: JsonOption = False,
) -> None:
    """Sign the head of the archive and keep the signature in it, with a time stamp of each authority in `defaults:`.

    An authority that fails is told (exit code 1); the signature is kept. Needs the extra `anchor` and, once,
    `fazhi anchor init`.

    Examples:
        fazhi anchor init
        fazhi anchor
        fazhi anchor --timestamp http://tsa.example.org --json

    Exit codes:
        0  signed, and stamped by every authority
        1  signed, but an authority gave no time stamp
        2  wrong use, there is no key, or the extra `anchor` is not installed
        3  another crawl has locked the archive
        4  the archive is damaged or cannot be written
    """
    from crawler.anchoring import AnchorSettings
    from crawler.archive.anchors.stamps import Root
    from crawler.fetch import parse_connect_to

    if context.invoked_subcommand is not None:
        sources_of = (context.get_parameter_source(name) for name in context.params)
        if any(source is not None and source.name == "COMMANDLINE" for source in sources_of):
            raise ConfigError("options of `fazhi anchor init` come after `init`")
        return
    settings = AnchorSettings.of(
        _defaults(sources),
        key=key,
        authorities=timestamps or (),
        roots=tsa_roots,
        connect_to=parse_connect_to(connect_to or ()),
    )
    done = anchoring.anchor(archive, settings, clock=utc_now, notify=message)
    stamps = [
        {"at": iso(stamp.at), "authority": stamp.authority, "root": stamp.root.value} for stamp in done.stamps
    ]
    if json:
        print_json(
            {
                "anchor": done.folder,
                "signed": done.signed_head,
                "line": done.line,
                "key": done.key,
                "head": done.head,
                "timestamps": stamps,
                "failures": list(done.failures),
            }
        )
    else:
        say(f"signed head {done.signed_head} of line {done.line} with key {done.key}")
        for each in stamps:
            say(f"stamped {each['at']} by {each['authority']} (root certificate: {each['root']})")
        say(f"kept in {archive / done.folder}; head {done.head}")
    for stamp in done.stamps:
        if stamp.root is Root.UNKNOWN:
            message(
                f"{stamp.authority}: its root certificate is not known, and its time stamp not checked; see --tsa-roots"
            )
    for failure in done.failures:
        message(f"no time stamp: {failure}")
    raise typer.Exit(1 if done.failures else 0)


def init(
    archive: ArchiveOption = Path("archive"),
    key: KeyOption = None,
    sources: SourcesOption = None,
    replaces: Annotated[
        Path | None,
        typer.Option("--replaces", help="The private key that the new one replaces. It signs the new one."),
    ] = None,
    lost: Annotated[
        bool, typer.Option("--lost", help="The archive's key is lost; `verify` will say so of the new one.")
    ] = False,
) -> None:
    """Make a key, or take one that exists, and enter its public key in the archive.

    The private key is readable by you alone, outside the archive, and never overwritten. Publish the fingerprint that
    this prints: it shows others which anchors are yours.

    Examples:
        fazhi anchor init
        fazhi anchor init --key backup/anchor.key
        fazhi anchor init --replaces old.key

    Exit codes:
        0  the key is entered
        2  wrong use, or the extra `anchor` is not installed
        3  another crawl has locked the archive
        4  the archive is damaged or cannot be written
    """
    from crawler.anchoring import AnchorSettings

    settings = AnchorSettings.of(_defaults(sources), key=key)
    entered = anchoring.init(archive, settings.key, clock=utc_now, replaces=replaces, lost=lost)
    if entered.made:
        message(f"{entered.path}: a new private key; keep a copy of it elsewhere")
    if not entered.entered:
        message(f"{archive}: has this key already")
    say(f"key {entered.id}")


def _defaults(sources: Path | None) -> AnchorDefaults:
    from crawler.model import AnchorDefaults
    from crawler.sources import load

    path = sources or Path("sources.yaml")
    if sources is None and not path.is_file():
        return AnchorDefaults()
    return load(path).anchoring
