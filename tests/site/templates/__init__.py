"""The templates, one file for each: the pages of a content management system, or of a hand-made site."""

from __future__ import annotations

from tests.site.templates.epoint import EPOINT
from tests.site.templates.gkmlpt import GKMLPT
from tests.site.templates.jcms import JCMS
from tests.site.templates.tables import TABLES
from tests.site.templates.template import Template
from tests.site.templates.trs import TRS
from tests.site.templates.trs_paper import TRS_PAPER
from tests.site.templates.ucap import UCAP
from tests.site.templates.vsb import VSB

TEMPLATES: dict[str, Template] = {
    template.name: template for template in (TRS, JCMS, UCAP, EPOINT, TRS_PAPER, VSB, TABLES, GKMLPT)
}
