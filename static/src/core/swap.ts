// New words of the server in a part of the page. What a person ticked or stands on outlives the
// swap; where nothing but ages grew, nothing is swapped.

/** Say in one way which of a part's elements this is, so that its twin can be found. */
function identity(one: Element): string {
  const told = (name: string): string => `[${name}="${CSS.escape(one.getAttribute(name) ?? "")}"]`;
  if (one.id) return `#${CSS.escape(one.id)}`;
  if (one.matches("a[href]")) return `a${told("href")}`;
  return one.matches("[name][value]") ? `${one.localName}${told("name")}${told("value")}` : "";
}

function swap(part: HTMLElement, fresh: string): void {
  const active = document.activeElement;
  const held = active && active !== part && part.contains(active) ? identity(active) : null;
  const ticked = [...part.querySelectorAll<HTMLInputElement>("input:checked")].map((i) => i.value);
  part.innerHTML = fresh;
  for (const box of part.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) {
    box.checked = ticked.includes(box.value);
  }
  if (held === null) return;
  // What went is not stood on any more; the list it stood in is, where it can be.
  const twin = held ? part.querySelector<HTMLElement>(held) : null;
  (twin ?? part).focus({ preventScroll: true });
}

// "2 minutes ago" grows older by itself, and a form's token is masked anew each time: no news.
function withoutAges(html: string): string {
  const told = html.replace(/(<time[^>]*>)[^<]*/g, "$1").replace(/(name="csrf_token" value=")[^"]*/g, "$1");
  return told.replace(/\s+/g, " ").trim();
}

function grow(part: HTMLElement, fresh: HTMLElement): void {
  const told = [...fresh.querySelectorAll("time")];
  part.querySelectorAll("time").forEach((one, n) => {
    const age = told[n]?.textContent ?? "";
    if (one.textContent !== age) one.textContent = age;
  });
  const tokens = [...fresh.querySelectorAll<HTMLInputElement>("[name=csrf_token]")];
  part.querySelectorAll<HTMLInputElement>("[name=csrf_token]").forEach((one, n) => {
    one.defaultValue = tokens[n]?.defaultValue ?? one.defaultValue;
  });
}

/** Put what the server wrote into `part`; say whether it tells more than that time went by. */
export function renewed(part: HTMLElement, fresh: HTMLElement): boolean {
  const changed = withoutAges(fresh.innerHTML) !== withoutAges(part.innerHTML);
  if (changed) swap(part, fresh.innerHTML.trim());
  else grow(part, fresh);
  return changed;
}

/** Return the body of a page, or of a part of one, as the server wrote it. */
export function read(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, "text/html").body;
}
