"""What the city refuses is not sent again by itself: it is shown, opened, mended, or deleted."""

from pathlib import Path

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Enter
from tests.browser.test_report_waits_for_a_line import ALL_SENT, SCRIPTED, fill
from tests.browser.visitor import TURN, UNHURRIED_MS, Visitor, controlled, photo

# A name that several places of the demo city have in them.
UNCLEAR = "샘물"
ROW = "[data-unsent-rows] > li"
# [key, bytes of the photo, the first field that is wrong] of each report that waits.
KEPT = """async () => await new Promise((done) => {
  const asked = indexedDB.open('madang-kept', 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction('waiting').objectStore('waiting').getAll();
    all.onsuccess = () => {
      asked.result.close();
      done(all.result.map((r) => [r.key, r.photo?.byteLength ?? 0, r.wrong?.[0]?.field ?? '']));
    };
  };
})"""
# That something waits is noted beside it: a page that reads there is nothing does not try.
NO_MORE = """localStorage.setItem('madang.unsent', '0');
  Storage.prototype.setItem = () => undefined;"""
AGAIN = "if (location.protocol !== 'about:') localStorage.setItem('madang.unsent', '1')"
NOTE_KEYS = """(() => { const real = window.fetch; window.fetch = (address, options) => {
  if (options?.body instanceof FormData) {
    const before = JSON.parse(sessionStorage.getItem('test.keys') ?? '[]');
    const now = [...before, options.body.get('idempotency_key')];
    sessionStorage.setItem('test.keys', JSON.stringify(now));
  }
  return real(address, options); }; })()"""
ASKED = "() => document.querySelector('[data-step]:not([hidden])').getAttribute('aria-labelledby')"


