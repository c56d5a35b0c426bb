"""QR codes of addresses (ISO/IEC 18004), as SVG without style or script.

Level Q: a quarter of a sticker may be scratched or sprayed over, and it still reads.
"""

import io

import segno
from markupsafe import Markup

QUIET = 4


def _made(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="q", boost_error=False)


def drawn(address: str) -> Markup:
    """Return the code as an SVG element for a page, black on the page's ground."""
    svg = _made(address).svg_inline(
        border=QUIET, omitsize=True, svgclass="qr", lineclass=None, title=None
    )
    # Made by our own library of our own address: nothing in it comes from a stranger.
    return Markup(svg)  # noqa: S704


def file(address: str) -> bytes:
    """Return the code as an SVG file, black on white, 1 unit a module."""
    out = io.BytesIO()
    _made(address).save(out, kind="svg", border=QUIET, light="#fff", svgclass=None, lineclass=None)
    return out.getvalue()
