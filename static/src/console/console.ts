import { drawBoxes } from "./redact";

// The moderators' keyboard: j and k walk the queue, letters open the acts of the open case, b leads
// to what can be done with the chosen ones and u takes the last answer back.

const OPENERS: Record<string, string> = { a: "assign", r: "answer", x: "reject", m: "merge", n: "note" };

/** Where it says "off", letters are no commands in this browser (WCAG 2.1.4). */
const KEYS = "madang.keys";
const LATIN = /^[a-z]$/i;

/** The letter of a key, also with Caps Lock or another script on: then it is the key's own place. */
function letterOf({ key, code, shiftKey }: KeyboardEvent): string {
  if (key === "?") return key;
  if (shiftKey) return "";
  if (LATIN.test(key)) return key.toLowerCase();
  const foreign = key === "Process" || key === "Unidentified" || /^[^\x00-\x7f]$/.test(key);
  return foreign && /^Key[A-Z]$/.test(code) ? code.slice(-1).toLowerCase() : "";
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement
    && (target.matches("textarea, select, input:not([type=checkbox])") || target.isContentEditable);
}

class Desk {
  /** How each ticked row stood when it was ticked: the list goes on following what happens. */
  private readonly seen = new Map<string, string>();

  constructor(private readonly root: HTMLElement) {
    window.addEventListener("keydown", (event) => this.press(event));
    root.addEventListener("change", () => this.count());
    root.addEventListener("refreshed", () => this.count());
    root.querySelector("[data-bulk]")?.addEventListener("submit", () => this.keepSeen());
    root.querySelector("[data-help-open]")?.addEventListener("click", () => this.help());
    for (const menu of root.querySelectorAll<HTMLSelectElement>("[data-ready]")) {
      menu.addEventListener("change", () => this.fill(menu));
      const state = menu.form?.elements.namedItem("status");
      if (!(state instanceof HTMLSelectElement)) continue;
      state.addEventListener("change", () => this.narrow(menu, state.value));
      this.narrow(menu, state.value);
    }
    this.offerKeys();
    this.show();
    this.count();
  }

  private offerKeys(): void {
    const box = this.root.querySelector<HTMLInputElement>("[data-keys-on]");
    if (!box) return;
    box.checked = localStorage.getItem(KEYS) !== "off";
    box.addEventListener("change", () => localStorage.setItem(KEYS, box.checked ? "on" : "off"));
  }

  /** On a phone the views are rows that scroll: what is chosen stands in sight. */
  private show(): void {
    for (const one of this.root.querySelectorAll(".views [aria-current], [data-current]")) {
      one.scrollIntoView({ block: "nearest", inline: "center" });
    }
  }

