"""Where known content management systems keep an article's body. Data only: a hint is scored like any other candidate."""

from __future__ import annotations

HINTS: dict[str, tuple[str, ...]] = {
    "trs": (".TRS_Editor", ".TRS_UEDITOR", ".trs_editor_view", ".Custom_UnionStyle", ".trs_paper_default"),
    "jcms": ("#zoom", ".zoom", ".main-txt", ".main_section", "#con_con", ".bt_content"),
    "vsb": ("#vsb_content", ".v_news_content", "#vsb_content_2", "#vsb_content_4", "#vsb_content_100"),
    "ucap": (".pages_content", "#UCAP-CONTENT", "ucapcontent", "#cmsArticleContent", "#Zoom"),
    "nfcms": ("#zoomcon", ".content_article", ".zw", ".xl-nr", ".article-content"),
    "epoint": (".ewb-article", ".ewb-article-info", ".ewb-info-content", ".news-article-para"),
    "lonsun": (".j-fontContent", ".newscontnet", ".wzcon"),
    "ivs": ("#ivs_content",),
    "easysite": ("#easysiteText", "#articleWrap"),
    "others": (
        "#downloadContent",
        ".wenzhang-content",
        "#BodyLabel",
        "#fontzoom",
        "#czfxcontent",
        "#info_content",
        "#js_content",
        "#moe-policy-table",
        "#NewsContent",
        "#artibody",
        "#articleContent",
        "#article-content",
        ".article_content",
        ".article-body",
    ),
}
"""Simple selectors (tag, #id or .class) by system, from pages that were seen."""
