"""What the team may send about a ready answer."""

import msgspec
from wtforms import Form, StringField

from participation.reports.answers.queries import Answer
from participation.reports.rules import Category, Status
from services.errors import InvalidError


class AnswerForm(Form):
    """A ready answer; an empty category fits every kind."""

    label = StringField()
    text = StringField()
    status = StringField()
    category = StringField()
    wrong: dict[str, str] = {}  # noqa: RUF012  replaced for each form, never filled

    @classmethod
    def of(cls, answer: Answer) -> "AnswerForm":
        """Return the form filled in with an answer as it stands."""
        told = msgspec.structs.asdict(answer) | {"category": answer.category or ""}
        return cls(**told)


def fits_of(form: AnswerForm) -> tuple[Status, Category | None]:
    """Return the state and the kind a form names; raises InvalidError for what is neither."""
    state, kind = form.status.data or "", form.category.data or ""
    wrong = {}
    if state not in set(Status):
        wrong["status"] = "unknown"
    if kind and kind not in set(Category):
        wrong["category"] = "unknown"
    if wrong:
        raise InvalidError("form_invalid", wrong)
    return Status(state), Category(kind) if kind else None
