// The reports that wait in this browser, each with its picture, why it waits and what can be done.
import { write } from "../core/say";
import type { Outcome } from "./delivery";
import { claim, formOf, isHeld, keep, note, takeBack, type Waiting, type Why } from "./outbox";
import { isOwn, reader, SIGN_IN } from "./reader";
import { askForSync } from "./sync";
import { thumb } from "./thumb";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

type Words = Record<Why | "look" | "hidden" | "closed" | "nobody" | "deleted" | "late" | "sent" | "earlier" | "joined", string>;

interface Ways {
  send(key: string): Promise<Outcome | null>;
  changed(): Promise<void>;
}

function age(at: number): string {
  const seconds = Math.max(0, (Date.now() - at) / 1000);
  const told = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ["second", 1];
  // Seconds are of no use to anyone: below a minute it is "now".
  return told.format(unit === "second" ? 0 : -Math.floor(seconds / length), unit);
}

/** Say why a report waits, as this page knows it and as the last try told. */
export function whyOf(report: Waiting, told?: Why): Why {
  if (isHeld(report)) return "held";
  if (report.who === "") return "unsigned";
  if (!isOwn(report)) return "other";
  return told === undefined || told === "unsigned" ? "line" : told;
}

export class UnsentList {
  private readonly rows = new Map<string, HTMLElement>();
  private readonly words: Words;

  constructor(private readonly root: HTMLElement, private readonly ways: Ways) {
    this.words = JSON.parse(root.dataset["words"] ?? "{}") as Words;
  }

  /** Show each report once; what is told of one that is gone stays until the page is left. */
  draw(reports: readonly Waiting[], whys: ReadonlyMap<string, Why>): void {
    for (const report of reports) {
      let row = this.rows.get(report.key);
      // Whose it is may be known only since the city read it.
      const isDrawn = row && row.dataset["over"] === undefined && row.hasAttribute("data-own") === isOwn(report);
      if (!row || !isDrawn) row = this.row(report, row);
      this.tellWhy(row, report, whyOf(report, whys.get(report.key)));
    }
    const there = new Set(reports.map((one) => one.key));
    for (const [key, row] of this.rows) {
      if (there.has(key) || row.dataset["over"] !== undefined) continue;
      row.remove();
      this.rows.delete(key);
    }
    this.root.hidden = this.rows.size === 0;
    const none = document.querySelector<HTMLElement>("[data-unsent-none]");
    if (none) none.hidden = this.rows.size > 0;
  }

  /** Say of each report that went where it stands now. */
  tellSent(sent: ReadonlyMap<string, string>): void {
    for (const [key, page] of sent) {
      const row = this.rows.get(key);
      const { searchParams: said } = new URL(page);
      const words = said.has("joined") ? this.words.joined : said.has("earlier") ? this.words.earlier : this.words.sent;
      if (row) this.close(row, words, this.link(page, "seen"));
    }
  }

  /** Ask in the row of `report` whether it is one of `cards`; false if that is not this reader's to say. */
  ask(report: Waiting, cards: string): boolean {
    const row = this.rows.get(report.key);
    if (!row || !isOwn(report)) return false;
    const question = this.part(row, "near");
    const list = this.part(row, "near-list");
    list.innerHTML = cards;
    question.hidden = false;
    list.querySelectorAll("h3").forEach((title, n) => {
      title.id = `near-${report.key}-${n}`;
      title.closest("li")?.querySelector("[data-join]")?.setAttribute("aria-describedby", title.id);
    });
    for (const button of list.querySelectorAll<HTMLButtonElement>("[data-join]")) {
      const join = button.dataset["join"]?.split("/").pop() ?? "";
      button.addEventListener("click", () => void this.answer(row, report.key, join), { once: true });
    }
    this.part(row, "near-other").addEventListener("click", () => void this.answer(row, report.key), { once: true });
    return true;
  }

  // Which one it is goes with the report, under its own key: the city joins its writer to that one.
  private async answer(row: HTMLElement, key: string, join?: string): Promise<void> {
    this.part(row, "near").hidden = true;
    await note(key, null, join);
    await this.send(row, key);
  }

