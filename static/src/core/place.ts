// A typed place: names are offered while one types, and what was typed becomes a point on leaving.
import { PlaceList, type Spot } from "./place-list";
import { say, write } from "./say";

const PAUSE_MS = 200;
const SHORTEST = 2;
/** A line on which a place takes longer to look up has stalled. */
const LOOK_UP_MS = 5_000;

/** A name as names are compared: without space, comma and case. */
const folded = (name: string): string => name.replace(/[\s,]+/g, "").toLocaleLowerCase();

/** The place that is meant: as the server does, a name written whole means itself, not all that begins with it. */
export function theOne(found: readonly Spot[], text: string): Spot | null {
  const exact = found.filter(({ name }) => folded(name) === folded(text));
  const [only = null, ...others] = exact.length === 1 ? exact : found;
  return others.length === 0 ? only : null;
}

function pair(text: string): [string, string] {
  const [lat = "", lon = ""] = text.split(",");
  return [lat, lon];
}

/** A point as a form keeps it: "latitude,longitude", nothing where there is none. */
const pointOf = (lat: string, lon: string): string => (lat && lon ? `${Number(lat)},${Number(lon)}` : "");

export class Place {
  private readonly input: HTMLInputElement;
  private readonly names: PlaceList | null;
  private readonly choices: HTMLFieldSetElement | null;
  /** The name the point was taken from; none if the map, the photo or the phone gave it. */
  private named: string | null = null;
  private seen = "";
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly form: HTMLFormElement, input: HTMLInputElement) {
    this.input = input;
    const list = form.querySelector<HTMLElement>("#places");
    this.names = list ? new PlaceList(input, list, (spot) => this.take(spot), (text) => this.tell(text)) : null;
    this.choices = form.querySelector<HTMLFieldSetElement>("[data-spots]");
    input.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => this.given());
    this.choices?.addEventListener("change", () => this.choose());
    this.seen = this.point;
    this.tie();
    // One may have been chosen before this script came.
    this.choose();
  }

  /** Say whether the place is known; else the field says what is missing. Rejects where it cannot be asked now. */
  async settle(): Promise<boolean> {
    clearTimeout(this.waiting);
    this.notice();
    const [text, had] = [this.input.value.trim(), this.point];
    if (had && !this.isNewer(text)) return this.say("");
    if (!text) return this.say(this.input.dataset["missing"] ?? "");
    this.say("");
    const found = await this.search(text, had !== "");
    // Another was chosen while this one was looked up.
    if (this.point !== had) return this.say("");
    const spot = theOne(found, text);
    if (spot) return this.settled(spot, text, had !== "");
    if (had && found.length === 0) {
      this.belong(text);
      say(this.input.dataset["described"] ?? "");
      return this.say("");
    }
    this.offer(found, had);
    return this.say(this.input.dataset[found.length > 0 ? "which" : "unknown"] ?? "");
  }

  private settled(spot: Spot, text: string, moved: boolean): boolean {
    this.put(spot.lat, spot.lon, text);
    if (moved) say((this.input.dataset["moved"] ?? "").replace("{name}", spot.name), "good");
    return this.say("");
  }

  private typed(): void {
    this.say("");
    // The point of a name that stands here no more is nobody's, and so is the choice that was offered.
    if (this.named !== null && this.named !== this.input.value) this.forget();
    this.withdraw();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.search(this.input.value.trim()).then(
        (found) => this.names?.show(found),
        () => this.names?.show([]),
      );
    }, PAUSE_MS);
  }

  /** A point that the map or the phone gave is a place: what was said to be missing is not. */
  private given(): void {
    this.notice();
    if (this.input.validationMessage === "" || !this.point) return;
    this.say("");
    this.input.dispatchEvent(new Event("change"));
  }

  /** A point that came from elsewhere replaces what was chosen here, and belongs to the words that stand here now. */
  private notice(): void {
    if (this.point === this.seen) return;
    this.moved();
    this.named = null;
    this.withdraw();
    this.tie();
  }

  private moved(): void {
    this.seen = this.point;
    const note = this.form.querySelector<HTMLElement>("[data-photo-place][data-place]");
    if (note) note.hidden = !this.seen || pointOf(...pair(note.dataset["place"] ?? "")) !== this.seen;
  }

  // The form, or the photo that told the point, may say of itself what it belongs to.
  private tie(): void {
    const [of = ""] = this.placed.split(" ");
    if (pointOf(...pair(of)) !== this.point) this.belong(this.input.value.trim());
  }

  private take(spot: Spot): void {
    this.input.value = spot.name;
    this.put(spot.lat, spot.lon, spot.name);
    this.tell((this.input.dataset["taken"] ?? "").replace("{name}", spot.name));
  }

  private choose(): void {
    const chosen = this.choices?.querySelector<HTMLInputElement>(".spot input:checked");
    if (!chosen) return;
    const [lat, lon] = pair(chosen.value);
    // It stays in sight, ticked, until something else is chosen.
    this.put(Number(lat), Number(lon), this.input.value.trim(), true);
    // A point that was kept was not taken from these words, and stays when they are changed.
    if ("kept" in chosen.dataset) this.named = null;
  }

  private forget(): void {
    for (const name of ["lat", "lon", "placed"]) {
      const field = this.field(name);
      if (field) field.value = "";
    }
    this.notice();
  }

  private withdraw(): void {
    if (!this.choices) return;
    this.choices.hidden = true;
    for (const old of this.choices.querySelectorAll(".spot")) old.remove();
  }

  private tell(text: string): void {
    const said = this.form.querySelector("[data-places-said]");
    if (said) said.textContent = text;
  }

  /** Return the places that hold `text`; beside a point only those it is just the name of, for else it describes it. */
  private async search(text: string, besidePoint = false): Promise<Spot[]> {
    if (text.length < SHORTEST) return [];
    const asked = new URLSearchParams(besidePoint ? { q: text, beside: "1" } : { q: text });
    const answer = await fetch(`${this.input.dataset["places"]}?${asked}`, { signal: AbortSignal.timeout(LOOK_UP_MS) });
    // A city that cannot look it up now has not said that there is no such place.
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as Spot[];
  }

  /** Ask which is meant; the `kept` point, "latitude,longitude", may be meant to stay. */
  private offer(found: Spot[], kept = ""): void {
    if (!this.choices) return;
    // Asked once, not twice: what is offered to choose from stands below the field now.
    this.names?.hide();
    this.withdraw();
    this.choices.hidden = found.length === 0;
    if (kept && found.length > 0) this.choice(kept, this.choices.dataset["kept"] ?? "").dataset["kept"] = "";
    for (const spot of found) this.choice(`${spot.lat},${spot.lon}`, spot.name);
  }

  private choice(value: string, text: string): HTMLInputElement {
    const label = document.createElement("label");
    label.className = "spot";
    const radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name: "spot", value });
    const name = document.createElement("span");
    write(name, text);
    label.append(radio, " ", name);
    this.choices?.append(label);
    return radio;
  }

  private field(name: string): HTMLInputElement | null {
    return this.form.querySelector<HTMLInputElement>(`[name="${name}"]`);
  }

  private get point(): string {
    return pointOf(this.field("lat")?.value ?? "", this.field("lon")?.value ?? "");
  }

  private get placed(): string {
    return this.field("placed")?.value ?? "";
  }

  /** Note that the point is that of `words` (services/maps/typed.py reads it so too). */
  private belong(words: string): void {
    const field = this.field("placed");
    if (field) field.value = this.point && `${this.point} ${words}`;
  }

  /** Say whether the words were changed after the point was set. */
  private isNewer(words: string): boolean {
    const stood = this.placed.slice(this.placed.indexOf(" ") + 1);
    return folded(words) !== "" && folded(words) !== folded(stood);
  }

  private put(lat: number, lon: number, words: string, chosen = false): void {
    for (const [name, value] of Object.entries({ lat, lon })) {
      const field = this.field(name);
      if (field) field.value = value.toFixed(6);
    }
    this.moved();
    this.named = words;
    this.belong(words);
    if (!chosen) this.withdraw();
    this.say("");
    this.input.dispatchEvent(new Event("change"));
    this.form.dispatchEvent(new Event("change"));
  }

  private say(wrong: string): boolean {
    this.input.setCustomValidity(wrong);
    return wrong === "";
  }
}
