// Before a report is sent: all that goes, each part with a way back to its question.
import { mark } from "../core/say";
import { thumb } from "./thumb";

/** What the writer, or the map, has words of their own for. */
const THEIRS = ["text", "answer", "place"];

export class Summary {
  constructor(private readonly form: HTMLFormElement, private readonly root: HTMLElement) {
    root.hidden = false;
    const note = form.querySelector<HTMLElement>("[data-sum-note]");
    if (note) note.hidden = true;
    const step = root.closest<HTMLElement>("[data-step]");
    step?.addEventListener("shown", () => this.draw());
    // A page read again may begin with this step.
    if (step && !step.hidden) this.draw();
  }

  private draw(): void {
    // Read as it is sent: only what may leave of a photo, and the words with all that is added to them.
    const data = new FormData(this.form);
    const told = (name: string): string => data.get(name)?.toString().trim() ?? "";
    this.tell("text", told("text"));
    this.tell("answer", told("answer"));
    const title = this.row("answer")?.querySelector("dt");
    if (title) title.textContent = this.form.querySelector("[data-questions]")?.textContent ?? "";
    this.showKind();
    this.showPhotos(data.getAll("photo").filter((one): one is File => one instanceof File && one.size > 0));
    this.showPlace(told);
  }

  private row(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-sum-${name}]`);
  }

  private tell(name: string, ...parts: (string | Node)[]): void {
    const row = this.row(name);
    const words = row?.querySelector("dd");
    words?.replaceChildren(...parts);
    if (words && THEIRS.includes(name)) mark(words, words.textContent ?? "");
    if (row) row.hidden = parts.every((part) => part === "");
  }

  private showKind(): void {
    const chosen = this.form.querySelector<HTMLInputElement>("[name=category]:checked");
    const [mark, label] = chosen?.parentElement?.querySelectorAll(":scope > span") ?? [];
    this.tell("kind", mark?.cloneNode(true) ?? "", label?.textContent ?? "");
    const rough = chosen?.dataset["rough"] !== undefined;
    for (const [name, shown] of [["open", !rough], ["rough", rough]] as const) {
      const words = this.row(name);
      if (words) words.hidden = !shown;
    }
  }

  // A picture this browser cannot show goes all the same, and is named.
  private showPhotos(files: readonly File[]): void {
    const nth = (n: number): string =>
      (this.root.dataset["nth"] ?? "").replace("{n}", String(n + 1)).replace("{all}", String(files.length));
    const shown = files.map((file, n) => {
      const place = document.createElement("span");
      place.textContent = nth(n);
      thumb(file).then((picture) => {
        picture.setAttribute("role", "img");
        picture.setAttribute("aria-label", nth(n));
        place.replaceWith(picture);
      }, () => undefined);
      return place;
    });
    const kept = this.form.elements.namedItem("kept");
    const keeps = kept instanceof HTMLInputElement && kept.checked;
    const none = this.root.dataset[keeps ? "kept" : "noPhoto"] ?? "";
    // Whether the letter a report began with had photos is not known here.
    this.tell("photo", ...(shown.length > 0 ? shown : [this.has("draft") ? "" : none]));
  }

  private has(name: string): boolean {
    return this.form.elements.namedItem(name) !== null;
  }

  // As the city names it, where the writer did not.
  private showPlace(told: (name: string) => string): void {
    const [lat, lon] = [told("lat"), told("lon")];
    const point = lat && lon ? `${Number(lat).toFixed(5)}, ${Number(lon).toFixed(5)}` : "";
    this.tell("place", told("place") || point);
    if (told("place") || !point) return;
    const query = new URLSearchParams({ category: told("category"), lat, lon });
    fetch(`${this.root.dataset["sum"]}?${query}`)
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((name) => name && this.tell("place", name))
      // Without a line the point stands.
      .catch(() => undefined);
  }
}