  // What somebody else wrote on this device is theirs alone: neither words nor picture are shown.
  private title(report: Waiting): string {
    if (isOwn(report)) return report.fields["text"]?.split("\n")[0] ?? "";
    if (report.who === "") return this.words.nobody;
    return reader() ? this.words.hidden : this.words.closed;
  }

  /** Let the reader say that a report nobody signed is theirs; they see it before it goes. */
  private async own(row: HTMLElement, key: string): Promise<void> {
    const report = await claim(key, reader());
    if (report) this.part(this.row(report, row), "send").focus();
    await this.ways.changed();
    await askForSync().catch(() => undefined);
  }

  private row(report: Waiting, old?: HTMLElement): HTMLElement {
    const form = this.root.querySelector("template");
    const row = form?.content.firstElementChild?.cloneNode(true) as HTMLElement;
    const own = isOwn(report);
    write(this.part(row, "text"), this.title(report));
    write(this.part(row, "place"), own ? (report.fields["place"] ?? "") : "");
    this.part(row, "age").textContent = age(report.at);
    row.toggleAttribute("data-own", own);
    this.part(row, "acts").hidden = !own;
    this.part(row, "mine").hidden = report.who !== "" || reader() === "";
    this.part(row, "mine").addEventListener("click", () => void this.own(row, report.key));
    (this.part(row, "open") as HTMLAnchorElement).href = formOf(report.key);
    this.part(row, "send").addEventListener("click", () => void this.send(row, report.key));
    this.part(row, "delete").addEventListener("click", () => void this.remove(row, report.key));
    if (own && report.photo) {
      thumb(new Blob([report.photo], { type: report.type }))
        .then((picture) => this.part(row, "mark").replaceWith(picture), () => undefined);
    }
    if (old) old.replaceWith(row);
    else this.root.querySelector("[data-unsent-rows]")?.append(row);
    this.rows.set(report.key, row);
    return row;
  }

  private part(row: HTMLElement, name: string): HTMLElement {
    return row.querySelector<HTMLElement>(`[data-row-${name}]`) as HTMLElement;
  }

  private tellWhy(row: HTMLElement, report: Waiting, why: Why): void {
    const reasons = report.wrong?.map((one) => one.text).filter(Boolean).join(" ");
    const text = report.wrong ? this.words.look.replace("{reason}", isOwn(report) ? (reasons ?? "") : "") : this.words[why];
    this.part(row, "why").textContent = text.trim();
    const stranger = reader() === "" && ["other", "unsigned"].includes(why);
    if (why === "sign-in" || stranger) this.part(row, "why").append(" ", this.link(SIGN_IN, "signIn"));
    row.toggleAttribute("data-look", report.wrong !== undefined);
    this.part(row, "send").hidden = report.wrong !== undefined || why === "near";
  }

  private async send(row: HTMLElement, key: string): Promise<void> {
    const button = this.part(row, "send");
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    await this.ways.send(key);
    button.removeAttribute("aria-busy");
    row.querySelector<HTMLElement>("[data-row-over] a")?.focus();
  }

  private async remove(row: HTMLElement, key: string): Promise<void> {
    // While it is being sent this waits, and it may be too late then.
    const button = this.part(row, "delete");
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    const report = await takeBack(key);
    button.removeAttribute("aria-busy");
    if (!report) {
      this.close(row, this.words.late);
      return this.ways.changed();
    }
    const undo = this.part(row, "undo");
    undo.hidden = false;
    undo.addEventListener("click", () => void keep(report).then(() => this.back(key)), { once: true });
    this.close(row, this.words.deleted, undo);
    undo.focus();
    await this.ways.changed();
  }

  private async back(key: string): Promise<void> {
    await this.ways.changed();
    const row = this.rows.get(key);
    if (row) this.part(row, "open").focus();
  }

  private link(page: string, name: string): HTMLElement {
    const link = document.createElement("a");
    link.href = page;
    link.textContent = this.root.dataset[name] ?? "";
    return link;
  }

  // The row becomes one line that says what happened, and the way on or back.
  private close(row: HTMLElement, text: string, act?: HTMLElement): void {
    const told = document.createElement("p");
    told.className = "unsent-over";
    told.dataset["rowOver"] = "";
    told.setAttribute("role", "status");
    told.append(text, " ");
    if (act) told.append(act);
    row.replaceChildren(told);
    row.dataset["over"] = "";
  }
}
