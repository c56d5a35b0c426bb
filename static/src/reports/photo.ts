// The photos of the form, three at most, in the order they were chosen. What looks them over comes
// only when one is chosen; until that is done, and unless the reporter says so, nothing of a file
// leaves the phone.
import type { PhotoWork } from "./boxes-photo";
import { within } from "./patience";

const MOST = 3;
/** Twice what a slow phone needs for one; the worker that looks at it has ten of these. */
const ENOUGH_S = 20;
type Code = typeof import("./boxes-photo");

interface Shot {
  chosen: File;
  /** What may leave of it, null while nothing may. */
  safe: File | null;
  work: PhotoWork | null;
  item: HTMLElement;
  /** It waits in this browser with its report, and is there again when that is opened again. */
  waits: boolean;
  /** It could not be made ready, and does not go. */
  stays: boolean;
}

const same = (one: File, other: File): boolean =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

export class Photos {
  private shots: Shot[] = [];
  private busy: Promise<void> = Promise.resolve();
  private warned = false;
  private readonly input: HTMLInputElement | null;
  private readonly root: HTMLElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.input = form.querySelector<HTMLInputElement>("input[type=file]");
    this.root = form.querySelector<HTMLElement>("[data-shots]");
    this.input?.addEventListener("click", () => void this.bring());
    this.input?.addEventListener("change", () => this.add([...(this.input?.files ?? [])]));
    // Every way a form is read goes through here, also the browser's own.
    form.addEventListener("formdata", ({ formData }) => this.guard(formData));
    document.querySelector('form[action="/language"]')?.addEventListener("submit", (event) => this.warn(event));
  }

  /** Wait until every photo is looked over and the boxes are painted as they stand. */
  async settled(): Promise<void> {
    for (let seen: unknown = null; seen !== this.busy; ) await (seen = this.busy);
    for (const shot of [...this.shots]) if (!shot.safe) await this.finish(shot, shot.work?.flush());
  }

  /** Wait for the end of what is done with a photo; what does not come to one stays here, and is said to. */
  private async finish(shot: Shot, work: Promise<void> | undefined): Promise<void> {
    const isThere = (): boolean => this.shots.includes(shot);
    if (!work || (await within(ENOUGH_S, work, isThere)) || !isThere()) return;
    shot.work?.end();
    this.keepHere(shot, "stuck");
  }

  /** Take pictures as if they had been chosen now, behind those that are there; `waits`: with their report. */
  add(files: readonly File[], waits = false): void {
    this.drop((one) => one.stays && files.some((file) => same(one.chosen, file)));
    const fresh = files.filter((file) => !this.shots.some((one) => same(one.chosen, file)));
    const taken = fresh.slice(0, MOST - this.shots.length);
    const shots = taken.map((chosen) => ({ chosen, safe: null, work: null, item: this.item(), waits, stays: false }));
    this.shots.push(...shots);
    for (const shot of shots) {
      shot.item.querySelector("[data-shot-remove]")?.addEventListener("click", () => this.remove(shot));
      this.busy = this.busy.then(() => this.finish(shot, this.lookOver(shot)));
    }
    this.warned = false;
    this.say(taken.length < fresh.length ? "full" : "");
    this.draw();
    if (this.shots.length === MOST && document.activeElement === this.input) this.title(shots[0]?.item)?.focus();
    this.put();
  }

  // Words are kept in this tab, photos are not: who changes the language with some is told so first.
  private warn(event: Event): void {
    const isNoneLost = !this.form.isConnected || this.shots.every((shot) => shot.waits);
    if (isNoneLost || this.warned) return;
    event.preventDefault();
    this.warned = true;
    const text = this.root?.dataset["lost"] ?? "";
    document.dispatchEvent(new CustomEvent("say", { detail: { text, kind: "caution" } }));
  }

  private bring(): Promise<Code | null> {
    return import("./boxes-photo").catch(() => null);
  }

  private item(): HTMLElement {
    const form = this.form.querySelector<HTMLTemplateElement>("template[data-shot]");
    const item = form?.content.firstElementChild?.cloneNode(true) as HTMLElement;
    this.root?.querySelector("[data-shots-list]")?.append(item);
    return item;
  }

  private drop(isGone: (shot: Shot) => boolean): void {
    for (const shot of this.shots.filter(isGone)) {
      shot.work?.end();
      shot.item.remove();
    }
    this.shots = this.shots.filter((one) => !isGone(one));
  }

  private remove(shot: Shot): void {
    const at = this.shots.indexOf(shot);
    this.drop((one) => one === shot);
    this.say("removed");
    this.draw();
    this.put();
    this.offer();
    (this.title(this.shots[Math.min(at, this.shots.length - 1)]?.item) ?? this.input)?.focus();
  }

  private title(item: HTMLElement | undefined): HTMLElement | null {
    return item?.querySelector<HTMLElement>("h3") ?? null;
  }

  private say(what: "full" | "removed" | ""): void {
    const said = this.root?.querySelector<HTMLElement>("[data-shots-said]");
    if (said) said.textContent = what ? (said.dataset[what] ?? "") : "";
  }

  // One photo needs no number to be seen; where there are three, no more can be chosen.
  private draw(): void {
    const all = this.shots.length;
    this.shots.forEach(({ item }, n) => {
      const nth = (this.root?.dataset["shots"] ?? "").replace("{n}", String(n + 1)).replace("{all}", String(all));
      for (const part of item.querySelectorAll("[data-shot-nth]")) part.textContent = nth;
      this.title(item)?.classList.toggle("sr-only", all === 1);
    });
    if (this.root) this.root.hidden = all === 0;
    const drop = this.form.querySelector<HTMLElement>("[data-photo]");
    if (drop) drop.hidden = all === MOST;
  }

  private async lookOver(shot: Shot): Promise<void> {
    const code = await this.bring();
    if (!this.root || !this.shots.includes(shot)) return;
    if (!code) return this.keepHere(shot, "unready");
    const put = (safe: File | null): void => {
      shot.safe = safe;
      if (safe) this.put();
    };
    shot.work = new code.PhotoWork(shot.item, this.root, put);
    await shot.work.start(shot.chosen, () => this.offer(code));
  }

  // The first photo that tells of a place or a time is the one that is heard.
  private offer(code?: Code): void {
    const told = this.shots.flatMap(({ work }) => work?.taken ?? []);
    if (code) return code.offer(this.form, told);
    void this.bring().then((late) => late?.offer(this.form, told));
  }

  // Its reporter may be at another question by now: it is said there too.
  private keepHere(shot: Shot, why: "unready" | "stuck"): void {
    shot.stays = true;
    const isStoodOn = shot.item.contains(document.activeElement);
    const text = (JSON.parse(this.root?.dataset["covers"] ?? "{}") as Record<string, string>)[why] ?? "";
    const said = shot.item.querySelector("[data-covers-said]");
    if (said) said.textContent = text;
    for (const part of shot.item.querySelectorAll<HTMLElement>("[data-covers-frame], [data-covers-acts]")) part.hidden = true;
    // What one stood on may be gone.
    if (isStoodOn) this.title(shot.item)?.focus();
    this.put();
    document.dispatchEvent(new CustomEvent("say", { detail: { text, kind: "caution" } }));
  }

  // One that stays is not the field's either: a browser tells nobody of a choice that changes nothing.
  private put(): void {
    if (!this.input || (this.shots.length > 0 && !this.shots.some((one) => one.safe || one.stays))) return;
    const moved = new DataTransfer();
    for (const { safe } of this.shots) if (safe) moved.items.add(safe);
    this.input.files = moved.files;
  }

  private guard(data: FormData): void {
    data.delete("photo");
    for (const { safe } of this.shots) if (safe) data.append("photo", safe);
    // Each of them was looked over here, by this code or by the reporter: nobody else has to.
    data.delete("looked");
    if (data.has("photo")) data.set("looked", "1");
    const seen = this.form.querySelector<HTMLInputElement>("[data-seen] input");
    const line = seen?.value ? (seen.dataset["line"] ?? "").replace("{time}", seen.value.replace("T", " ")) : "";
    const text = data.get("text")?.toString().trim();
    if (line && text) data.set("text", `${text}\n\n${line}`);
  }
}
