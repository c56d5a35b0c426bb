// A typed place: names are offered while one types, and what was typed becomes a point on leaving.
interface Spot {
  name: string;
  lat: number;
  lon: number;
}

const PAUSE_MS = 200;
const SHORTEST = 2;

export class Place {
  private readonly input: HTMLInputElement;
  private readonly names: HTMLDataListElement | null;
  private readonly choices: HTMLFieldSetElement | null;
  private known = new Map<string, Spot>();
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly form: HTMLFormElement, input: HTMLInputElement) {
    this.input = input;
    this.names = form.querySelector<HTMLDataListElement>("#places");
    this.choices = form.querySelector<HTMLFieldSetElement>("[data-spots]");
    input.addEventListener("input", () => this.typed());
    this.choices?.addEventListener("change", (event) => {
      const [lat = NaN, lon = NaN] = (event.target as HTMLInputElement).value.split(",").map(Number);
      this.put(lat, lon);
    });
  }

  /** Say whether the place is known; else the field says what is missing. */
  async settle(): Promise<boolean> {
    if (this.has("lat") && this.has("lon")) return this.say("");
    const text = this.input.value.trim();
    if (!text) return this.say(this.input.dataset["missing"] ?? "");
    const found = await this.search(text);
    const [only] = found;
    if (only && found.length === 1) {
      this.put(only.lat, only.lon);
      return this.say("");
    }
    this.offer(found);
    return this.say(this.input.dataset[found.length > 0 ? "which" : "unknown"] ?? "");
  }

  private typed(): void {
    this.say("");
    const spot = this.known.get(this.input.value);
    if (spot) return this.put(spot.lat, spot.lon);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.search(this.input.value.trim()).then(
        (found) => this.suggest(found),
        () => this.suggest([]),
      );
    }, PAUSE_MS);
  }

  private async search(text: string): Promise<Spot[]> {
    if (text.length < SHORTEST) return [];
    const answer = await fetch(`${this.input.dataset["places"]}?${new URLSearchParams({ q: text })}`);
    return answer.ok ? ((await answer.json()) as Spot[]) : [];
  }

  private suggest(found: Spot[]): void {
    this.known = new Map(found.map((spot) => [spot.name, spot]));
    this.names?.replaceChildren(
      ...found.map((spot) => {
        const option = document.createElement("option");
        option.value = spot.name;
        return option;
      }),
    );
  }

  private offer(found: Spot[]): void {
    if (!this.choices) return;
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
    this.form.dispatchEvent(new Event("change"));
  }

  private say(wrong: string): boolean {
    this.input.setCustomValidity(wrong);
    return wrong === "";
  }
}
