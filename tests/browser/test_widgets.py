"""Live widgets in the JupyterLab that `course lab` starts: drawn, moved by key and click, and heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import LOAD, Page
from nbformat.v4 import new_code_cell, new_notebook
from selenium.webdriver import Keys

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from serving import Server

CODE = """
import ipywidgets
slider = ipywidgets.IntSlider(value=3, max=9, description="mounts")
button = ipywidgets.Button(description="none")
said = ipywidgets.HTML("the kernel has 3")
slider.observe(lambda change: setattr(said, "value", f"the kernel has {change.new}"), "value")
button.on_click(lambda button: setattr(slider, "value", 0))
ipywidgets.VBox([slider, button, said])
"""


@pytest.fixture
def page(server: Server, browser: Chrome) -> Page:
    notebook = new_notebook(cells=[new_code_cell(CODE)])
    opened = Page(browser, server.address(server.put("widgets.ipynb", notebook)))
    opened.run_all()
    return opened


def heard(page: Page, number: int) -> None:
    page.wait(lambda: f"the kernel has {number}" in page.text(), LOAD, f"the kernel did not hear {number}")


def test_a_slider_moves_by_keyboard_and_a_button_by_click(page: Page):
    heard(page, 3)
    page.click(".jupyter-widgets .noUi-handle")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    heard(page, 5)
    page.click("button.jupyter-button")
    heard(page, 0)
