"""What tests read from a figure."""

import logging
import warnings

import matplotlib


def texts(sheet):
    """Return every word on a figure, in the order in which it is drawn."""
    return [text.get_text() for text in sheet.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()]


def heads(sheet):
    """Return the sentences at the top of a sheet and of its parts."""
    parts = [sheet, *getattr(sheet, "subfigs", [])]
    return [part.get_suptitle() for part in parts if part.get_suptitle()]


def printed(axes):
    """Return the numbers printed into the cells of a picture, in reading order."""
    return [float(text.get_text().replace("−", "-")) for text in axes.texts]


def check_every_letter(sheets, caplog):
    """Draw figures and assert that no letter is missing, no layout fails to fit, and nothing runs over the edge."""
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, logger="matplotlib"):
        warnings.simplefilter("error", UserWarning)
        for sheet in sheets:
            assert len(sheet.png()) > 5000
            drawn, (width, height) = sheet.get_tightbbox(), sheet.get_size_inches()
            assert min(drawn.x0, drawn.y0) > -0.01, f"begins before the edge: {texts(sheet)[:3]}"
            assert max(drawn.x1 - width, drawn.y1 - height) < 0.01, f"runs over the edge: {texts(sheet)[:3]}"
    assert not caplog.records
