"""Faults of redirects: by status, header, markup, script or cookie, to valid and invalid targets."""

from __future__ import annotations

from crawler.model import Ending
from tests.site.faults import tls
from tests.site.faults.answers import fine, html, http, sends_on, to
from tests.site.faults.fault import Fault, Serve
from tests.site.faults.server import Call, Parts


def _chain(length: int) -> Serve:
    def serve(call: Call) -> Parts:
        at = 0 if call.path == "/report.html" else int(call.path.strip("/"))
        return fine(call) if at == length else [http("301 Moved", b"", f"Location: /{at + 1}")]

    return serve


def _gbk(call: Call) -> Parts:
    if call.path == "/%B1%A8%B8%E6.html":
        return fine(call)
    return [
        b"HTTP/1.1 302 Found\r\nLocation: /" + "报告".encode("gbk") + b".html\r\nContent-Length: 0\r\n\r\n"
    ]


def _gate(cookie: str, answer: Parts) -> Serve:
    return lambda call: fine(call) if cookie in call.headers.get("cookie", "") else answer


def _back_to_http(call: Call) -> Parts:
    return [http("301 Moved", b"", f"Location: http://{call.host}/report.html")] if call.scheme == "https" else fine(call)  # fmt: skip


def _to_https(call: Call) -> Parts:
    return [http("301 Moved", b"", f"Location: https://{call.host}/report.html")] if call.scheme == "http" else fine(call)  # fmt: skip


def _kept_method(call: Call) -> Parts:
    return [http("308 Moved", b"", "Location: /new.html")] if call.path == "/report.html" else fine(call)


def _without(call: Call, header: str) -> Parts:
    return [http("400 Bad Request")] if header in call.headers else fine(call)


def _at_most(call: Call, size: int) -> Parts:
    return fine(call) if 0 < len(call.headers.get("cookie", "")) <= size else [http("431 Too Large")]


_RAW = {"gbk": "报告".encode("gbk").decode("latin-1"), "utf-8": "报告".encode().decode("latin-1")}
_COOKIE = "Set-Cookie: seen=1; path=/"
_SELF = "Location: /report.html"

