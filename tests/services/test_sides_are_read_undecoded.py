"""A picture's header says how large it is; what cannot be read says nothing, and nothing raises."""

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st

from services.media.sides import sides_of

pytestmark = pytest.mark.above_the_database
WAYS = {
    ".png": {},
    ".jpg": {},
    ".webp": {"lossless": True},
    ".webp[Q=50]": {},
    ".jpg[interlace]": {},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sides", [(1, 1), (200, 40), (33, 1700)])
def test_every_kind_says_it(way: str, sides: tuple[int, int]) -> None:
    image = pyvips.Image.black(*sides, bands=3).copy(interpretation="srgb")
    assert sides_of(bytes(image.write_to_buffer(way, **WAYS[way]))) == sides


def test_an_extended_webp_says_it() -> None:
    image = pyvips.Image.black(300, 20, bands=4).copy(interpretation="srgb")
    assert sides_of(bytes(image.webpsave_buffer(lossless=False))) == (300, 20)


def test_a_thumbnail_before_the_frame_is_not_taken_for_it() -> None:
    def jpeg(wide: int, high: int) -> bytes:
        return bytes(pyvips.Image.black(wide, high).jpegsave_buffer())

    inner, outer = jpeg(16, 16), jpeg(640, 480)
    block = b"Exif\x00\x00" + inner
    told = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    assert sides_of(outer[:2] + told + outer[2:]) == (640, 480)


@given(
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF1234WEBPVP8X"]), st.binary()
)
def test_nothing_raises(head: bytes, rest: bytes) -> None:
    sides_of(head + rest)
