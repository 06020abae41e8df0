"""Take the pictures of the viewer in docs/screenshots with Chromium. `make screenshots`; the data in them are invented."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from crawler.web import Settings
from tests.web.conftest import Running
from tests.web.showcase import EDITED, make

FOLDER = Path(__file__).parent / "screenshots"
MAX_BYTES = 200_000
NOTICE = {"zh-CN": "示例:数据均为虚构", "en": "Example: all data are invented"}
"""Written into each picture: it shows real places, and may be seen apart from its page."""
_ADD_NOTICE = """words => {
    const line = document.createElement("p");
    line.textContent = words;
    line.className = "notice";
    line.style.cssText = "position: fixed; right: 1rem; bottom: 0; z-index: 99";
    document.body.append(line);
}"""


def pages(edited: str) -> dict[str, tuple[str, str, str, int, int]]:
    """Return name, address, language, colour scheme, width and height of each picture. `edited`: id of a report with two versions."""
    return {
        "home": ("/", "zh-CN", "light", 1280, 1120),
        "home-en": ("/", "en", "light", 1280, 1120),
        "phone": ("/region/420000#map", "zh-CN", "dark", 390, 844),
        "coverage": ("/coverage?region=420000&year=2020-2025#totals", "zh-CN", "light", 1280, 800),
        "diff": (f"/diff/{edited}:1..2", "zh-CN", "light", 1280, 800),
        "search": ("/search?q=行政复议 AND 出庭应诉", "zh-CN", "light", 1280, 800),
        "indicator": ("/indicators/reconsideration_accepted?places=420100,420300,420600", "zh-CN", "dark", 1280, 800),
    }  # fmt: skip


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="fazhi-screenshots-") as folder, sync_playwright() as playwright:
        made = make(Path(folder) / "archive")
        running = Running(Settings(archive=made.folder, clock=lambda: made.now))
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        try:
            for name, (address, language, scheme, width, height) in pages(made.ids[EDITED]).items():
                picture = take(browser, running.url + address, language, scheme, width, height)
                (FOLDER / f"{name}.webp").write_bytes(picture)
                print(f"{name}.webp: {len(picture) // 1000} kB")
        finally:
            browser.close()
            running.close()


def take(browser: Browser, url: str, language: str, scheme: str, width: int, height: int) -> bytes:
    """Return a picture as WebP."""
    context = browser.new_context(
        locale=language,
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        device_scale_factor=2 if width < 500 else 1.5,
    )
    page = context.new_page()
    page.goto(url)
    page.evaluate(_ADD_NOTICE, NOTICE[language])
    out = BytesIO()
    Image.open(BytesIO(page.screenshot())).convert("RGB").save(out, "WEBP", quality=80, method=6)
    context.close()
    assert len(out.getvalue()) < MAX_BYTES, f"{url}: {len(out.getvalue())} bytes"
    return out.getvalue()


if __name__ == "__main__":
    main()
