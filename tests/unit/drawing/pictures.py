"""What a picture is made of, read back from its SVG."""

from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other):
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Picture:
    """Texts and shapes of a drawing; boxes of texts are those of a usual font."""

    def __init__(self, drawn):
        self.root = ET.fromstring(drawn)  # noqa: S314
        self.page = Box(
            0, 0, float(self.root.get("width")), float(self.root.get("height"))
        )

    def all(self, tag):
        return list(self.root.iter(f"{SVG}{tag}"))

    def texts(self):
        """What is written, each once: halos are not."""
        return {
            element.text: self.box(element)
            for element in self.all("text")
            if "halo" not in element.get("class", "")
        }

    def box(self, element):
        x, y = float(element.get("x")), float(element.get("y"))
        size = 18 if element.get("class") == "title" else 12
        width = 0.54 * size * len(element.text)
        left = x - {"middle": width / 2, "end": width}.get(
            element.get("text-anchor"), 0
        )
        return Box(left, y - 0.75 * size, left + width, y + 0.2 * size)

    def circles(self):
        boxes = []
        for one in self.all("circle"):
            x, y, r = (float(one.get(name)) for name in ("cx", "cy", "r"))
            boxes.append(Box(x - r, y - r, x + r, y + r))
        return boxes

    def bars(self):
        boxes = []
        for one in self.all("rect"):
            if one.get("class") != "paper":
                x, y, width, height = (
                    float(one.get(name)) for name in ("x", "y", "width", "height")
                )
                boxes.append(Box(x, y, x + width, y + height))
        return boxes

    def said(self):
        """What is told where the pointer rests."""
        return [element.text for element in self.all("title")]


def overlaps(boxes):
    return [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])]


def is_inside(box, page):
    return (
        page.left <= box.left
        and page.top <= box.top
        and box.right <= page.right
        and box.bottom <= page.bottom
    )
