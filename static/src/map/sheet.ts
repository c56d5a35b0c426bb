// The bottom sheet: three stops by grip, drag or key; its list is the map in words.
import { read, renewed } from "../core/swap";

const STOPS = ["peek", "half", "full"] as const;
const DRAG_FROM = 6;

type Stop = (typeof STOPS)[number];

export class Sheet {
  private readonly body: HTMLElement | null;
  private dragged = false;

  constructor(private readonly root: HTMLElement) {
    this.body = root.querySelector<HTMLElement>("[data-sheet-body]");
    const grip = root.querySelector<HTMLElement>("[data-sheet-grip]");
    grip?.addEventListener("click", () => {
      // The click that ends a drag is no tap.
      if (!this.dragged) this.step(this.stop === "full" ? -2 : 1);
    });
    grip?.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.step(by);
    });
    const head = root.querySelector<HTMLElement>("[data-sheet-head]");
    if (head) this.drag(head);
  }

  /** Put what the server wrote for the part of the city in sight. */
  fill(html: string): void {
    if (this.body) renewed(this.body, read(html));
  }

  /** Bring the list into sight and into the hands of who reads it by key. */
  read(): void {
    if (this.stop === "peek") this.step(1);
    this.body?.focus();
  }

  private get stop(): Stop {
    return (this.root.dataset["stop"] as Stop | undefined) ?? "half";
  }

  private step(by: number): void {
    const index = STOPS.indexOf(this.stop) + by;
    this.root.dataset["stop"] = STOPS[Math.min(Math.max(index, 0), STOPS.length - 1)];
  }

  private drag(head: HTMLElement): void {
    let from: { y: number; height: number } | null = null;
    const grip = head.querySelector<HTMLElement>("[data-sheet-grip]");
    head.addEventListener("pointerdown", (event) => {
      // Beside the map, where no grip is shown, the sheet has one height.
      if (grip?.offsetParent === null) return;
      from = { y: event.clientY, height: this.root.offsetHeight };
    });
    window.addEventListener("pointermove", (event: PointerEvent) => {
      if (!from || Math.abs(event.clientY - from.y) < DRAG_FROM) return;
      this.root.dataset["dragging"] = "on";
      this.root.style.height = `${from.height + from.y - event.clientY}px`;
    });
    window.addEventListener("pointerup", (event: PointerEvent) => {
      this.dragged = from !== null && this.root.dataset["dragging"] !== undefined;
      if (from && this.dragged) this.settle(from.height + from.y - event.clientY);
      from = null;
      setTimeout(() => (this.dragged = false));
    });
    window.addEventListener("pointercancel", () => {
      from = null;
      this.release();
    });
  }

  private settle(height: number): void {
    const share = height / (this.root.parentElement?.offsetHeight ?? innerHeight);
    this.release();
    this.root.dataset["stop"] = share < 0.28 ? "peek" : share < 0.66 ? "half" : "full";
  }

  private release(): void {
    delete this.root.dataset["dragging"];
    this.root.style.removeProperty("height");
  }
}
