// A typed place: names are offered while one types, and what was typed becomes a point on leaving.
import { PlaceList, type Spot } from "./place-list";

const PAUSE_MS = 200;
const SHORTEST = 2;
/** A line on which a place takes longer to look up has stalled. */
const LOOK_UP_MS = 5_000;

/** A name as names are compared: without space and case. */
export const folded = (name: string): string => name.replace(/\s+/g, "").toLocaleLowerCase();

export class Place {
  private readonly input: HTMLInputElement;
  private readonly names: PlaceList | null;
  private readonly choices: HTMLFieldSetElement | null;
  /** The name the point was taken from; none if the map, the photo or the phone gave it. */
  private named: string | null = null;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly form: HTMLFormElement, input: HTMLInputElement) {
    this.input = input;
    const list = form.querySelector<HTMLElement>("#places");
    this.names = list ? new PlaceList(input, list, (spot) => this.take(spot), (text) => this.tell(text)) : null;
    this.choices = form.querySelector<HTMLFieldSetElement>("[data-spots]");
    input.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => this.given());
    this.choices?.addEventListener("change", (event) => {
      const [lat = NaN, lon = NaN] = (event.target as HTMLInputElement).value.split(",").map(Number);
      this.put(lat, lon);
    });
  }

  /** Say whether the place is known; else the field says what is missing. Rejects where it cannot be asked now. */
  async settle(): Promise<boolean> {
    clearTimeout(this.waiting);
    if (this.has("lat") && this.has("lon")) return this.say("");
    const text = this.input.value.trim();
    if (!text) return this.say(this.input.dataset["missing"] ?? "");
    this.say("");
    const found = await this.search(text);
    // As the server does: a name written whole means itself, not all that begins with it.
    const exact = found.filter((spot) => folded(spot.name) === folded(text));
    const [only, ...others] = exact.length === 1 ? exact : found;
    if (only && others.length === 0) {
      this.put(only.lat, only.lon);
      this.named = text;
      return this.say("");
    }
    this.offer(found);
    return this.say(this.input.dataset[found.length > 0 ? "which" : "unknown"] ?? "");
  }

  private typed(): void {
    this.say("");
    // The point of a name that stands here no more is nobody's.
    if (this.named !== null && this.named !== this.input.value) this.forget();
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
    if (this.input.validationMessage === "" || !this.has("lat") || !this.has("lon")) return;
    this.say("");
    this.input.dispatchEvent(new Event("change"));
  }

  private take(spot: Spot): void {
    this.input.value = spot.name;
    this.put(spot.lat, spot.lon);
    this.named = spot.name;
    this.tell((this.input.dataset["taken"] ?? "").replace("{name}", spot.name));
  }

  private forget(): void {
    this.named = null;
    for (const name of ["lat", "lon"]) {
      const field = this.field(name);
      if (field) field.value = "";
    }
  }

  private tell(text: string): void {
    const said = this.form.querySelector("[data-places-said]");
    if (said) said.textContent = text;
  }

  private async search(text: string): Promise<Spot[]> {
    if (text.length < SHORTEST) return [];
    const answer = await fetch(`${this.input.dataset["places"]}?${new URLSearchParams({ q: text })}`, { signal: AbortSignal.timeout(LOOK_UP_MS) });
    // A city that cannot look it up now has not said that there is no such place.
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as Spot[];
  }

  private offer(found: Spot[]): void {
    if (!this.choices) return;
    // Asked once, not twice: what is offered to choose from stands below the field now.
    this.names?.hide();
    this.choices.hidden = found.length === 0;
    for (const old of this.choices.querySelectorAll(".spot")) old.remove();
    for (const spot of found) {
      const label = document.createElement("label");
      label.className = "spot";
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = "spot";
      radio.value = `${spot.lat},${spot.lon}`;
      const name = document.createElement("span");
      name.textContent = spot.name;
      label.append(radio, " ", name);
      this.choices.append(label);
    }
  }

  private field(name: string): HTMLInputElement | null {
    return this.form.querySelector<HTMLInputElement>(`[name="${name}"]`);
  }

  private has(name: string): boolean {
    return (this.field(name)?.value ?? "") !== "";
  }

  private put(lat: number, lon: number): void {
    const put = (name: string, value: number): void => {
      const field = this.field(name);
      if (field) field.value = value.toFixed(6);
    };
    put("lat", lat);
    put("lon", lon);
    this.say("");
    this.input.dispatchEvent(new Event("change"));
    this.form.dispatchEvent(new Event("change"));
  }

  private say(wrong: string): boolean {
    this.input.setCustomValidity(wrong);
    return wrong === "";
  }
}