def posted(page: Page) -> list[Request]:
    """Return the list that takes every report the page sends."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/reports/"):
            sent.append(request)

    page.on("request", note)
    return sent


def note_keys(page: Page) -> None:
    """Let the page keep the key of each report it sends from now on, over all its addresses."""
    page.add_init_script(NOTE_KEYS)


def keys_sent(page: Page) -> list[str]:
    """Return the key of each report sent since `note_keys`."""
    found: list[str] = page.evaluate("JSON.parse(sessionStorage.getItem('test.keys') ?? '[]')")
    return found


def write_offline(
    visitor: Visitor, picture: Path, words: str, place: str, *, asked: bool = True
) -> None:
    """Write a report with a typed place without a line, so that nobody could look it up.

    It counts as asked whether it is one of those near, unless the journey is about that.
    """
    page = visitor.page
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)
    page.set_input_files("#photo", str(picture))
    page.wait_for_function("() => document.querySelector('#photo').files[0].type === 'image/webp'")
    visitor.context.set_offline(True)
    page.click("[data-next]")
    page.fill("#place", place)
    page.click("[data-next]")
    page.check("input[value=green]")
    page.click("[data-next]")
    page.fill("#text", words)
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    if asked:
        page.evaluate("document.querySelector('[data-near]').dataset.asked = ''")
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")


def line_comes_back(visitor: Visitor) -> None:
    """Let the line come back while no page is open: one put away hears of it too, and sends."""
    page = visitor.page
    page.evaluate(NO_MORE)
    page.goto("about:blank")
    visitor.context.set_offline(False)
    page.add_init_script(AGAIN)


def test_a_refused_report_is_opened_with_all_it_holds_and_mended(
    enter: Enter, tmp_path: Path
) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = visitor.page
    write_offline(visitor, photo(tmp_path / "tree.jpg"), "모호한 곳이에요", UNCLEAR)
    line_comes_back(visitor)
    note_keys(page)
    sent = posted(page)
    page.goto("/")
    expect(page.locator(f"{ROW}[data-look]")).to_contain_text("같은 이름이 여러 곳")
    expect(page.locator(f"{ROW} canvas.report-thumb")).to_be_visible()
    [[key, size, field]] = page.evaluate(KEPT)
    assert (size > 0, field, len(sent)) == (True, "place", 1)
    rests(page)
    assert len(sent) == 1
    page.click(f"{ROW} [data-row-open]")
    page.wait_for_function(SCRIPTED)
    expect(page.locator(".wrong-list")).to_contain_text("같은 이름이 여러 곳")
    expect(page.locator("#place")).to_be_visible()
    expect(page.locator("#place")).to_have_value(UNCLEAR)
    expect(page.locator("#text")).to_have_value("모호한 곳이에요")
    expect(page.locator("input[value=green]")).to_be_checked()
    page.wait_for_function("() => document.querySelector('#photo').files.length === 1")
    page.fill("#place", "새벽로 13")
    mend_and_send(page)
    page.wait_for_url("**/reports/*thanks=1")
    assert len(sent) == 2
    assert set(keys_sent(page)) == {key}
    expect(page.locator(".story-picture img")).to_be_visible()
    page.goto("/")
    expect(page.locator("[data-unsent-list]")).to_be_hidden()


def rests(page: Page) -> None:
    """Neither a new page, nor the line, nor a look at the page sends it again."""
    page.reload()
    expect(page.locator(f"{ROW}[data-look]")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate(TURN)
    expect(page.locator(f"{ROW}[data-look]")).to_be_visible()


def mend_and_send(page: Page) -> None:
    while not page.locator("[data-send]").is_visible():
        question = page.evaluate(ASKED)
        page.click("[data-next]")
        page.wait_for_function(f"(before) => ({ASKED})() !== before", arg=question)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")


def test_what_is_refused_in_the_form_is_shown_though_an_older_one_goes(
    enter: Enter, tmp_path: Path
) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = visitor.page
    fill(page, photo(tmp_path / "tree.jpg"), "먼저 쓴 신고예요", "구름로 33")
    visitor.context.set_offline(True)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    # Kept from trying before the second one is sent.
    page.evaluate("localStorage.setItem('madang.unsent', '0')")
    visitor.context.set_offline(False)
    fill(page, photo(tmp_path / "tree.jpg"), "나중 신고예요", "구름로 33")
    page.wait_for_timeout(UNHURRIED_MS)
    page.evaluate("document.querySelector('#lat').value = '89'")
    page.click("[data-send]")
    page.wait_for_url("**/reports/new?waiting=*")
    page.wait_for_function(SCRIPTED)
    expect(page.locator(".wrong-list")).to_contain_text("지도")
    expect(page.locator("#text")).to_have_value("나중 신고예요")
    # What waited before has its turn on the page that shows this.
    expect(page.locator("[data-unsent]")).to_contain_text("1건 있어요")
    page.goto("/reports/?q=먼저 쓴 신고")
    expect(page.locator("article.report-row")).to_have_count(1)
    delete(page)


def delete(page: Page) -> None:
    page.goto("/reports/unsent")
    page.click(f"{ROW} [data-row-delete]")
    expect(page.locator(ROW)).to_contain_text("지웠어요")


def test_a_waiting_report_is_deleted_and_taken_back(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    page = visitor.page
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready")
    controlled(page)
    write_offline(visitor, photo(tmp_path / "tree.jpg"), "지웠다 되돌려요", "샘물로 21")
    page.goto("/reports/unsent")
    expect(page.locator("h1")).to_have_text("연결이 끊겼어요")
    expect(page.locator(ROW)).to_contain_text("지웠다 되돌려요")
    expect(page.locator(ROW)).to_contain_text("연결을 기다려요")
    expect(page.locator(f"{ROW} canvas.report-thumb")).to_be_visible()
    assert not visitor.violations()
    assert visitor.sideways() == 0
    [before] = page.evaluate(KEPT)
    page.click(f"{ROW} [data-row-delete]")
    undo = page.locator("[data-row-undo]")
    expect(undo).to_be_focused()
    assert page.evaluate(KEPT) == []
    undo.click()
    expect(page.locator("[data-row-open]")).to_be_focused()
    assert page.evaluate(KEPT) == [before]
    page.click(f"{ROW} [data-row-delete]")
    expect(undo).to_be_focused()
    page.reload()
    expect(page.locator("[data-unsent-list]")).to_be_hidden()
    page.goto("about:blank")
    visitor.context.set_offline(False)
    page.goto("/reports/?q=지웠다 되돌려요")
    expect(page.locator("article.report-row")).to_have_count(0)


def test_send_now_says_where_the_report_stands(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = visitor.page
    busy = True

    def answer(route: Route) -> None:
        if busy and route.request.method == "POST":
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route("**/reports/", answer)
    write_offline(visitor, photo(tmp_path / "tree.jpg"), "지금 보내요", "구름로 43")
    visitor.context.set_offline(False)
    page.goto("/reports/unsent")
    expect(page.locator(f"{ROW} [data-row-why]")).to_contain_text("지금은 시에서 받지 못했어요")
    assert not visitor.violations()
    busy = False
    page.click(f"{ROW} [data-row-send]")
    expect(page.locator(f"{ROW} a")).to_be_focused()
    page.click(f"{ROW} a")
    expect(page.locator("main")).to_contain_text("지금 보내요")
    page.evaluate(ALL_SENT)


def test_another_persons_words_are_not_shown(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = visitor.page
    write_offline(visitor, photo(tmp_path / "tree.jpg"), "남이 볼 수 없는 말", "샘물로 21")
    page.evaluate("localStorage.setItem('madang.unsent', '0')")
    visitor.context.set_offline(False)
    visitor.sign_in("minji")
    page.evaluate("localStorage.setItem('madang.unsent', '1')")
    page.goto("/")
    expect(page.locator(ROW)).to_contain_text("쓴 사람이 여기서 로그인")
    expect(page.locator(ROW)).not_to_contain_text("남이 볼 수 없는 말")
    expect(page.locator(f"{ROW} [data-row-acts]")).to_be_hidden()
    expect(page.locator(f"{ROW} canvas")).to_have_count(0)
    [[key, _size, _wrong]] = page.evaluate(KEPT)
    page.goto(f"/reports/new?waiting={key}")
    page.wait_for_function(SCRIPTED)
    expect(page.locator("#text")).to_have_value("")
