#!/usr/bin/env python3
"""Draws terminal output as an SVG picture.

    shindan scan examples/functions --color always | docs/images/render.py --lines 1-60 --title 'shindan scan' > out.svg

Reads text with ANSI colours from the standard input and writes the picture to the standard output. Knows what the
text report uses: bold, dim, underline, the 16 colours and the 256-colour palette. Needs Python's standard library only.
"""

import argparse
import re
import sys
from html import escape

BACKGROUND = "#0d1117"
FOREGROUND = "#d1d7e0"
DIM = "#8b949e"
NORMAL = ["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#d1d7e0"]
BRIGHT = ["#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#f0f6fc"]

FONT_SIZE = 13
CHARACTER = 7.83
LINE = 18
MARGIN = 16
BAR = 30

ESCAPE = re.compile(r"\x1b\[([0-9;]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?]*[A-Za-z]")


class Style:
    def __init__(self):
        self.reset()

    def reset(self):
        self.colour, self.bold, self.dim, self.underline = None, False, False, False

    def apply(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 4:
                self.underline = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 24:
                self.underline = False
            elif 30 <= code <= 37:
                self.colour = NORMAL[code - 30]
            elif 90 <= code <= 97:
                self.colour = BRIGHT[code - 90]
            elif code == 39:
                self.colour = None
            elif code == 38 and codes[:1] == [5]:
                self.colour = palette(codes[1])
                del codes[:2]
            elif code == 38 and codes[:1] == [2]:
                self.colour = "#{:02x}{:02x}{:02x}".format(*codes[1:4])
                del codes[:4]

    def attributes(self):
        colour = self.colour or (DIM if self.dim else None)
        parts = [f'fill="{colour}"'] if colour else []
        if self.bold:
            parts.append('font-weight="700"')
        if self.underline:
            parts.append('text-decoration="underline"')
        return " ".join(parts)


def palette(index):
    if index < 8:
        return NORMAL[index]
    if index < 16:
        return BRIGHT[index - 8]
    if index >= 232:
        level = 8 + (index - 232) * 10
        return f"#{level:02x}{level:02x}{level:02x}"
    levels = [0, 95, 135, 175, 215, 255]
    index -= 16
    return "#{:02x}{:02x}{:02x}".format(levels[index // 36], levels[index // 6 % 6], levels[index % 6])


def runs(line, style):
    """Pieces of one line with their attributes; the style lives on into the next line."""
    at = 0
    for match in ESCAPE.finditer(line):
        if match.start() > at:
            yield line[at : match.start()], style.attributes()
        if match.group(1) is not None:
            style.apply(match.group(1))
        at = match.end()
    if at < len(line):
        yield line[at:], style.attributes()


def draw(lines, title):
    plain = [ESCAPE.sub("", line) for line in lines]
    columns = max([len(line) for line in plain] + [len(title) + 12])
    width = round(columns * CHARACTER + 2 * MARGIN)
    height = round(len(lines) * LINE + BAR + 2 * MARGIN)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{escape(title, quote=True)}">',
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
        '<g fill="#30363d">' + "".join(f'<circle cx="{MARGIN + 6 + i * 18}" cy="{BAR / 2 + 2}" r="5.5"/>' for i in range(3)) + "</g>",
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{FONT_SIZE}"'
        f' fill="{FOREGROUND}" xml:space="preserve" style="white-space: pre">',
        f'<text x="{width / 2}" y="{BAR / 2 + 6}" text-anchor="middle" fill="{DIM}">{escape(title)}</text>',
    ]
    style = Style()
    for number, line in enumerate(lines):
        y = BAR + MARGIN + number * LINE + FONT_SIZE - 2
        column = 0
        for text, attributes in runs(line, style):
            word = text.strip()
            if word:
                # Every run has its own place and length, so that a wider font cannot push the columns apart.
                x = MARGIN + (column + len(text) - len(text.lstrip())) * CHARACTER
                length = len(word) * CHARACTER
                gap = " " if attributes else ""
                out.append(f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{gap}{attributes}>{escape(word)}</text>')
            column += len(text)
    out += ["</g>", "</svg>", ""]
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default="", help="the part to draw, such as 1-40; several joined by commas")
    parser.add_argument("--title", default="shindan", help="text above")
    chosen = parser.parse_args()
    lines = sys.stdin.read().replace("\r\n", "\n").rstrip("\n").split("\n")
    if chosen.lines:
        picked = []
        for part in chosen.lines.split(","):
            first, _, last = part.partition("-")
            picked += lines[int(first) - 1 : int(last or first)]
        lines = picked
    sys.stdout.write(draw([line.expandtabs(4) for line in lines], chosen.title))


if __name__ == "__main__":
    main()
