// What happens to a photo between being chosen and being sent: its place and time are offered, faces
// and plates get boxes, the reporter decides, and only then is there a file that may leave.
import { Boxes, type Words } from "./boxes";
import { opened, painted } from "./boxes-paint";
import { lookFor } from "./boxes-sight";
import { takenAt, type Taken } from "./exif";
import type { Seen } from "./faces";

export { offer } from "./exif-offer";

const PAUSE_MS = 250;

/** Given the file that may leave, or null while none may. */
export type Put = (file: File | null) => void;

interface Said extends Words {
  looking: string;
  found: string;
  none: string;
  blind: string;
  unreadable: string;
}

export class PhotoWork {
  /** What the photo tells of place and time, null until it was read. */
  taken: Taken | null = null;
  private boxes: Boxes | null = null;
  private looked = false;
  /** How often the boxes were changed: a picture painted before the last time may not leave. */
  private changes = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private canvas: HTMLCanvasElement | null = null;
  private readonly stop = new AbortController();
  private readonly words: Said;

  /** `root` is the part of the page of this photo alone, `all` what holds the words for each. */
  constructor(private readonly root: HTMLElement, private readonly all: HTMLElement, private readonly put: Put) {
    this.words = JSON.parse(all.dataset["covers"] ?? "{}") as Said;
  }

  /** Do all that needs no answer; the file is there when this is done, unless it must be asked.
   * `told` is called as soon as it is known what the photo tells of place and time. */
  async start(file: File, told: () => void): Promise<void> {
    this.say(this.words.looking);
    this.taken = await takenAt(file);
    if (this.stop.signal.aborted) return;
    told();
    try {
      this.canvas = await opened(file);
    } catch {
      return this.askAsItIs(file);
    }
    if (this.stop.signal.aborted) return;
    this.show(this.canvas);
    const seen = await lookFor(this.canvas, this.all.dataset["worker"] ?? "").catch(() => null);
    if (this.stop.signal.aborted) return;
    for (const place of seen?.places ?? []) this.boxes?.add(place);
    this.tell(seen);
    this.looked = true;
    await this.flush();
  }

  /** Make the file of the boxes as they stand when it is done; none before all was looked for. */
  async flush(): Promise<void> {
    clearTimeout(this.waiting);
    while (this.canvas && this.looked && !this.stop.signal.aborted) {
      const changes = this.changes;
      const file = await painted(this.canvas, this.boxes?.all ?? []);
      if (changes === this.changes) return this.stop.signal.aborted ? undefined : this.put(file);
    }
  }

  end(): void {
    this.stop.abort();
    this.boxes?.end();
    clearTimeout(this.waiting);
  }

  private part(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-covers-${name}]`);
  }

  private hide(name: string, hidden: boolean): void {
    const part = this.part(name);
    if (part) part.hidden = hidden;
  }

  private say(text: string): void {
    const said = this.part("said");
    if (said) said.textContent = text;
  }

  private show(canvas: HTMLCanvasElement): void {
    const frame = this.part("frame");
    if (!frame) return;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", frame.dataset["photo"] ?? "");
    frame.prepend(canvas);
    frame.hidden = false;
    this.hide("acts", false);
    this.boxes = new Boxes(frame, this.words, () => this.later(), (text) => this.say(text));
    const { signal } = this.stop;
    this.part("add")?.addEventListener("click", () => this.boxes?.addOwn(), { signal });
    const all = this.part("all");
    if (!(all instanceof HTMLInputElement)) return;
    all.checked = true;
    all.addEventListener("change", () => this.boxes?.setAll(all.checked), { signal });
  }

  private tell(seen: Seen | null): void {
    if (seen) this.root.dataset["ms"] = String(Math.round(seen.ms));
    if (!seen) return this.say(this.words.blind);
    const count = (kind: string): string => String(seen.places.filter((one) => one.kind === kind).length);
    const text = seen.places.length > 0 ? this.words.found : this.words.none;
    this.say(text.replace("{faces}", count("face")).replace("{plates}", count("plate")));
  }

  // What was true of the file a moment ago is not any more: none may leave until it is made anew.
  private later(): void {
    this.changes += 1;
    this.put(null);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.flush().catch(() => undefined), PAUSE_MS);
  }

  // A kind this browser cannot read (HEIC): it leaves as it is when the reporter says so, else not.
  private askAsItIs(file: File): void {
    this.hide("frame", true);
    this.hide("acts", true);
    this.hide("asis", false);
    this.say(this.words.unreadable);
    const yes = this.part("asis")?.querySelector("input");
    if (!yes) return;
    yes.checked = false;
    yes.addEventListener("change", () => this.put(yes.checked ? file : null), { signal: this.stop.signal });
  }
}
