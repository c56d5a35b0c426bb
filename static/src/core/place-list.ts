// Names offered under a field while one types: a combobox with a list (WAI-ARIA Authoring Practices,
// "Editable Combobox With List Autocomplete").
import { write } from "./say";

export interface Spot {
  name: string;
  lat: number;
  lon: number;
}

export class PlaceList {
  private spots: Spot[] = [];
  private active = -1;

  /** `chosen` gets the spot taken from the list; `say` speaks how many there are. */
  constructor(
    private readonly input: HTMLInputElement,
    private readonly list: HTMLElement,
    private readonly chosen: (spot: Spot) => void,
    private readonly say: (text: string) => void,
  ) {
    const about = { "role": "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(about)) input.setAttribute(name, value);
    input.setAttribute("autocomplete", "off");
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.hide());
    // The field keeps the focus while the list is pointed at.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = (event.target as HTMLElement).closest("[role=option]");
      this.take([...list.children].indexOf(option as Element));
    });
  }

  show(spots: Spot[]): void {
    this.spots = spots;
    this.list.replaceChildren(...spots.map((spot, n) => this.option(spot, n)));
    this.open(spots.length > 0 && document.activeElement === this.input);
    const text = this.input.dataset[spots.length > 0 ? "count" : "nothing"] ?? "";
    this.say(text.replace("{count}", String(spots.length)));
  }

  hide(): void {
    this.open(false);
  }

  private option(spot: Spot, n: number): HTMLElement {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${n}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    write(option, spot.name);
    return option;
  }

  private open(shown: boolean): void {
    this.list.hidden = !shown;
    this.input.setAttribute("aria-expanded", String(shown));
    this.mark(-1);
  }

  private mark(index: number): void {
    this.active = index;
    [...this.list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    const option = this.list.children[index];
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private take(index: number): void {
    const spot = this.spots[index];
    this.hide();
    if (spot) this.chosen(spot);
  }

  private step(by: number): void {
    if (this.list.hidden) this.open(true);
    const count = this.spots.length;
    const from = this.active < 0 && by < 0 ? 0 : this.active;
    this.mark((from + by + count) % count);
  }

  private key(event: KeyboardEvent): void {
    // While Korean is being composed, the keys belong to the letters.
    if (event.isComposing || this.spots.length === 0) return;
    const acts: Record<string, () => void> = { ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1) };
    if (!this.list.hidden) acts["Escape"] = () => this.hide();
    if (this.active >= 0) acts["Enter"] = () => this.take(this.active);
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
