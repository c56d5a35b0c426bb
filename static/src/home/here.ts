// "Near me" on the first page: asked only when tapped, kept on this device alone until forgotten.
import { askPlace } from "../core/locate";

const KEPT = "madang.here";
// About a hundred metres: the server need not know the door.
const DIGITS = 3;

class Here {
  private readonly list: HTMLElement | null;
  private readonly ask: HTMLButtonElement | null;
  private readonly forget: HTMLButtonElement | null;
  private readonly before: string;
  /** Where one is, "" where that is not known or was forgotten. */
  private place = "";

  constructor(private readonly root: HTMLElement) {
    this.list = root.querySelector<HTMLElement>("[data-here-list]");
    this.ask = root.querySelector<HTMLButtonElement>("[data-here]");
    this.forget = root.querySelector<HTMLButtonElement>("[data-here-forget]");
    this.before = this.list?.innerHTML ?? "";
  }

  begin(): void {
    this.ask?.addEventListener("click", () => this.find());
    this.forget?.addEventListener("click", () => this.drop());
    const kept = localStorage.getItem(KEPT);
    this.offer(kept === null);
    if (kept !== null) void this.show((this.place = kept));
  }

  private offer(free: boolean): void {
    if (this.ask) this.ask.hidden = !free || !("geolocation" in navigator);
    if (this.forget) this.forget.hidden = free;
  }

  private find(): void {
    if (!this.ask) return;
    const wish = { timeout: 15_000, maximumAge: 600_000 };
    askPlace(
      this.ask,
      this.root.dataset,
      (coords) => {
        const place = this.place = `lat=${coords.latitude.toFixed(DIGITS)}&lon=${coords.longitude.toFixed(DIGITS)}`;
        localStorage.setItem(KEPT, place);
        this.offer(false);
        this.forget?.focus();
        void this.show(place);
      },
      wish,
    );
  }

  private drop(): void {
    localStorage.removeItem(KEPT);
    this.place = "";
    if (this.list) this.list.innerHTML = this.before;
    this.offer(true);
    this.ask?.focus();
  }

  private async show(place: string): Promise<void> {
    // Without a line the city's newest stay, as the server drew them.
    const answer = await fetch(`/near?${place}`).catch(() => null);
    const near = answer?.ok ? await answer.text().catch(() => "") : "";
    // It may have been forgotten meanwhile.
    if (near && this.list && this.place === place) this.list.innerHTML = near;
  }
}

export function start(root: HTMLElement): void {
  new Here(root).begin();
  // What the browser kept of the page may show an answer that was read since.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && document.querySelector(".card-away")) location.reload();
  });
}
