"""A government's site that is made by scripts, and pages that try what a browser behind the guard must not do."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.site.certificates import Authority
from tests.site.server import Answer, Request, Server

HOST, DATA, LOGIN = "www.script.gov.cn", "data.script.gov.cn", "sso.script.gov.cn"
BASE = f"https://{HOST}"
TITLES = {year: f"某市人民政府{year}年度法治政府建设情况报告" for year in (2022, 2023)}


def body(year: int) -> list[str]:
    """The paragraphs of a report."""
    return [
        f"{year}年,第{n}项工作取得成效,完成事项{n * 37}件,群众满意度达到{90 + n % 10}%。" for n in range(40)
    ]


_SHELL = """<!DOCTYPE html><html><head><meta charset="gb2312"><title>某市人民政府</title>
<link rel="stylesheet" href="/static/site.css"><script src="/static/app.js"></script></head>
<body><div id="app"><img src="/static/logo.png"></div><script>{code}</script></body></html>"""

# GBK without a declaration, as a page in GBK gets it
_APP = """
function fill(html) { document.getElementById('app').innerHTML = html; }
function list() {
  fetch('/api/list').then(answer => answer.json()).then(items => fill('<h2>法治政府建设年度报告</h2><ul class="list">' +
    items.map(item => `<li><a href="/article.html?id=${item.id}" title="${item.title}">${item.title}</a><span>${item.date}</span></li>`).join('') + '</ul>'));
}
function article() {
  var request = new XMLHttpRequest();
  request.open('POST', 'https://data.script.gov.cn/api/article');
  request.setRequestHeader('Content-Type', 'application/json');
  request.setRequestHeader('X-Token', 'of the script');
  request.onload = function () {
    var found = JSON.parse(request.responseText);
    fill('<h1>' + found.title + '</h1><div class="info">发布日期：' + found.date + ' 来源：某市司法局</div><div class="article">' +
      found.paragraphs.map(text => '<p>' + text + '</p>').join('') + '</div>');
  };
  request.send(JSON.stringify({id: new URLSearchParams(location.search).get('id')}));
}
"""

_ESCAPES = """
article();
var tried = [];
const tries = {
  fetch: () => fetch('http://127.0.0.1:TCP/fetch', {mode: 'no-cors'}),
  image: () => { new Image().src = 'https://127.0.0.1:TCP/image'; },
  socket: () => new WebSocket('wss://127.0.0.1:TCP/socket'),
  local: () => new WebSocket('ws://localhost:TCP/socket'),
  events: () => new EventSource('https://127.0.0.1:TCP/events'),
  beacon: () => navigator.sendBeacon('https://127.0.0.1:TCP/beacon', 'x'),
  transport: () => new WebTransport('https://127.0.0.1:UDP/').ready,
  peer: () => {
    const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:UDP'},
      {urls: 'turn:127.0.0.1:TCP?transport=tcp', username: 'a', credential: 'b'}]});
    peer.createDataChannel('x');
    return peer.createOffer().then(offer => peer.setLocalDescription(offer));
  },
  worker: () => navigator.serviceWorker.register('/worker.js'),
  thread: () => new Worker(URL.createObjectURL(new Blob(["fetch('https://127.0.0.1:TCP/thread')"]))),
  window: () => window.open('https://127.0.0.1:TCP/window'),
  prefetch: () => { document.head.insertAdjacentHTML('beforeend', '<link rel="preconnect" href="https://127.0.0.1:TCP"><link rel="prefetch" href="https://127.0.0.1:TCP/prefetch"><link rel="dns-prefetch" href="//elsewhere.example">'); },
  frame: () => { document.body.insertAdjacentHTML('beforeend', '<iframe src="https://127.0.0.1:TCP/frame"></iframe>'); },
  file: () => { document.body.insertAdjacentHTML('beforeend', '<iframe src="file:///etc/passwd"></iframe>'); },
  moved: () => fetch('/moved-to-private'),
  forbidden: () => fetch('/private/counter'),
  alert: () => { alert('1'); confirm('2'); prompt('3'); },
};
for (const name in tries) { try { Promise.resolve(tries[name]()).catch(() => 0); } catch (error) { } tried.push(name); }
document.documentElement.setAttribute('data-tried', tried.join(' '));
"""

CODE = {
    "/list.html": "list()",
    "/article.html": "article()",
    "/escapes.html": _ESCAPES,
    "/timer.html": "article(); setInterval(() => fetch('/api/time?' + Math.random()), 20)",
    "/loop.html": "article(); setTimeout(() => { while (true) {} }, 0)",
    "/alerts.html": "article(); setTimeout(() => { while (true) alert('!') }, 0)",
    "/sent-on.html": "var year = 2022; setTimeout(() => { location.href = '/article.html' + '?id=' + year }, 20)",
    "/to-login.html": "setTimeout(() => { location = 'https://sso.' + 'script.gov.cn/login' }, 20)",
    "/round.html": "setTimeout(() => { location = '/round-again' + '.html' }, 20)",
    "/round-again.html": "setTimeout(() => { location = '/round' + '.html' }, 20)",
    "/reload.html": "article(); setTimeout(() => { location.reload() }, 20)",
    "/farewell.html": "fill('<h1>提示</h1><p>抱歉，您访问的页面不存在或已被删除。</p>')",
    "/broken.html": "fill('正在加载'); fetch('/api/broken')",
    "/slow.html": "fetch('/api/slow')",
    "/deadly.html": "fetch('/api/death')",
}


class ScriptSite:
    """The servers, from `with ScriptSite() as site:` to the end of the block."""

    def __init__(self) -> None:
        """Make the site ready; nothing listens yet."""
        self.requests: list[Request] = []
        self.asked_slow = threading.Event()
        self.closing = threading.Event()
        self.on_death: Callable[[], None] = lambda: None  # called when /api/death is asked for

    def __enter__(self) -> Self:
        """Listen."""
        self._folder = tempfile.TemporaryDirectory(prefix="fazhi-script-")
        authority = Authority([HOST, DATA, LOGIN])
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority.write(self.ca_file)
        self._server = Server(self._respond, context=authority.server_context())
        self._server.start()
        self.hosts = {f"{host}:443": ("127.0.0.1", self._server.port) for host in (HOST, DATA, LOGIN)}
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self.closing.set()
        self._server.stop()
        self._tcp.close()
        self._udp.close()
        self._folder.cleanup()

    @property
    def reached(self) -> list[str]:
        """Which of the sockets that nobody may reach was reached."""
        found = []
        for name, knocks in (
            ("tcp", lambda: self._tcp.accept()[0].close()),
            ("udp", lambda: self._udp.recv(1)),
        ):
            knock: Callable[[], object] = knocks
            for listening in (self._tcp, self._udp):
                listening.setblocking(False)
            try:
                knock()
                found.append(name)
            except BlockingIOError:
                pass
        return found

    def asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(urlsplit(request.path).path == path for request in self.requests)

    def _respond(self, request: Request) -> Answer:
        self.requests.append(request)
        path = urlsplit(request.path).path
        if path in CODE:
            code = CODE[path].replace("TCP", str(self._tcp.getsockname()[1]))
            code = code.replace("UDP", str(self._udp.getsockname()[1]))
            return Answer(
                status=200, body=_SHELL.format(code=code).encode("gbk"), headers={"Content-Type": "text/html"}
            )
        if path == "/static/app.js":
            return Answer(
                status=200, body=_APP.encode("gbk"), headers={"Content-Type": "application/javascript"}
            )
        if path == "/robots.txt":
            return Answer(status=200, body=b"User-agent: *\nDisallow: /private/\n")
        if path == "/moved-to-private":
            location = f"https://127.0.0.1:{self._tcp.getsockname()[1]}/moved"
            return Answer(status=302, headers={"Location": location})
        if path.startswith("/api/"):
            return self._api(request, path)
        return Answer(status=404)

    def _api(self, request: Request, path: str) -> Answer:
        if path == "/api/list":
            return _json([{"id": y, "title": title, "date": f"{y + 1}-02-21"} for y, title in TITLES.items()])
        if path == "/api/article":
            year = int(json.loads(request.body)["id"] or 2022)
            return _json({"title": TITLES[year], "date": f"{year + 1}-02-21", "paragraphs": body(year)})
        if path == "/api/slow":
            self.asked_slow.set()
            self.closing.wait()
        if path == "/api/death":
            self.on_death()
        return _json({}, status=500 if path == "/api/broken" else 200)


def _json(value: object, status: int = 200) -> Answer:
    return Answer(
        status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"}
    )
