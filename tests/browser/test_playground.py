"""The propagation playground, driven as a person would: by key, by click, and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import LOAD, Page
from nbformat.v4 import new_code_cell, new_notebook
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement
    from serving import Server

CODE = "from nslab import Playground\n\nPlayground()"
CONTROLS = ".widget-toggle-buttons, .jupyter-widget-toggle-buttons"
NAMESPACES, HOST_TYPE, WEB_TYPE, SPACE, PLACE = range(5)


@pytest.fixture
def page(server: Server, browser: Chrome) -> Page:
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell(CODE)], metadata={"kernelspec": kernel})
    opened = Page(browser, server.address(server.put("playground.ipynb", notebook)))
    opened.run_all()
    return opened


def seen(page: Page, text: str) -> None:
    page.wait(lambda: text in page.text(), LOAD, f"the page never showed {text!r}")


def push(page: Page, name: str) -> None:
    next(button for button in page.find("button.jupyter-button") if button.text == name).click()


def options(page: Page, control: int) -> list[WebElement]:
    return page.find(CONTROLS)[control].find_elements(By.TAG_NAME, "button")


def key(page: Page, control: int, name: str) -> None:
    page.script("arguments[0].focus()", next(one for one in options(page, control) if one.text == name))
    page.press(Keys.SPACE)


def chosen(page: Page, control: int) -> str:
    return next(one.text for one in options(page, control) if "mod-active" in one.get_attribute("class"))


def alts(page: Page) -> list[str]:
    return [image.alt for image in page.images()]


def test_types_change_by_key_mounts_by_click_and_undo_takes_back(page: Page, screenshots: Path):
    seen(page, "The kernel has")
    key(page, WEB_TYPE, "slave")
    seen(page, "web# mount --make-slave /mnt")
    seen(page, "web:/mnt changed: it leaves its peer group")
    push(page, "Mount")
    seen(page, "web:/mnt/a copied: its parent is a slave")
    assert [alt.split(" table")[0] for alt in alts(page)] == ["Predicted mount", "Mount"]
    page.screenshot(screenshots / "playground.png")
    push(page, "Unmount")
    seen(page, "web:/mnt/a detached")
    push(page, "Undo")
    seen(page, "web:/mnt/a copied: its parent is a slave")
    page.wait(lambda: chosen(page, WEB_TYPE) == "slave", LOAD, "the control was not set back")


def test_more_namespaces_are_a_fresh_start(page: Page):
    seen(page, "The kernel has")
    key(page, NAMESPACES, "4")
    seen(page, "app:/mnt")
    page.wait(lambda: "4 mount namespaces" in " ".join(alts(page)), LOAD, "no picture of four namespaces")
