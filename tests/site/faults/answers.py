"""Answers to make faults of: heads, bodies, a report's page, notices. All made up here."""

from __future__ import annotations

from collections.abc import Callable

from tests.site.faults.server import Act, Call, Part, Parts

_PARAGRAPHS = 14


def report(name: str, *, more: str = "") -> str:
    """A page with a report on it whose text no other page has; `more` is said in its last paragraph."""
    paragraphs = "".join(
        f"<p>{n}.{name}站点第{n}项工作：全年办理行政复议案件{n * 37}件，开展执法监督检查{n * 11}次，群众满意度达到{80 + n}%。</p>"
        for n in range(1, _PARAGRAPHS)
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>武汉市人民政府关于2022年度法治政府建设情况的报告</title>'
        '<meta name="PubDate" content="2023-03-15"></head><body><h1>武汉市人民政府关于2022年度法治政府建设情况的报告</h1>'
        f'<div class="TRS_Editor">{paragraphs}<p>{more}以上为本年度法治政府建设情况。</p></div></body></html>'
    )


def page_of(call: Call) -> bytes:
    """The report's page of the host that is asked, UTF-8."""
    return report(call.host).encode()


def http(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """A whole answer; `length` is a Content-Length that lies."""
    lines = [
        f"HTTP/1.1 {status}",
        *headers,
        f"Content-Length: {len(body) if length is None else length}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("latin-1") + body


def html(body: str, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer of HTML in UTF-8."""
    return http(status, body.encode(), "Content-Type: text/html; charset=utf-8", *headers)


def fine(call: Call) -> Parts:
    """The report, as it should be."""
    return [html(report(call.host))]


def always(*parts: Part) -> Callable[[Call], Parts]:
    """The same for whatever is asked."""
    return lambda call: parts


def notice(body: str, status: str = "200 OK", *headers: str) -> Callable[[Call], Parts]:
    """A page of a few words."""
    return always(html(f"<html><body>{body}</body></html>", status, *headers))


def first(*parts: Part, times: int = 1) -> Callable[[Call], Parts]:
    """So the first time or times; the report after that."""
    return lambda call: parts if call.number <= times else fine(call)


def to(target: str, status: str = "302 Found", *headers: str) -> Callable[[Call], Parts]:
    """A redirect from /report.html to an address that may name {host}; the report everywhere else."""

    def serve(call: Call) -> Parts:
        if call.path != "/report.html" or call.scheme != "http":
            return fine(call)
        return [http(status, b"", f"Location: {target.format(host=call.host)}", *headers)]

    return serve


def sends_on(markup: str) -> Callable[[Call], Parts]:
    """A page with this markup at /report.html, that means /new.html; the report there."""
    return lambda call: [html(markup)] if call.path == "/report.html" else fine(call)


def coded(coding: str, compress: Callable[[bytes], bytes]) -> Callable[[Call], Parts]:
    """The report in a content coding that was not asked for."""
    return lambda call: [http("200 OK", compress(page_of(call)), f"Content-Encoding: {coding}")]


def headed(head: bytes) -> Callable[[Call], Parts]:
    """The report under a head of one's own, its last line and the empty one left out; the connection closes after it."""
    return lambda call: [head + b"\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + page_of(call)]


def chunks(call: Call) -> bytes:
    """The report in two chunks, without the last, empty one."""
    page = page_of(call)
    return b"".join(b"%x\r\n%b\r\n" % (len(half), half) for half in (page[:99], page[99:]))


HANG, RESET, DRIP, FLOOD = Act.HANG, Act.RESET, Act.DRIP, Act.FLOOD
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
OPEN_ENDED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
TEMPLATE = (
    '<html><head><title>某市人民政府门户网站</title></head><body><ul class="nav">'
    + "".join(f'<li><a href="/c{n}/">栏目导航名称{n}</a></li>' for n in range(40))
    + "</ul><div>{body}</div><div class='footer'>主办：某市人民政府办公室 承办：某市大数据中心 网站标识码：4201000001 备案号：某ICP备05000001号</div></body></html>"
)
