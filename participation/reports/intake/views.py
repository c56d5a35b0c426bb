"""What waits in a person's own browser: the page is the city's, what it lists never leaves them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.auth.gates import public

pages = Blueprint("reports_unsent", __name__)


@pages.get("/reports/unsent")
@public
def unsent() -> ResponseReturnValue:
    return render_template("reports/unsent.html")
