"""A letter is read for what its sender wrote, whatever program made it, and nothing is raised."""

import struct
import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.letter_words import said_by
from services.letters_in import Letter, read
from services.media.whereabouts import place_of
from services.vouching import vouched


def letter(message: EmailMessage, sender: str = "kim@example.org") -> Letter:
    return Letter(sender, ("help@city.example",), bytes(message))


def written(text: str = "가로등이 꺼졌어요", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "김 <Kim@Example.org>", "가로등"
    message["Message-ID"] = "<one@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def test_the_words_the_sender_and_the_name_are_read() -> None:
    said = read(letter(written()))
    assert (said.sender, said.subject, said.text) == (
        "kim@example.org",
        "가로등",
        "가로등이 꺼졌어요",
    )
    assert not said.automatic
    assert said.name == read(letter(written("other words"))).name


@pytest.mark.parametrize(
    "rest",
    [
        "-- \n김민지 드림\n010-0000-0000",
        "> 지난 답장\n> 더",
        "On Mon, 2 Nov 2026 at 09:00, City <a@b.kr> wrote:\n> hello",
        "2026년 11월 2일 (월) 오전 9:00, 하늘시 <a@b.kr>님이 작성:\n> 안녕하세요",
        "-----Original Message-----\nFrom: a@b.kr",
        "보낸 사람: 하늘시 <a@b.kr>\n제목: 답장",
        "Sent from my iPhone",
        "나의 iPhone에서 보냄",
    ],
)
def test_quotes_and_signatures_are_left_out(rest: str) -> None:
    assert said_by(f"가로등이 꺼졌어요\n어제부터요\n\n{rest}") == "가로등이 꺼졌어요\n어제부터요"


def test_html_alone_becomes_words() -> None:
    message = written()
    message.set_content(
        "<html><head><title>t</title><style>p{}</style></head><body><p>가로등이 <b>꺼졌어요</b></p>"
        "<script>alert(1)</script><div>샘물로&nbsp;21 &amp; 앞</div>"
        "<blockquote>quoted</blockquote></body></html>",
        subtype="html",
    )
    assert read(letter(message)).text == "가로등이 꺼졌어요\n\n샘물로 21 & 앞"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},
        {"List_Id": "<news.example.org>"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_a_machines_letter_is_known_as_one(headers: dict[str, str]) -> None:
    assert read(letter(written(**headers))).automatic
    assert read(letter(written(), sender="")).automatic
    assert read(letter(written(), sender="MAILER-DAEMON@example.org")).automatic
    assert not read(letter(written(Auto_Submitted="no"))).automatic


PASS, FAIL = (f"dmarc={word} header.from=example.org" for word in ("pass", "fail"))


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([f"mx.city.example; {PASS}"], True),
        (
            ["MX.City.Example 1; spf=fail; DMARC = pass header.from=Example.org"],
            True,
        ),
        (["mx.city.example; dkim=pass header.d=example.org", f"mx.city.example; {PASS}"], True),
        ([], False),
        ([f"mx.elsewhere.example; {PASS}"], False),
        ([f"mx.city.example.evil.example; {PASS}"], False),
        (["mx.city.example; dmarc=fail header.from=example.org"], False),
        (
            [f"mx.city.example; {PASS}", "mx.city.example; dmarc=fail header.from=example.org"],
            False,
        ),
        (["mx.city.example; dmarc=pass header.from=forger.example"], False),
        (["mx.city.example; dmarc=pass"], False),
        ([f"mx.city.example; dmarc=none (a (b) ; {PASS})"], False),
        ([f'mx.city.example; dkim=fail reason="; {PASS} ;"'], False),
        ([f"(mx.city.example;) mx.elsewhere.example; {PASS}"], False),
        ([rf'mx.city.example; spf=pass smtp.mailfrom="a\"; {PASS}; \""@evil.example'], False),
        ([rf'mx.city.example; spf=pass smtp.mailfrom="a\"; {PASS}; \"(a"@b.c; {FAIL}'], False),
        ([f'mx.city.example; spf=pass smtp.mailfrom="("@evil.example; {PASS}'], True),
        ([f"mx.city.example; spf=pass; {PASS} (without an end"], False),
    ],
)
def test_only_our_own_mail_server_vouches_for_a_sender(results: list[str], expected: bool) -> None:
    assert vouched(results, "mx.city.example", "kim@example.org") is expected
    assert not vouched(results, "", "kim@example.org")
    assert not vouched(results, "mx.city.example", "")


def test_nobody_is_vouched_for_by_words_that_read_otherwise_once_decoded() -> None:
    hidden = "=?utf-8?q?=3Bdmarc=3Dpass_header.from=3Dexample.org_=28?=@evil.example"
    found = f"mx.city.example; spf=pass smtp.mailfrom={hidden}; {FAIL}"
    content = f"Authentication-Results: {found}\r\n".encode() + bytes(written())
    said = read(Letter("a@evil.example", ("help@city.example",), content), "mx.city.example")
    assert said.sender == "kim@example.org"
    assert not said.vouched


