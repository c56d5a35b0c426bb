"""What somebody wrote beside a photo, passed on, or began in an odd way is read all the same."""

from collections.abc import Iterable
from email.message import EmailMessage, MIMEPart

import pytest

from services.letters_in import Letter, read

BLANK, ABOVE, BELOW = "\n\n", "가로등이 꺼졌어요", "어제부터요"
HTML = "<html><body><div>{}</div></body></html>"


def part(text: str, kind: str = "plain") -> MIMEPart:
    made = MIMEPart()
    made.set_content(HTML.format(text) if kind == "html" else text, subtype=kind)
    return made


def photo() -> MIMEPart:
    made = MIMEPart()
    made.set_content(b"\xff\xd8\xff", "image", "jpeg", disposition="inline", filename="a.jpg")
    return made


def joined(parts: Iterable[MIMEPart | EmailMessage], kind: str = "mixed") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Message-ID"] = "kim@example.org", "<one@example.org>"
    made["Content-Type"] = f"multipart/{kind}"
    made.set_payload(list(parts))
    return made


def said(message: EmailMessage | str, **headers: str) -> str:
    if isinstance(message, str):
        text, message = message, EmailMessage()
        message["From"] = "kim@example.org"
        message.set_content(text)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return read(Letter("kim@example.org", ("help@city.example",), bytes(message))).text


@pytest.mark.parametrize("subtype", ["plain", "html"])
@pytest.mark.parametrize(
    ("above", "below", "read_as"),
    [
        (BLANK, BELOW, BELOW),
        (ABOVE, BELOW, f"{ABOVE}\n\n{BELOW}"),
        (ABOVE, BLANK, ABOVE),
        (f"{ABOVE}\n\n나의 iPhone에서 보냄", BELOW, f"{ABOVE}\n\n{BELOW}"),
        ("Sent from my iPhone", BELOW, BELOW),
        (ABOVE, f"{BELOW}\n\nOn Monday, the city wrote:\n> hello", f"{ABOVE}\n\n{BELOW}"),
    ],
)
def test_words_above_and_below_a_photo(above: str, below: str, read_as: str, subtype: str) -> None:
    if subtype == "html":
        above, below = above.replace("\n", "<br>"), below.replace("\n", "<br>")
    assert said(joined([part(above, subtype), photo(), part(below, subtype)])) == read_as


def test_what_is_said_twice_is_read_once() -> None:
    inside = joined([part(ABOVE, "html"), photo(), part(BELOW, "html")])
    assert said(joined([part(f"{ABOVE}\n{BELOW}"), inside], "alternative")) == f"{ABOVE}\n{BELOW}"
    inside = joined([part(ABOVE, "html"), photo(), part(BELOW, "html")])
    assert said(joined([part(BLANK), inside], "alternative")) == f"{ABOVE}\n\n{BELOW}"


def test_a_text_that_is_attached_is_no_word_of_the_letter() -> None:
    attached = part("minutes of a meeting")
    attached["Content-Disposition"] = "attachment; filename=minutes.txt"
    assert said(joined([part(ABOVE), attached])) == ABOVE


GMAIL = f"""---------- Forwarded message ---------
From: 이웃 <neighbour@example.org>
Date: 2026년 11월 2일 (월) 오전 9:00
Subject: 가로등
To: Kim <kim@example.org>, Lee <lee@example.org>,
 Park <park@example.org>


{ABOVE}
{BELOW}
"""
OUTLOOK = f"""

________________________________
보낸 사람: 이웃
보낸 날짜: 2026년 11월 2일 월요일 오전 9:00
받는 사람: Kim
제목: 가로등

{ABOVE}
{BELOW}
"""
APPLE = f"""
Begin forwarded message:

> From: Neighbour <neighbour@example.org>
> Subject: Lamp
> To: kim@example.org
>
> {ABOVE}
> {BELOW}
"""
NAVER = f"""-----Original Message-----
From: "이웃"<neighbour@example.org>
To: <kim@example.org>;
Cc:
Sent: 2026-11-02 (월) 09:00:00
Subject: 가로등

{ABOVE}
{BELOW}
"""


@pytest.mark.parametrize(
    ("forwarded", "subject"),
    [(GMAIL, ""), (OUTLOOK, "FW: 가로등"), (APPLE, "Fwd: Lamp"), (NAVER, "전달: 가로등")],
)
def test_who_forwards_a_letter_means_its_words_and_names_nobody(
    forwarded: str, subject: str
) -> None:
    assert said(forwarded, Subject=subject) == f"{ABOVE}\n{BELOW}"
    assert said(f"여기도 그래요\n\n{forwarded}", Subject=subject) == "여기도 그래요"
    shown = forwarded.replace("\n ", " ").replace("<", "&lt;").split("\n")
    lines = "".join(f"<div>{line}</div>" for line in shown)
    message = joined([part(lines, "html")])
    assert said(message, Subject=subject).split() == f"{ABOVE}\n{BELOW}".split()


