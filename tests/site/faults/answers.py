"""Answers for the faults: heads, bodies, a report's page, notices. All are invented."""

from __future__ import annotations

from collections.abc import Callable

from tests.site.faults.server import Act, Call, Part, Parts

_PARAGRAPHS = 14


def report(name: str, *, more: str = "") -> str:
    """Return a page with a report of unique text; `more` is in its last paragraph."""
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
    """Return the report's page of the requested host, in UTF-8."""
    return report(call.host).encode()


def http(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """Return a complete answer; `length` is a wrong Content-Length."""
    lines = [
        f"HTTP/1.1 {status}",
        *headers,
        f"Content-Length: {len(body) if length is None else length}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("latin-1") + body


def html(body: str, status: str = "200 OK", *headers: str) -> bytes:
    """Return a complete answer with HTML in UTF-8."""
    return http(status, body.encode(), "Content-Type: text/html; charset=utf-8", *headers)


def fine(call: Call) -> Parts:
    """Serve the report, without a fault."""
    return [html(report(call.host))]


def always(*parts: Part) -> Callable[[Call], Parts]:
    """Serve the same answer for every request."""
    return lambda call: parts


def notice(body: str, status: str = "200 OK", *headers: str) -> Callable[[Call], Parts]:
    """Return a page of a few words."""
    return always(html(f"<html><body>{body}</body></html>", status, *headers))


def first(*parts: Part, times: int = 1) -> Callable[[Call], Parts]:
    """Serve the answer for the first requests, and the report after that."""
    return lambda call: parts if call.number <= times else fine(call)


def to(target: str, status: str = "302 Found", *headers: str) -> Callable[[Call], Parts]:
    """Redirect /report.html to an address that may contain {host}; serve the report elsewhere."""

    def serve(call: Call) -> Parts:
        if call.path != "/report.html" or call.scheme != "http":
            return fine(call)
        return [http(status, b"", f"Location: {target.format(host=call.host)}", *headers)]

    return serve


def sends_on(markup: str) -> Callable[[Call], Parts]:
    """Serve a page with this markup, which leads to /new.html, at /report.html; serve the report at /new.html."""
    return lambda call: [html(markup)] if call.path == "/report.html" else fine(call)


def coded(coding: str, compress: Callable[[bytes], bytes]) -> Callable[[Call], Parts]:
    """Serve the report in a content coding that was not requested."""
    return lambda call: [http("200 OK", compress(page_of(call)), f"Content-Encoding: {coding}")]


def headed(head: bytes) -> Callable[[Call], Parts]:
    """Serve the report with a given head, without its last line and the empty one, then close the connection."""
    return lambda call: [head + b"\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + page_of(call)]


def chunks(call: Call) -> bytes:
    """Return the report in two chunks, without the final empty chunk."""
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
