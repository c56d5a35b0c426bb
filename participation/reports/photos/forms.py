"""Where a moderator lays boxes over a picture."""

from werkzeug.datastructures import MultiDict
from wtforms import FloatField, Form
from wtforms.validators import InputRequired, NumberRange

from services.errors import InvalidError

MOST_BOXES = 40


class RedactForm(Form):
    """A box over the picture, each value a share of its width or height."""

    x = FloatField(validators=[InputRequired(), NumberRange(0, 1)])
    y = FloatField(validators=[InputRequired(), NumberRange(0, 1)])
    w = FloatField(validators=[InputRequired(), NumberRange(0.001, 1)])
    h = FloatField(validators=[InputRequired(), NumberRange(0.001, 1)])


def parse_boxes(sent: MultiDict[str, str]) -> list[tuple[float, float, float, float]]:
    """Return the boxes of a form that names x, y, w and h once for each; raises InvalidError."""
    columns = [sent.getlist(name)[:MOST_BOXES] for name in ("x", "y", "w", "h")]
    if len({len(column) for column in columns}) != 1 or not columns[0]:
        raise InvalidError("form_invalid", {"x": "invalid"})
    forms = [
        RedactForm(MultiDict(zip(("x", "y", "w", "h"), box, strict=True)))
        for box in zip(*columns, strict=True)
    ]
    for form in forms:
        if not form.validate():
            raise InvalidError("form_invalid", dict.fromkeys(form.errors, "invalid"))
    return [(f["x"].data, f["y"].data, f["w"].data, f["h"].data) for f in forms]
