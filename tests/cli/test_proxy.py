"""Commands with `proxy:` in sources.yaml, over a real proxy on loopback that alone knows where the sites are."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.warc import read_captures
from tests.conftest import Fazhi
from tests.site import Web
from tests.site.proxies import LoopbackProxy

SECRET = "s3cret-Wort"
LOGIN = ("me", SECRET)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_PROXY_USER", LOGIN[0])
    monkeypatch.setenv("FAZHI_PROXY_PASSWORD", LOGIN[1])


@pytest.fixture
def proxy(web: Web) -> Iterator[LoopbackProxy]:
    with LoopbackProxy(scheme="socks5", hosts=web.hosts, login=LOGIN) as proxy:
        yield proxy


def sources(folder: Path, web: Web, defaults: str, *more: str, ids: tuple[str, ...] = ("wuhan",)) -> Path:
    """Write a sources.yaml with one list of each government."""
    lines = [f"defaults: {{delay: 0, {defaults}}}", "sources:"]
    for each in map(web.government, ids):
        lines += [f"  - id: {each.id}", f"    name: {each.name}", f'    region: "{each.region}"']
        lines += [f"    lists: [{each.lists[0]}]", *(f"    {line}" for line in more)]
    path = folder / "sources.yaml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_crawl_through_a_proxy_is_archived_verified_and_rebuilt(
    tmp_path: Path, web: Web, proxy: LoopbackProxy, fazhi: Fazhi
) -> None:
    path, archive = sources(tmp_path, web, f"proxy: '{proxy.proxy}'"), tmp_path / "archive"
    log = tmp_path / "log"
    code, out, err = fazhi(
        "crawl", "--sources", str(path), "--archive", str(archive), "--json", "--log", str(log)
    )
    assert code == 0, err
    assert {json.loads(line)["ending"] for line in out.splitlines()} >= {"listed", "new"}
    assert "IP addresses are not checked" in log.read_text("utf-8")
    (warc,) = archive.glob("warc/*/*.gz")
    captures = list(read_captures(warc))
    assert {(capture.proxy, capture.ip) for capture in captures} == {("socks5", None)}
    raw = gzip.decompress(warc.read_bytes()).decode("utf-8", "replace")
    shown = "".join(fazhi("reports", "--archive", str(archive), "--json")[1:])
    assert SECRET not in out + err + raw + log.read_text("utf-8") + shown
    assert f"127.0.0.1:{proxy.port}" not in raw  # nor where the proxy is
    assert fazhi("verify", "--deep", "--archive", str(archive))[0] == 0
    assert fazhi("rebuild", "--archive", str(archive))[0] == 0
    assert fazhi("verify", "--deep", "--archive", str(archive))[0] == 0


def test_none_in_an_entry_overrides_the_defaults(
    tmp_path: Path, web: Web, proxy: LoopbackProxy, fazhi: Fazhi
) -> None:
    path = sources(tmp_path, web, f"proxy: '{proxy.proxy}'", "proxy: none")
    mapped = [word for entry in web.connect_to for word in ("--connect-to", entry)]
    assert fazhi("source", "check", "--sources", str(path), *mapped)[0] == 0
    assert proxy.connections == 0


def test_check_add_and_extract_go_through_the_proxy(
    tmp_path: Path, web: Web, proxy: LoopbackProxy, fazhi: Fazhi
) -> None:
    path = sources(tmp_path, web, f"proxy: '{proxy.proxy}'")
    code, out, err = fazhi("source", "check", "wuhan", "--sources", str(path))
    assert code == 0, err
    other = web.government("xuchang").lists[0]
    code, out, err = fazhi("source", "add", other, "--sources", str(path), "--json")
    assert code == 0, err
    report = json.loads(out)["reports"][0]["url"]
    code, out, err = fazhi("extract", report, "--sources", str(path), "--json")
    assert code == 0, err
    assert json.loads(out)[0]["title"]
    hosts = {target.partition(":")[0] for target in proxy.asked}
    assert hosts == {web.government("wuhan").host, web.government("xuchang").host}


def test_a_proxy_with_a_password_in_the_file_is_a_fault_that_does_not_show_it(
    tmp_path: Path, web: Web, fazhi: Fazhi
) -> None:
    path = sources(tmp_path, web, "years: '2015-'", f"proxy: http://me:{SECRET}@10.0.0.1:3128")
    code, out, err = fazhi("source", "list", "--sources", str(path))
    assert code == 2
    assert SECRET not in out + err
    assert f"{path}:7: sources[0].proxy: must be a proxy without a user name or password" in err
    assert "set FAZHI_PROXY_USER and FAZHI_PROXY_PASSWORD" in err


def test_a_crawl_whose_only_proxy_is_dead_says_so_in_one_line(tmp_path: Path, web: Web, fazhi: Fazhi) -> None:
    with LoopbackProxy() as closed:
        pass
    path = sources(tmp_path, web, f"proxy: '{closed.proxy}'", ids=("wuhan", "xuchang", "wuwei"))
    code, _, err = fazhi("crawl", "--sources", str(path), "--archive", str(tmp_path / "archive"))
    assert code == 1
    assert err.count(f"the proxy {closed.proxy} cannot be reached") == 1
    assert not (tmp_path / "archive").exists()


def test_a_proxy_that_dies_leaves_its_sites_for_the_next_crawl(
    tmp_path: Path, web: Web, proxy: LoopbackProxy, fazhi: Fazhi
) -> None:
    """One site is reached directly; the proxy of the others refuses the password: nothing of it is a fault of theirs."""
    path = sources(tmp_path, web, f"proxy: '{proxy.proxy}'", ids=("wuhan", "xuchang", "wuwei"))
    text = path.read_text("utf-8").replace("  - id: wuhan\n", "  - id: wuhan\n    proxy: none\n")
    path.write_text(text, "utf-8")
    host = web.government("wuhan").host
    mapped = [word for entry in web.connect_to if entry.startswith(host) for word in ("--connect-to", entry)]
    words = ("crawl", "--sources", str(path), "--archive", str(tmp_path / "archive"), *mapped)
    proxy.login = ("me", "another")
    code, out, err = fazhi(*words, "--json")
    outcomes = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert {outcome["ending"] for outcome in outcomes if outcome["site_id"] != "wuhan"} == {"left"}
    assert {"listed", "new"} <= {outcome["ending"] for outcome in outcomes if outcome["site_id"] == "wuhan"}
    assert "ended early (a proxy failed): 2 known addresses at 2 sites are left" in err
    assert SECRET not in out + err
    proxy.login = LOGIN
    code, out, err = fazhi(*words, "--json")
    endings = {(o["site_id"], o["ending"]) for o in map(json.loads, out.splitlines())}
    assert code == 0, err
    assert {("xuchang", "new"), ("wuwei", "new")} <= endings
