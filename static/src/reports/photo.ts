// The photo of the form. What looks it over comes only when one is chosen; until that is done, and
// unless the reporter says so, nothing of the file leaves the phone.
import type { PhotoWork } from "./boxes-photo";

export class Photo {
  private chosen: File | null = null;
  private safe: File | null = null;
  private work: PhotoWork | null = null;
  private busy: Promise<void> = Promise.resolve();
  private readonly input: HTMLInputElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.input = form.querySelector<HTMLInputElement>("input[type=file]");
    // What looks photos over takes one: a second one would leave without it, or be lost.
    if (this.input) this.input.multiple = false;
    this.input?.addEventListener("click", () => void this.bring());
    this.input?.addEventListener("change", () => this.choose());
    // Every way a form is read goes through here, also the browser's own.
    form.addEventListener("formdata", ({ formData }) => this.guard(formData));
  }

  /** Wait until the photo is looked over and the boxes are painted as they stand. */
  async settled(): Promise<void> {
    await this.busy;
    if (this.chosen && !this.safe) await this.work?.flush();
  }

  /** Take a picture that was chosen before, as if it had been chosen now. */
  take(file: File): void {
    if (!this.input) return;
    const moved = new DataTransfer();
    moved.items.add(file);
    this.input.files = moved.files;
    this.choose();
  }

  private bring(): Promise<typeof import("./boxes-photo") | null> {
    return import("./boxes-photo").catch(() => null);
  }

  private choose(): void {
    this.work?.end();
    this.work = null;
    this.safe = null;
    this.chosen = this.input?.files?.[0] ?? null;
    const file = this.chosen;
    this.busy = file ? this.lookOver(file).catch(() => undefined) : Promise.resolve();
  }

  private async lookOver(file: File): Promise<void> {
    const root = this.form.querySelector<HTMLElement>("[data-covers]");
    const code = await this.bring();
    if (!root || this.chosen !== file) return;
    if (!code) return this.keepHere(root);
    this.work = new code.PhotoWork(root, (safe) => this.put(file, safe));
    await this.work.start(this.form, file);
  }

  private keepHere(root: HTMLElement): void {
    const words = JSON.parse(root.dataset["covers"] ?? "{}") as Record<string, string>;
    const said = root.querySelector("[data-covers-said]");
    root.hidden = false;
    if (said) said.textContent = words["unready"] ?? "";
  }

  private put(chosen: File, safe: File | null): void {
    if (this.chosen !== chosen) return;
    this.safe = safe;
    if (!safe || !this.input) return;
    const moved = new DataTransfer();
    moved.items.add(safe);
    this.input.files = moved.files;
  }

  private guard(data: FormData): void {
    if (this.chosen && this.safe) data.set("photo", this.safe);
    else if (this.chosen) data.delete("photo");
    const seen = this.form.querySelector<HTMLInputElement>("[data-seen] input");
    const line = seen?.value ? (seen.dataset["line"] ?? "").replace("{time}", seen.value.replace("T", " ")) : "";
    const text = data.get("text")?.toString().trim();
    if (line && text) data.set("text", `${text}\n\n${line}`);
  }
}