def test_of_two_senders_none_is_vouched_for() -> None:
    one = f"Authentication-Results: mx.city.example; {PASS}\r\n".encode() + bytes(written())
    two = b"From: other@example.org\r\n" + one
    assert read(Letter("a@b.c", (), one), "mx.city.example").vouched
    assert not read(Letter("a@b.c", (), two), "mx.city.example").vouched


HARD = {
    "a sender in endless comments": b"From: " + b"(a)" * 50_000 + b" kim@example.org\r\n\r\nwords",
    "a sender in deep comments": b"From: " + b"(" * 3900 + b"\r\n\r\nwords",
    "a kind with endless parts": b"Content-Type: text/plain; "
    + b"a*0*=u''%ff;" * 20_000
    + b"\r\n\r\nx",
    "letters within letters": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(2000)
    ),
    "pieces without number": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n" * 200_000,
    "headers without number": b"a: b\r\n" * 200_000,
    "lines without number": b"\r\n\r\n" + b"\n" * 200_000,
    "rules without number": b"\r\n\r\n" + (b"-" * 10 + b"\n") * 20_000,
    "quotations within quotations": b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 20_000,
    "texts without number": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + (b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<p>x" * 40_000 + b"\r\n") * 30,
    "HTML that is none": b"Content-Type: text/html\r\n\r\nwords <![<![<!",
}


@pytest.mark.parametrize("content", HARD.values(), ids=HARD.keys())
def test_no_letter_holds_its_reader_up_or_stops_it(content: bytes) -> None:
    began = time.process_time()
    read(Letter("a@b.c", ("help@city.example",), content), "mx.city.example")
    assert time.process_time() - began < 10


def test_without_a_name_for_our_mail_server_nobody_is_vouched_for() -> None:
    found = written(Authentication_Results=f"mx.city.example; {PASS}")
    assert read(letter(found), "mx.city.example").vouched
    assert not read(letter(found)).vouched
    assert not read(letter(written()), "mx.city.example").vouched


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00\x00",
        b"From: =?utf-8?q?\n\n=?",
        b"Content-Type: text/plain; charset=klingon\nFrom: a@b.kr\n\n\xea\xb0\x80",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x--",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Transfer-Encoding: base64\n\n%%%%",
        b"From: <a@b.kr>\r\nSubject: =?euc-kr?B?/////w==?=\r\n\r\n" + b"x" * 200_000,
        b"Message-ID: <a\n b>\nFrom: a@b.kr, c@d.kr\n\nhi",
    ],
)
def test_odd_bytes_are_read_as_far_as_they_go(content: bytes) -> None:
    said = read(Letter("a@b.kr", (), content))
    assert len(said.text) <= 4000
    assert "\x00" not in said.text


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    read(Letter("a@b.kr", (), content))
    place_of(b"Exif\x00\x00" + content)
    place_of(b"Exif\x00\x00II*\x00" + content)


def exif(lat: float, lon: float, order: str = "<") -> bytes:
    """Return the Exif block of a photo that was taken at a place."""

    def degrees(value: float) -> bytes:
        whole, rest = divmod(abs(value) * 60, 1)
        return struct.pack(
            order + "6I", int(whole) // 60, 1, int(whole) % 60, 1, round(rest * 60_000), 1000
        )

    head = b"II*\x00" if order == "<" else b"MM\x00*"
    first = struct.pack(order + "IHHHII", 8, 1, 0x8825, 4, 1, 26) + b"\x00" * 4
    rows = [
        struct.pack(order + "HHI", 1, 2, 2) + (b"N" if lat >= 0 else b"S") + b"\x00" * 3,
        struct.pack(order + "HHII", 2, 5, 3, 80),
        struct.pack(order + "HHI", 3, 2, 2) + (b"E" if lon >= 0 else b"W") + b"\x00" * 3,
        struct.pack(order + "HHII", 4, 5, 3, 104),
    ]
    gps = struct.pack(order + "H", 4) + b"".join(rows) + b"\x00" * 4
    return b"Exif\x00\x00" + head + first + gps + degrees(lat) + degrees(lon)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("lat", "lon"), [(34.21, 127.91), (-33.9, -70.5)])
def test_a_photo_says_where_it_was_taken(order: str, lat: float, lon: float) -> None:
    found = place_of(b"\xff\xd8\xff\xe1\x00\x00" + exif(lat, lon, order) + b"pixels")
    assert found == pytest.approx((lat, lon), abs=1e-5)


def test_a_photo_without_a_place_says_nothing() -> None:
    assert place_of(b"\xff\xd8\xff") is None
    assert place_of(exif(0.0, 0.0)) is None
    assert place_of(exif(34.2, 127.9)[:60]) is None
