"""A person at JupyterLab, as far as a test can be one: opens a notebook, runs it, clicks, types and looks."""

from __future__ import annotations

import base64
import os
import re
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import element_to_be_clickable
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

WIDTH, HEIGHT = 1280, 800
"""Pixels of the window: a small notebook computer's, or a projector's."""
LOAD = 30.0
"""Seconds that the front end has to show what was asked for."""
RUN = 60.0
"""Seconds that a notebook has to run from top to bottom."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver", "chromium.chromedriver")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
IN_EACH_CELL = """
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-Cell')];
    const find = (selector, read) => cells.flatMap((cell, number) =>
        [...cell.querySelectorAll(selector)].map(found => [number, ...read(found)]));
"""
OUTPUTS = (
    IN_EACH_CELL
    + """
    return find('.jp-OutputArea-output', output => [output.dataset.mimeType ?? '', output.innerText]);
"""
)
IMAGES = (
    IN_EACH_CELL
    + """
    return find('.jp-OutputArea-output img', image => [
        image.alt,
        image.src,
        [image.naturalWidth, image.naturalHeight],
        [image.clientWidth, image.clientHeight],
        image.closest('.jp-OutputArea-output').clientWidth,
    ]);
"""
)
END = (
    IN_EACH_CELL
    + """
    document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0;
    return cells.at(-1).getBoundingClientRect().bottom;
"""
)


@contextmanager
def chromium() -> Iterator[Chrome]:
    """Start a headless Chromium that can reach 127.0.0.1 only; raise AssertionError where there is none."""
    options = ChromeOptions()
    options.binary_location = _command(BROWSERS, "chromium")
    service = ChromeService(_command(DRIVERS, "chromium-driver"))
    with tempfile.TemporaryDirectory(prefix="course-chromium-", ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])):
            options.add_argument(flag)
        with Chrome(options, service) as driver:
            yield driver


def _command(names: tuple[str, ...], package: str) -> str:
    for path in map(shutil.which, names):
        if path:
            return path
    raise AssertionError(
        f"there is no {names[0]} here, which the browser test needs; `./course test` installs it,"
        f" and so does: apt-get install {package}"
    )


@dataclass(frozen=True)
class Output:
    """An output as it stands on the page: the number of its cell from 0, its MIME type, its text."""

    cell: int
    kind: str
    text: str


@dataclass(frozen=True)
class Image:
    """An image in an output: the number of its cell from 0, and sizes in pixels, width first.

    `natural` is the size it was drawn for, `shown` the size on the page, `room` the width of its output.
    """

    cell: int
    alt: str
    source: str
    natural: tuple[int, int]
    shown: tuple[int, int]
    room: int


class Page:
    """One notebook, open in JupyterLab, in a real browser."""

    def __init__(self, driver: Chrome, address: str) -> None:
        self.driver = driver
        self.size(HEIGHT)
        driver.get(address)
        self.wait(lambda: self.kernel() == "Idle", LOAD, f"{address} did not open with a kernel")

    # --- hands -----------------------------------------------------------------------------------

    def click(self, selector: str) -> WebElement:
        """Click the first element that *selector*, in CSS, finds, once it can be clicked; return it."""
        waiting = WebDriverWait(self.driver, LOAD, poll_frequency=0.05)
        found = element_to_be_clickable((By.CSS_SELECTOR, selector))
        element = waiting.until(found, f"there is no {selector} to click")
        element.click()
        return element

    def press(self, *keys: str) -> None:
        """Press *keys* one after another, where the focus is; the others than letters are in `Keys`."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def menu(self, title: str, command: str) -> None:
        """Choose *command*, by JupyterLab's name for it, in the menu *title*."""
        next(one for one in self.find(".lm-MenuBar-item") if one.text == title).click()
        self.click(f'.lm-Menu-item[data-command="{command}"]')

    def run_all(self) -> None:
        """Choose Run > Run All Cells, and wait until all have run or one has failed.

        Raises TimeoutException if that takes longer than RUN seconds.
        """
        before = self.prompts()
        self.menu("Run", "runmenu:run-all")
        self.wait(lambda: self.prompts() != before, LOAD, "no cell started")
        self.wait(self.is_idle, RUN, "the cells did not end")
        self.wait(self.is_still, LOAD, "the outputs never came to rest")

    # --- eyes ------------------------------------------------------------------------------------

    def find(self, selector: str) -> list[WebElement]:
        """Return the elements that *selector*, in CSS, finds now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, done: Callable[[], object], seconds: float, otherwise: str) -> None:
        """Wait until *done* gives something true; after *seconds* raise TimeoutException with *otherwise*.

        An element that *done* holds may be redrawn meanwhile: it is then called again.
        """
        redrawn = [StaleElementReferenceException]
        waiting = WebDriverWait(self.driver, seconds, poll_frequency=0.05, ignored_exceptions=redrawn)
        waiting.until(lambda _: done(), otherwise)

    def script(self, code: str, *arguments: object):
        """Run the body of a JavaScript function in the page, and return what it returns."""
        return self.driver.execute_script(code, *arguments)

    def kernel(self) -> str:
        """Return the kernel's state from the status bar, as Idle or Busy; nothing where there is none."""
        bar = self.script("return document.querySelector('#jp-main-statusbar')?.innerText ?? ''")
        found = re.search(r"Python [^|]*\| (\w+)", bar)
        return found[1] if found else ""

    def is_idle(self) -> bool:
        """Say whether no cell runs or waits to be run."""
        return "[*]:" not in self.prompts() and self.kernel() == "Idle"

    def prompts(self) -> list[str]:
        """Return what stands before each code cell: [ ]:, [*]: or its number."""
        return self.script(
            "return [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(one => one.innerText)"
        )

    def is_still(self) -> bool:
        """Say whether the outputs stay as they are for half a second."""
        before = self.outputs(), self.images()
        time.sleep(0.5)
        return before == (self.outputs(), self.images())

    def text(self) -> str:
        """Return all words on the page."""
        return self.script("return document.body.innerText")

    def outputs(self) -> list[Output]:
        """Return every output of the notebook, from top to bottom."""
        return [Output(*one) for one in self.script(OUTPUTS)]

    def images(self) -> list[Image]:
        """Return every image in the outputs, from top to bottom."""
        return [
            Image(cell, alt, source, tuple(natural), tuple(shown), room)
            for cell, alt, source, natural, shown, room in self.script(IMAGES)
        ]

    def size(self, height: int) -> None:
        """Make the window *height* pixels high, and WIDTH wide."""
        metrics = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def screenshot(self, path: Path) -> None:
        """Save the whole notebook, however long, as a PNG at *path*."""
        self.size(int(self.script(END)) + HEIGHT // 8)
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        path.write_bytes(base64.b64decode(taken["data"]))
        self.size(HEIGHT)
