"""Going through a page with Tab alone, and what a screen reader is told on the way."""

from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 80
# Where the focus is, whether it can be seen, and what lies over it.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const around = [one, one.closest("label"), one.closest(".photo-drop")].filter(Boolean);
  const ringed = around.some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = one.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 20)];
  const top = document.elementFromPoint(x, y);
  const clear = top !== null && around.some((each) => each.contains(top) || top.contains(each));
  return { what: one.outerHTML.slice(0, 160), ringed, clear };
}"""


def tree(page: Page) -> list[dict[str, Any]]:
    """Return what a screen reader is told, one entry a node: role, name and the rest."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", ""),
            **{p["name"]: p["value"].get("value") for p in node.get("properties", [])},
        }
        for node in nodes
        if not node.get("ignored")
    ]


def told(page: Page, role: str) -> list[str]:
    return [node["name"] for node in tree(page) if node["role"] == role]


def everything_is_named(page: Page) -> None:
    """Fail for any stop of the keyboard that a screen reader could not name."""
    stops = [node for node in tree(page) if node.get("focusable")]
    assert len(stops) > 3
    assert [n for n in stops if not n["name"] and n["role"] not in ("RootWebArea", "main")] == []


def focus_is_seen(page: Page) -> None:
    """Fail where it is not to be seen within a second: a busy machine draws a map late."""
    for _ in range(20):
        state = page.evaluate(FOCUS)
        if state is not None and state["ringed"] and state["clear"]:
            return
        page.wait_for_timeout(50)
    assert state is not None, "the focus is nowhere"
    assert state["ringed"], f"no ring: {state['what']}"
    assert state["clear"], f"covered: {state['what']}"


def tab_to(page: Page, target: str) -> None:
    """Go on with Tab until `target` has the focus; at every stop the focus must be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS) is not None:
            focus_is_seen(page)
        if page.evaluate("(t) => document.activeElement?.matches(t) ?? false", target):
            return
    raise AssertionError(f"Tab never comes to {target}")