ROWS = (
    Fault(name="moved", does="301 to a relative address", ending=Ending.NEW, serve=to("new.html", "301 Moved")),
    Fault(name="moved-308", does="308", ending=Ending.NEW, serve=_kept_method),
    Fault(name="to-https", does="http to https", ending=Ending.NEW, serve=_to_https, context=tls.good),
    Fault(name="to-http", does="https to http", ending=Ending.NEW, serve=_back_to_http, context=tls.good,
          url="https://{host}/report.html"),
    Fault(name="chain", does="8 redirects one after the other", ending=Ending.NEW, serve=_chain(8)),
    Fault(name="chain-too-long", does="9 redirects and more", ending=Ending.FAILED, detail=r"more than 8 redirects",
          serve=_chain(50)),
    Fault(name="circle", does="redirects to itself", ending=Ending.FAILED, detail="in a circle",
          serve=lambda call: [http("302 Found", b"", _SELF)], asked=1),
    Fault(name="circle-of-two", does="redirects to and fro", ending=Ending.FAILED, detail="in a circle", asked=1,
          serve=lambda call: [http("302 Found", b"", _SELF if call.path == "/b" else "Location: /b")]),
    Fault(name="nowhere", does="302 without a Location", ending=Ending.FAILED, detail="HTTP 302",
          serve=lambda call: [http("302 Found")], asked=1),
    Fault(name="gbk-location", does="a Location in raw GBK bytes", ending=Ending.NEW, serve=_gbk),
    Fault(name="backslash-location", does="a Location with backslashes and a space", ending=Ending.NEW, serve=to(r"\new page.html")),
    Fault(name="sends-to-ftp", does="redirects to ftp:", ending=Ending.REFUSED, detail="no http address", serve=to("ftp://{host}/a")),
    Fault(name="sends-to-file", does="redirects to file:", ending=Ending.REFUSED, detail="no http address", serve=to("file:///etc/passwd")),
    Fault(name="sends-to-password", does="redirects to an address with a password in it", ending=Ending.REFUSED, detail="with a password",
          serve=to("http://user:secret@{host}/new.html")),
    Fault(name="sends-to-loopback", does="redirects to 127.0.0.1", ending=Ending.REFUSED, detail="127.0.0.1 is not public",
          serve=to("http://127.0.0.1/admin")),
    Fault(name="sends-to-metadata", does="redirects to a cloud's metadata service", ending=Ending.REFUSED,
          detail=r"169\.254\.169\.254 is not public", serve=to("http://169.254.169.254/latest/meta-data/")),
    Fault(name="sends-to-mapped", does="redirects to loopback mapped into IPv6", ending=Ending.REFUSED, detail="not public|no address",
          serve=to("http://[::ffff:127.0.0.1]/")),
    Fault(name="sends-to-number", does="redirects to loopback written as one number", ending=Ending.REFUSED,
          detail="127.0.0.1 is not public", serve=to("http://2130706433/")),
    Fault(name="sends-to-octal", does="redirects to loopback in octal and hexadecimal digits", ending=Ending.REFUSED,
          detail="127.0.0.1 is not public", serve=to("http://0177.0x0.1/")),
    Fault(name="sends-to-no-number", does="redirects to a number that is no IP address", ending=Ending.REFUSED,
          detail="no http address", serve=to("http://256.0.0.1/")),
    Fault(name="escaped-dots", does="a Location with %2e%2e for ..", ending=Ending.NEW, serve=to("/a/b/%2e%2E/%2e./new.html")),
    Fault(name="refresh-spaces", does="a Refresh header with 40,000 spaces that leads nowhere", ending=Ending.FAILED, detail="no bytes",
          serve=lambda _: [http("200 OK", b"", "Refresh: 0; url" + " " * 40_000 + "b")] * 1),
    Fault(name="refresh-header", does="a Refresh header", ending=Ending.NEW,
          serve=lambda call: [html("", "200 OK", "Refresh: 0; url=/new.html")] if call.path == "/report.html" else fine(call)),
    Fault(name="meta-refresh", does="meta refresh on a page that says hardly anything", ending=Ending.NEW,
          serve=sends_on('<html><head><META HTTP-EQUIV="Refresh" CONTENT="1;URL=/new.html"></head><body>正在跳转，请稍候</body></html>')),
    Fault(name="script-href", does="a script that sets location.href", ending=Ending.NEW,
          serve=sends_on('<html><script language="javascript">window.location.href="/new.html";</script></html>')),
    Fault(name="script-replace", does="a script that calls location.replace after a moment", ending=Ending.NEW,
          serve=sends_on("<script>setTimeout(function(){ location.replace('/new.html'); }, 500);</script>")),
    Fault(name="body-onload", does="an onload that goes elsewhere", ending=Ending.NEW,
          serve=sends_on("<body onload=\"self.location='/new.html'\"></body>")),
    Fault(name="script-decides", does="a script that goes elsewhere for some browsers: not followed", ending=Ending.FAILED,
          serve=sends_on("<script>if(navigator.userAgent.match(/Mobile/)){location.href='/m.html'}</script>")),
    Fault(name="cookie-redirect", does="sets a cookie, redirects to itself and asks for it", ending=Ending.NEW,
          serve=_gate("seen=1", [http("302 Found", b"", _SELF, _COOKIE)]), asked=2),
    Fault(name="cookie-refresh", does="the same by meta refresh", ending=Ending.NEW, asked=2,
          serve=_gate("seen=1", [html('<meta http-equiv="refresh" content="0">', "200 OK", _COOKIE)])),
    Fault(name="cookie-reload", does="the same by location.reload()", ending=Ending.NEW, asked=2,
          serve=_gate("seen=1", [html("<script>location.reload()</script>", "200 OK", _COOKIE)])),
    *(
        Fault(name=f"cookie-{name}", does=f"the same with a cookie in raw {name.upper()} bytes", ending=Ending.NEW, asked=2,
              serve=_gate(f"seen={value}", [http("302 Found", b"", _SELF, f"Set-Cookie: seen={value}; path=/")]))
        for name, value in _RAW.items()
    ),
    Fault(name="cookie-unsendable", does="sets cookies that cannot be sent, and then redirects", ending=Ending.NEW,
          serve=lambda call: [http("302 Found", b"", "Location: /new.html", "Set-Cookie: a=\x01", f"Set-Cookie: b={'x' * 9000}",
                                   "Set-Cookie: c=1; Domain=gov.cn")] if call.path == "/report.html" else _without(call, "cookie")),
    Fault(name="cookie-flood", does="sets 400 cookies of 100 bytes: 16 KB of them go back", ending=Ending.NEW, asked=1,
          serve=lambda call: [http("302 Found", b"", "Location: /new.html", *(f"Set-Cookie: c{n}={'v' * 100}" for n in range(400)))]
          if call.path == "/report.html" else _at_most(call, 16_384)),
    Fault(name="cookie-never", does="asks for a cookie that it never sets rightly", ending=Ending.FAILED, detail="in a circle",
          serve=_gate("other=1", [http("302 Found", b"", _SELF, _COOKIE)]), asked=2),
)  # fmt: skip
