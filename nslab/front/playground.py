"""The propagation playground: controls for a few mounts, the model's picture, the kernel's picture."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from nslab.front.lab import Lab
from nslab.state.propagation import RULES
from nslab.view.prediction import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.front.predict import Prediction

NAMES = ("host", "web", "db", "app")
TYPES = ("shared", "slave", "private", "unbindable")
PLACES = ("/mnt/a", "/mnt/b")
START = "mount -t tmpfs M /mnt; mkdir /mnt/a /mnt/b; mount --make-shared /mnt"


class Playground(widgets.VBox):  # type: ignore[misc]
    """Two to four mount namespaces with copies of one mount, and controls for what happens to it.

    Each control gives one command, shown above the pictures. The model's answer
    comes first, then the kernel's, with what is new haloed and the rule for each
    consequence. Undo replays the commands but the last in a fresh lab. ``text()``
    says what the kernel's picture shows. Raises NoLab. Introduced in chapter 4.
    """

    def __init__(self, namespaces: int = 2) -> None:
        self._lab = Lab(quiet=True)
        self._history: list[str] = []
        self._settling = False
        self._said, self._foreseen, self._seen = (widgets.HTML() for _ in range(3))
        self._count = _choice("namespaces", (2, 3, 4), namespaces)
        self._count.observe(lambda _: self._start_again(), "value")
        self._types = widgets.VBox()
        pictures = (self._said, self._foreseen, self._seen)
        super().__init__(children=(self._count, self._types, self._actions(), *pictures))
        self._start_again()

    def act(self, line: str) -> Prediction:
        """Foresee *line*, a command as ``web: mount --make-slave /mnt``, then run it; show both.

        Raises NotUnderstood for a line that the model does not know.
        """
        prediction = self._lab.predict(line, under="/mnt")
        self._foreseen.value = _picture("The model foresees", prediction.after)
        with self._lab.watch(under="/mnt") as change:
            done = self._lab.spaces[prediction.command.space].run(prediction.command.line)
        self._history.append(line)
        self._said.value = _told(prediction, done.output)
        self._seen.value = _picture("The kernel did", change.figure.after)
        return prediction

    def undo(self) -> None:
        """Make a fresh lab and do all commands again but the last."""
        history = self._history[:-1]
        self._start_again()
        for line in history:
            self.act(line)
        self._settle()

    def text(self) -> str:
        """Return what the kernel shows now, as text."""
        return repr(self._lab.mounts(under="/mnt"))

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the live view, and for where nothing runs the picture and the text."""
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        still = self._lab.mounts(under="/mnt")._repr_mimebundle_()
        return live | {"text/plain": self.text(), "text/html": still["text/html"]}

    def _start_again(self) -> None:
        host = self._lab.reset().host
        host.run(START)
        for name in NAMES[1 : self._count.value]:
            host.unshare("mnt", name=name)
        self._history = []
        self._types.children = tuple(self._type_control(name) for name in self._lab.spaces)
        self._space.options = tuple(self._lab.spaces)
        self._said.value = self._foreseen.value = ""
        self._seen.value = _picture("The kernel has", self._lab.mounts(under="/mnt"))

    def _type_control(self, name: str) -> widgets.ToggleButtons:
        control = _choice(f"{name}:/mnt", TYPES, "shared")
        control.observe(lambda change: self._choose(name, change["new"]), "value")
        return control

    def _choose(self, name: str, kind: str) -> None:
        if not self._settling:
            self.act(f"{name}: mount --make-{kind} /mnt")

    def _settle(self) -> None:
        """Set the controls to what was last asked for, without asking again."""
        self._settling = True
        for name, control in zip(self._lab.spaces, self._types.children, strict=True):
            start, end = f"{name}: mount --make-", " /mnt"
            asked = [line[len(start) : -len(end)] for line in self._history if line.startswith(start)]
            control.value = asked[-1] if asked else "shared"
        self._settling = False

    def _actions(self) -> widgets.VBox:
        self._space = _choice("in", NAMES[:2], "host")
        self._place = _choice("on", PLACES, PLACES[0])
        buttons = (
            _button("Mount", lambda: self.act(f"{self._where()}mount -t tmpfs new {self._place.value}")),
            _button("Unmount", lambda: self.act(f"{self._where()}umount {self._place.value}")),
            _button("Undo", self.undo),
        )
        return widgets.VBox((self._space, self._place, widgets.HBox(buttons)))

    def _where(self) -> str:
        return f"{self._space.value}: "


def _choice(name: str, options: tuple[Any, ...], value: Any) -> widgets.ToggleButtons:
    """Return a control whose keys JupyterLab leaves alone: in a list, arrows would move between cells."""
    return widgets.ToggleButtons(
        options=options, value=value, description=name, style={"button_width": "auto"}
    )


def _button(name: str, action: Callable[[], object]) -> widgets.Button:
    button = widgets.Button(description=name, layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: action())
    return button


def _picture(heading: str, figure: Any) -> str:
    return f"<b>{heading}</b>{figure._repr_mimebundle_()['text/html']}"


def _told(prediction: Prediction, output: str) -> str:
    """Return the command, what it printed, and a line for each consequence with its rule."""
    lines = [f"{prediction.command.space}# {prediction.command.line}"]
    refusal = prediction.outcome.refusal
    if refusal:
        lines += [output.rstrip(), f"{refusal.name}: {refusal.why}; {refusal.way_out}"]
    for event in prediction.outcome.events:
        state = prediction.outcome.before if event.verb == "detached" else prediction.outcome.state
        lines.append(f"{place(state, event.mount)} {event.verb}: {RULES[event.rule].says}")
    return f"<pre>{html.escape(chr(10).join(lines))}</pre>"
