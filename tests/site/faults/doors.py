"""Faults: addresses that are not public and robots.txt, which must be refused; and unusual but valid ways to a host."""

from __future__ import annotations

from crawler.model import Ending
from tests.site.faults.answers import HANG, RESET, always, html, http
from tests.site.faults.fault import Fault, Serve

_NOT_PUBLIC = (
    ("private", "a private address", "10.1.2.3"),
    ("loopback", "loopback", "127.0.0.1"),
    ("link-local", "a link-local address, where clouds keep their metadata", "169.254.169.254"),
    ("shared", "an address behind a provider's NAT", "100.100.100.200"),
    ("multicast", "a multicast address", "224.0.0.1"),
    ("unspecified", "0.0.0.0", "0.0.0.0"),
    ("ipv6-loopback", "::1", "::1"),
    ("unique-local", "an IPv6 address for private use", "fd00:ec2::254"),
    ("mapped", "a private address mapped into IPv6", "::ffff:10.0.0.1"),
    ("nat64", "a private address in NAT64 form", "64:ff9b::a00:1"),
    ("sixtofour", "a private address in 6to4 form", "2002:a00:1::1"),
)
_DENY = http("200 OK", b"User-agent: *\nDisallow: /\n", "Content-Type: text/plain")


def _shut(robots: bytes) -> Serve:
    return always(http("200 OK", robots, "Content-Type: text/plain"))


ROWS = (
    *(
        Fault(name=f"to-{name}", does=f"its name leads to {what}", ending=Ending.REFUSED, detail="is not public", addresses=(ip,), asked=0)
        for name, what, ip in _NOT_PUBLIC
    ),
    Fault(name="mixed-names", does="its name leads to a public and to a private address", ending=Ending.REFUSED,
          detail=r"192\.168\.0\.1 is not public", addresses=("59.173.12.3", "192.168.0.1"), asked=0),
    Fault(name="ssh-port", does="its address names the port of another protocol", ending=Ending.REFUSED, detail="port 22 belongs",
          addresses=("59.173.12.3",), url="http://{host}:22/report.html", asked=0),
    Fault(name="credentials", does="its address holds a password", ending=Ending.REFUSED, detail="password",
          url="http://user:secret@{host}/report.html", asked=0),
    Fault(name="robots", does="robots.txt disallows all", ending=Ending.REFUSED, detail=r"robots\.txt disallows", robots=always(_DENY), asked=0),
    Fault(name="robots-bom", does="the same behind a byte order mark", ending=Ending.REFUSED, detail=r"robots\.txt disallows", asked=0,
          robots=_shut(b"\xef\xbb\xbfUser-agent: fazhi\nDisallow: /report")),
    Fault(name="robots-utf16", does="the same in UTF-16", ending=Ending.REFUSED, detail=r"robots\.txt disallows", asked=0,
          robots=_shut("User-agent: fazhi\nDisallow: /report".encode("utf-16"))),
    Fault(name="robots-version", does="the same, naming us with a version", ending=Ending.REFUSED, detail=r"robots\.txt disallows", asked=0,
          robots=_shut(b"User-agent: fazhi/0.1\nDisallow: /report\n\nUser-agent: *\nDisallow:\n")),
    Fault(name="robots-moved", does="the same behind a redirect", ending=Ending.REFUSED, detail=r"robots\.txt disallows", asked=0,
          robots=always(http("301 Moved", b"", "Location: /rules.txt")), serve=always(_DENY)),
    Fault(name="robots-broken", does="robots.txt answers 500", ending=Ending.FAILED, detail=r"robots\.txt answers 500",
          robots=always(html("", "500 Error")), asked=0),
    Fault(name="robots-busy", does="robots.txt answers 429", ending=Ending.FAILED, detail=r"robots\.txt answers 429",
          robots=always(html("", "429 Slow Down")), asked=0),
    Fault(name="robots-hangs", slow=True, does="robots.txt never comes", ending=Ending.FAILED, detail="no answer in time|not done within", robots=always(HANG), asked=0),
    Fault(name="robots-reset", does="robots.txt breaks off", ending=Ending.FAILED, detail="broke", robots=always(RESET), asked=0),
    Fault(name="robots-forbidden", does="robots.txt answers 403: no rules", ending=Ending.NEW, robots=always(html("", "403 Forbidden"))),
    Fault(name="robots-page", does="robots.txt is a page of HTML: no rules", ending=Ending.NEW, robots=always(html("<h1>首页</h1>"))),
    *(
        Fault(name=f"robots-{name}", does=does, ending=Ending.NEW, robots=_shut(b"User-agent: *\nCrawl-delay: %b\n" % delay))
        for name, does, delay in (
            ("nan", "robots.txt asks for a Crawl-delay of `nan`: the entry's own delay is kept", b"nan"),
            ("infinite", "the same of `inf`", b"inf"),
            ("negative", "the same of -5", b"-5"),
            ("thousands", "the same of 10,000 digits", b"9" * 10_000),
        )
    ),
    Fault(name="robots-agents", does="robots.txt has 8,000 names of crawlers above 8,000 rules", ending=Ending.NEW,
          robots=_shut(b"".join(b"User-agent: bot%d\n" % n for n in range(8000)) + b"Disallow: /x\n" * 8000)),
    Fault(name="robots-spaces", does="robots.txt has a line of 200,000 spaces", ending=Ending.NEW,
          robots=_shut(b"User-agent:" + b" " * 200_000 + b"x\nDisallow: /\n")),
    Fault(name="robots-wildcards", does="robots.txt has a rule of 40 wildcards", ending=Ending.NEW,
          robots=_shut(b"User-agent: *\nDisallow: /r" + b"*e" * 40 + b"*z\n")),
    Fault(name="robots-slow", does="robots.txt asks for a Crawl-delay of an hour: 60 seconds are kept", ending=Ending.NEW,
          robots=_shut(b"User-agent: *\nCrawl-delay: 3600\n")),
    Fault(name="ipv6", does="an IPv6 address for a host", ending=Ending.NEW, url="http://[2001:db8::5]:8080/report.html", ipv6=True),
    Fault(name="法治", does="a host name in Chinese", ending=Ending.NEW),
    Fault(name="chinese-path", does="an address with Chinese in it", ending=Ending.NEW, url="http://{host}/法治/报告.html"),
)  # fmt: skip
