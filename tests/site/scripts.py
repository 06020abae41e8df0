"""Scripts that sites write into their pages. `$p` is a prefix specific to the site."""

from __future__ import annotations

from string import Template

from tests.site.model import Government
from tests.site.pick import Picker

_STATISTICS = Template("""
var _$p = _$p || [];
(function() {
    var hm = document.createElement("script");
    hm.src = "//stat.$host/js/h.js?siteId=$code&v=" + new Date().getTime();
    var s = document.getElementsByTagName("script")[0];
    s.parentNode.insertBefore(hm, s);
})();
_$p.push(['trackPageView', window.location.pathname]);
""")

_ZOOM = Template("""
function ${p}SetSize(size) {
    var box = document.getElementById('${p}text') || document.getElementById('zoom');
    if (!box) { return false; }
    box.style.fontSize = size + 'px';
    var inner = box.getElementsByTagName('*');
    for (var i = 0; i < inner.length; i++) {
        if (inner[i].style && inner[i].tagName != 'SCRIPT') { inner[i].style.fontSize = size + 'px'; }
    }
    return true;
}
function ${p}Print() {
    var bdhtml = window.document.body.innerHTML;
    var from = bdhtml.indexOf("<!--startprint-->"), to = bdhtml.indexOf("<!--endprint-->");
    if (from > -1 && to > from) { window.document.body.innerHTML = bdhtml.substring(from + 17, to); }
    window.print();
    window.document.body.innerHTML = bdhtml;
}
""")

_TODAY = Template("""
function ${p}Today() {
    var d = new Date(), week = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"];
    var month = d.getMonth() + 1;
    document.write("今天是：" + d.getFullYear() + "年" + month + "月" + d.getDate() + "日 " + week[d.getDay()]);
}
""")

_SHARE = Template("""
var ${p}Share = {
    title: encodeURIComponent(document.title),
    url: encodeURIComponent(location.href),
    weibo: function() { window.open('http://service.weibo.com/share/share.php?url=' + this.url + '&title=' + this.title); },
    qzone: function() { window.open('http://sns.qzone.qq.com/cgi-bin/qzshare/cgi_qzshare_onekey?url=' + this.url); },
    wechat: function() {
        var box = document.getElementById('${p}qr');
        if (!box) { return; }
        if (box.style.display == 'block') { box.style.display = 'none'; return; }
        box.innerHTML = '<img src="/qr?text=' + this.url + '" width="120" height="120"><p>用微信“扫一扫”分享</p>';
        box.style.display = 'block';
    }
};
""")

_SEARCH = Template("""
function ${p}Search(form) {
    var word = form.q.value.replace(/(^\\s*)|(\\s*$$)/g, "");
    if (word == "" || word == "请输入关键字") { alert("请输入您要搜索的内容！"); form.q.focus(); return false; }
    if (/[<>'"%;()&+]/.test(word)) { alert("搜索内容含有非法字符！"); return false; }
    window.open("/search/index.html?siteCode=$code&q=" + encodeURIComponent(word), "_blank");
    return false;
}
""")

_LEAVING = Template("""
$$(function() {
    $$("a[href^='http']").each(function() {
        var href = $$(this).attr("href");
        if (href.indexOf("gov.cn") == -1 && href.indexOf("javascript") == -1) {
            $$(this).attr("data-out", href).attr("href", "javascript:void(0)").click(function() {
                $$(".${p}mask,.${p}pop").show();
                $$(".${p}pop .ok").attr("href", $$(this).attr("data-out"));
            });
        }
    });
    $$(".${p}pop .no").click(function() { $$(".${p}mask,.${p}pop").hide(); });
});
""")

_MOBILE = Template("""
(function() {
    var agents = ["Android", "iPhone", "SymbianOS", "Windows Phone", "iPod"], flag = false;
    for (var v = 0; v < agents.length; v++) { if (navigator.userAgent.indexOf(agents[v]) > 0) { flag = true; break; } }
    if (flag && window.sessionStorage && !sessionStorage.getItem("${p}full")) {
        document.documentElement.className += " ${p}wap";
        document.write('<meta name="viewport" content="width=device-width,initial-scale=1.0">');
    }
})();
""")

_SLIDE = Template("""
jQuery(".${p}slide").each(function(i) {
    var that = jQuery(this), index = 0, timer = null, items = that.find("li"), total = items.length;
    function show(n) { items.eq(n).fadeIn(400).siblings().hide(); that.find(".num a").eq(n).addClass("on").siblings().removeClass("on"); }
    function play() { timer = setInterval(function() { index = (index + 1) % total; show(index); }, 4000 + i * 200); }
    that.hover(function() { clearInterval(timer); }, play);
    show(0); play();
});
""")

ALL = {
    "statistics": _STATISTICS,
    "zoom": _ZOOM,
    "today": _TODAY,
    "share": _SHARE,
    "search": _SEARCH,
    "leaving": _LEAVING,
    "mobile": _MOBILE,
    "slide": _SLIDE,
}


def script(government: Government, prefix: str, *names: str) -> str:
    """Return the named scripts, concatenated, without tags."""
    words = {"p": prefix, "code": government.code, "host": government.host.removeprefix("www.")}
    return "".join(ALL[name].substitute(words) for name in names)


def data(government: Government, name: str, rows: int) -> str:
    """Return a script with a number of rows of data, such as counters and settings of widgets."""
    picker = Picker("data", government.id, name)
    lines = [
        f'{{"id":"{picker.hex(12)}","col":{picker.between(1000, 9999)},"hits":{picker.between(1, 99999)},'
        f'"key":"{picker.hex(16)}","on":{picker.one(("true", "false"))}}}'
        for _ in range(rows)
    ]
    return f"var {name} = [\n" + ",\n".join(lines) + "\n];"
