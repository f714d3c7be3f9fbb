"""The parts of a page: names cannot break out of them, and a picture comes back as it went in."""

import base64
import io
import re

import numpy as np
from PIL import Image

from animelib import pages

NAME = "yasuna&<sonya>"
SAFE = "yasuna&amp;&lt;sonya&gt;"


def test_a_table_and_a_card_escape_names_and_keep_what_is_html():
    table = pages.table(["", NAME], [(NAME, "<td>7</td>")])
    assert table == f"<table><tr><th></th><th>{SAFE}</th></tr><tr><th>{SAFE}</th><td>7</td></tr></table>"
    assert pages.card("<img>", NAME, "<p>") == f"<div class='card'><img><div class='name'>{SAFE}</div><p></div>"


def test_a_fragment_brings_its_style_and_says_its_language():
    fragment = pages.fragment("<p>a</p>", "<p>b</p>")
    assert fragment.startswith('<div class="al" lang="en"><style>')
    assert fragment.endswith("</style><p>a</p><p>b</p></div>")


def test_a_picture_is_held_in_its_tag():
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    content = base64.b64decode(re.search("base64,(.+?)'", pages.picture_tag(picture))[1])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), picture)
