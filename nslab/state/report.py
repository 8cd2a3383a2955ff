"""The doctor's report: what was tried, and what it takes where it did not work."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that was tried; ``needed`` names chapters, ``said`` is the refusal."""

    what: str
    needed: str
    works: bool
    said: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All answers, in the order they were tried. Introduced in chapter 0.

    ``features`` says of newer kernels' features whether they are here: the course
    runs without, so that they are no part of the table.
    """

    answers: tuple[Answer, ...]
    features: tuple[tuple[str, bool], ...] = ()

    @property
    def works(self) -> bool:
        """Whether everything that the course needs works here."""
        return all(answer.works for answer in self.answers)

    def plain(self) -> dict[str, object]:
        """Return the report as plain data, for machines: ``works``, ``answers`` and ``features``."""
        answers = [asdict(answer) for answer in self.answers]
        return {"works": self.works, "answers": answers, "features": dict(self.features)}

    def __str__(self) -> str:
        width = max(len(answer.what) for answer in self.answers)
        lines = [line for answer in self.answers for line in _lines(answer, width)]
        verdict = "Every section of the course runs here."
        if not self.works:
            verdict = "Some sections won't run here; see above."
        return "\n".join([*lines, verdict])

    __repr__ = __str__


def _lines(answer: Answer, width: int) -> list[str]:
    word = "yes" if answer.works else "NO"
    lines = [f"{word:<3}  {answer.what:<{width}}  chapter {answer.needed}"]
    if not answer.works:
        lines += [f"     said:   {answer.said}", f"     remedy: {answer.remedy}"]
    return lines
