"""The templates, one file each: how a content management system or a lone webmaster writes a page."""

from __future__ import annotations

from tests.site.templates import jcms, trs
from tests.site.templates.template import Template

TEMPLATES: dict[str, Template] = {template.name: template for template in (trs.TRS, jcms.JCMS)}