ANSWERED = [
    f"-----Original Message-----\nFrom: City <a@b.kr>\nSent: Monday\n\n{ABOVE}",
    f"On Mon, 2 Nov 2026 at 09:00, City <a@b.kr> wrote:\n\n{ABOVE}",
    f"On Mon, 2 Nov 2026 at 09:00, City\n<a@b.kr> wrote:\n\n> {ABOVE}",
    f"2026년 11월 2일 (월) 오전 9:00, 하늘시 <a@b.kr>님이\n작성:\n\n{ABOVE}",
    f"From: City\nSent: Monday\nTo: Kim\nSubject: Lamp\n\n{ABOVE}",
    GMAIL,
    OUTLOOK,
    APPLE,
    NAVER,
]


@pytest.mark.parametrize("headers", [{"Subject": "Re: Lamp"}, {"Subject": "답장: 가로등"}])
@pytest.mark.parametrize("above", [BLANK, "Sent from my iPhone\n\n"])
@pytest.mark.parametrize("answered", ANSWERED)
def test_an_answer_in_silence_says_nothing(
    answered: str, above: str, headers: dict[str, str]
) -> None:
    assert said(above + answered, **headers) == ""
    for header in ("In_Reply_To", "References"):
        assert said(above + answered, Subject="Lamp", **{header: "<a@b.kr>"}) == ""
        # Mail programs name the letter one passes on so too.
        passed_on = said(above + answered, Subject="Fwd: Lamp")
        assert said(above + answered, Subject="Fwd: Lamp", **{header: "<a@b.kr>"}) == passed_on
    lines = answered.replace("<", "&lt;").replace("\n", "<br>")
    assert said(joined([part(lines, "html")]), **headers) == ""


def test_an_answer_may_stand_beneath_what_it_answers() -> None:
    quoted = "On Mon, 2 Nov 2026 at 09:00, City\n<a@b.kr> wrote:\n> hello\n> again\n\n"
    assert said(quoted + ABOVE, Subject="Re: Lamp", In_Reply_To="<a@b.kr>") == ABOVE


def test_a_letter_forwarded_as_a_quotation_in_html() -> None:
    told = f"<div>From: a@b.kr</div><div>To: c@d.kr</div><div><br></div><p>{ABOVE}</p>"
    message = joined([part(f"Begin forwarded message:<blockquote>{told}</blockquote>", "html")])
    assert said(message) == ABOVE


def test_an_enclosed_letter_is_heard_where_nothing_else_is_said() -> None:
    def enclosing(text: str) -> EmailMessage:
        inner, holder = EmailMessage(), MIMEPart()
        inner["From"], inner["Subject"] = "neighbour@example.org", "Lamp"
        inner.set_content(BELOW)
        holder.set_content(inner, disposition="attachment")
        return joined([part(text), holder])

    assert said(enclosing(ABOVE)) == ABOVE
    assert said(enclosing(BLANK)) == BELOW
    assert said(enclosing(BLANK), In_Reply_To="<a@b.kr>") == ""


@pytest.mark.parametrize(
    "text",
    [
        f"공원 입구에서 보냄\n{ABOVE}",
        f"{ABOVE}\n내 집 앞에서 보냄\n{BELOW}",
        f"{ABOVE}\n----------\n{BELOW}",
        f"____________________\n{ABOVE}\n{BELOW}",
        f"{ABOVE}\n--------------------\n제목: 급해요\n날짜: 어제\n{BELOW}",
        f"{ABOVE}\n어제 글은 옆집 아저씨께서 쓰신 거예요\n{BELOW}",
    ],
)
def test_words_that_look_like_a_programs_are_kept(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize(
    "rest",
    [
        "-----------\nFrom: City\nSent: Monday\n\nThank you",
        "___________\n\n보낸 사람: 하늘시\n\n날짜: 월요일\n고마워요",
        "---------- Forwarded message ---------\nFrom: a@b.kr\n\n안녕",
        "Begin forwarded message:\n\n> From: a@b.kr",
        "Pixel 8에서 보냄",
        "나의 Galaxy 스마트폰에서 보냈습니다.",
        "네이버 메일 앱에서 보냄",
    ],
)
def test_a_quotation_and_a_programs_mark_still_end_it(rest: str) -> None:
    assert said(f"{ABOVE}\n\n{rest}") == ABOVE


@pytest.mark.parametrize(
    "text",
    [
        "나의 iPhone에서 보냄",
        "On Mon, 2 Nov 2026 at 09:00, City <a@b.kr> wrote:\n> hello\n> again",
        "> all of it quoted",
    ],
)
def test_a_letter_that_says_nothing_says_nothing(text: str) -> None:
    assert said(text) == ""