  private rows(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>("[data-row]")];
  }

  private chosen(): number {
    const rows = this.rows();
    const focused = rows.findIndex((row) => row.contains(document.activeElement));
    return focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("data-current"));
  }

  /** Below the last row stands the way to the next page. */
  private step(by: number): void {
    const onward = this.root.querySelector<HTMLElement>("#queue-next");
    const stops = this.rows().map((row) => row.querySelector<HTMLElement>("a"));
    if (onward) stops.push(onward);
    const now = onward && document.activeElement === onward ? stops.length - 1 : this.chosen();
    const next = stops[Math.min(Math.max(now + by, 0), stops.length - 1)];
    next?.focus();
    (next?.closest("[data-row]") ?? next)?.scrollIntoView({ block: "nearest" });
  }

  private tick(): void {
    const box = this.rows()[this.chosen()]?.querySelector<HTMLInputElement>("input[type=checkbox]");
    if (!box) return;
    box.checked = !box.checked;
    this.count();
  }

  private openAct(name: string): void {
    // Of the open case; where none is open, of those that are chosen.
    const wanted = `[data-act="${name}"]`;
    const act = this.root.querySelector<HTMLDetailsElement>(`.case ${wanted}`)
      ?? this.root.querySelector<HTMLDetailsElement>(wanted);
    if (!act || act.closest("[hidden]")) return;
    act.open = true;
    act.scrollIntoView({ block: "nearest" });
    const first = act.querySelector<HTMLElement>("[data-first]")
      ?? act.querySelector<HTMLElement>("select, textarea, input:not([type=hidden])");
    first?.focus();
  }

  private toBulk(): void {
    this.root.querySelector<HTMLElement>("[data-bulk]:not([hidden]) button")?.focus();
  }

  private toPhoto(): void {
    const show = this.root.querySelector<HTMLElement>(".case [data-look]");
    show?.closest("[data-picture]")?.scrollIntoView({ block: "nearest" });
    show?.focus();
  }

  private undo(): void {
    document.querySelector<HTMLElement>("[data-toast][data-fades] .link-button")?.click();
  }

  private help(): void {
    this.root.querySelector<HTMLDialogElement>("[data-help]")?.showModal();
  }

  /** Offer the ready answers of the chosen state alone; without any there is nothing to choose. */
  private narrow(menu: HTMLSelectElement, state: string): void {
    const groups = [...menu.querySelectorAll<HTMLOptGroupElement>("optgroup")];
    for (const group of groups) group.hidden = group.disabled = group.dataset["state"] !== state;
    if (menu.selectedOptions[0]?.closest("optgroup")?.disabled) menu.value = "";
    const field = menu.closest<HTMLElement>(".field");
    if (field) field.hidden = groups.every((group) => group.disabled);
  }

  /** A ready text takes the place of an earlier one; what was typed before it stays above it. */
  private fill(menu: HTMLSelectElement): void {
    const text = menu.form?.elements.namedItem(menu.dataset["ready"] || "text");
    const chosen = menu.selectedOptions[0]?.dataset["text"];
    if (!(text instanceof HTMLTextAreaElement) || !chosen) return;
    const written = text.value.trimEnd();
    const earlier = [...menu.options].map(({ dataset }) => dataset["text"] ?? "").find((one) => one && written.endsWith(one));
    const typed = written.slice(0, written.length - (earlier ?? "").length).trimEnd();
    text.value = typed ? `${typed}\n${chosen}` : chosen;
  }

  private count(): void {
    const ticked = this.root.querySelectorAll("[data-row] input:checked").length;
    const bar = this.root.querySelector<HTMLElement>("[data-bulk]");
    const figure = this.root.querySelector<HTMLElement>("[data-bulk-count]");
    if (bar) bar.hidden = ticked === 0;
    const said = (figure?.dataset["bulkCount"] ?? "").replace("{count}", String(ticked));
    if (figure) figure.textContent = said;
    // The bar that tells it comes and goes, and what comes with its words is not read out.
    const aloud = this.root.querySelector<HTMLElement>("[data-bulk-said]");
    if (aloud) aloud.textContent = ticked > 0 ? said : "";
    this.noteSeen();
  }

  private noteSeen(): void {
    for (const row of this.rows()) {
      const box = row.querySelector<HTMLInputElement>("input[name=ids]");
      const stood = row.querySelector<HTMLInputElement>("input[name=rows]");
      if (!box || !stood) continue;
      if (!box.checked) this.seen.delete(box.value);
      else if (!this.seen.has(box.value)) this.seen.set(box.value, stood.value);
    }
  }

  /** What changed under a tick was not what its moderator chose: the city holds it back. */
  private keepSeen(): void {
    for (const stood of this.root.querySelectorAll<HTMLInputElement>("[data-row] input[name=rows]")) {
      stood.value = this.seen.get(stood.value.split("=")[0] ?? "") ?? stood.value;
    }
  }

  private press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isTyping(event.target)) (event.target as HTMLElement).blur();
    if (event.isComposing || isTyping(event.target) || this.root.querySelector("dialog[open]")) return;
    if (localStorage.getItem(KEYS) === "off") return;
    const acts: Record<string, () => void> = {
      j: () => this.step(1),
      k: () => this.step(-1),
      s: () => this.tick(),
      b: () => this.toBulk(),
      p: () => this.toPhoto(),
      u: () => this.undo(),
      "?": () => this.help(),
    };
    const letter = letterOf(event);
    const opener = OPENERS[letter];
    const act = acts[letter] ?? (opener ? () => this.openAct(opener) : undefined);
    if (!act) return;
    event.preventDefault();
    act();
  }
}

export function start(root: HTMLElement): void {
  new Desk(root);
  for (const picture of root.querySelectorAll<HTMLElement>("[data-picture]")) {
    const photo = picture.querySelector<HTMLElement>("[data-photo]");
    const form = picture.querySelector<HTMLFormElement>('[data-act="redact"] form');
    if (photo && form) drawBoxes(photo, form);
  }
}
