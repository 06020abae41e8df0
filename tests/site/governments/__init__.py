"""The seven governments of the web, one file for each: addresses, columns, reports, and how the site is served."""

from __future__ import annotations

from tests.site.governments.changchun import changchun
from tests.site.governments.huangshigang import huangshigang
from tests.site.governments.jinghai import jinghai
from tests.site.governments.tianshui import tianshui
from tests.site.governments.wuhan import wuhan
from tests.site.governments.wuwei import wuwei
from tests.site.governments.xuchang import xuchang

GOVERNMENTS = (wuhan(), wuwei(), huangshigang(), xuchang(), changchun(), tianshui(), jinghai())
