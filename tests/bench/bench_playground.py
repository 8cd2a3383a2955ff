"""How long a learner waits for the playground: from the press of a button to the pictures on the page.

Run it: ./course python tests/bench/bench_playground.py
Each line holds the median in the browser of what was drawn after a press.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from harness import LOAD, Page, chromium
from nbformat.v4 import new_code_cell, new_notebook
from serving import KERNEL, course_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 12
CODE = "from nslab import Playground\n\nPlayground()"
PRESS = """
    const [name, group] = arguments;
    window.drawn = [];
    const images = () => [...document.querySelectorAll('.jp-OutputArea-output img')];
    const seen = new Set(images().map(one => one.src));
    const start = performance.now();
    window.watching?.disconnect();
    window.watching = new MutationObserver(() => {
        for (const image of images()) {
            if (seen.has(image.src)) continue;
            seen.add(image.src);
            const predicted = image.alt.startsWith('Predicted');
            image.decode().then(() => requestAnimationFrame(() =>
                window.drawn.push([predicted, performance.now() - start])));
        }
    });
    window.watching.observe(document.body, {subtree: true, childList: true, attributes: true});
    const groups = document.querySelectorAll('.widget-toggle-buttons, .jupyter-widget-toggle-buttons');
    [...groups[group].querySelectorAll('button')].find(one => one.innerText === name).click();
"""
WEB_TYPE = 2


def presses(page: Page) -> Iterator[dict[bool, float]]:
    """Yield when a changed type's predicted picture stood on the page, and when the kernel's, in ms."""
    for number in range(ROUNDS):
        page.script(PRESS, ("slave", "shared")[number % 2], WEB_TYPE)
        page.wait(lambda: len(page.script("return window.drawn")) >= 2, LOAD, "the pictures never came")
        page.wait(page.is_idle, LOAD, "the kernel did not come to rest")
        yield dict(page.script("return window.drawn"))


def main() -> None:
    """Print the two medians and the aims."""
    with course_lab() as server, chromium() as browser:
        server.settle("@jupyterlab/notebook-extension:tracker", windowingMode="none")
        notebook = new_notebook(cells=[new_code_cell(CODE)], metadata={"kernelspec": KERNEL})
        page = Page(browser, server.address(server.put("playground.ipynb", notebook)))
        page.run_all()
        page.wait(lambda: "The kernel has" in page.text(), LOAD, "the playground did not open")
        taken = list(presses(page))
    for what, predicted, aim in (("the model's picture", True, 200), ("the kernel's picture", False, 300)):
        times = [one[predicted] for one in taken]
        print(
            f"press to {what:<22} {median(times):6.0f} ms"
            f"  ({min(times):.0f} to {max(times):.0f})   aim: {aim} ms"
        )


if __name__ == "__main__":
    main()
