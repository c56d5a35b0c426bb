// Boxes over a picture that say what is to be covered: drawn, moved, sized and taken away by pointer
// or by keyboard. Each is a button: pressed, it covers; pressed again, it does not.

export interface Box {
  kind: "face" | "plate" | "own";
  /** Shares of the picture's width and height. */
  x: number;
  y: number;
  w: number;
  h: number;
  covers: boolean;
}

/** What the boxes say of themselves; "{number}" and the like are filled in. */
export interface Words {
  face: string;
  plate: string;
  own: string;
  on: string;
  off: string;
  /** "{name}: {x} % from the left, {y} % from the top, {w} % wide, {h} % high." */
  at: string;
  gone: string;
}

interface Point {
  x: number;
  y: number;
}

const STEP = 0.01;
const SMALLEST = 0.015;
const A_TAP = 0.012;
const SPEAK_AFTER_MS = 450;
const WAYS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export class Boxes {
  readonly all: Box[] = [];
  private readonly buttons = new Map<Box, HTMLButtonElement>();
  private readonly stop = new AbortController();
  private counts = { face: 0, plate: 0, own: 0 };
  private speaking: ReturnType<typeof setTimeout> | undefined;

  /** `frame` lies exactly over the picture; `changed` is called after each change, `say` speaks. */
  constructor(
    private readonly frame: HTMLElement,
    private readonly words: Words,
    private readonly changed: () => void,
    private readonly say: (text: string) => void,
  ) {
    frame.addEventListener("pointerdown", (event) => this.press(event), { signal: this.stop.signal });
  }

  /** Take every box and every listener away. */
  end(): void {
    this.stop.abort();
    clearTimeout(this.speaking);
    for (const button of this.buttons.values()) button.remove();
  }

  add(place: Omit<Box, "covers">, focus = false): Box {
    const box = { ...place, covers: true };
    this.all.push(box);
    const button = document.createElement("button");
    button.type = "button";
    button.className = `cover cover-${box.kind}`;
    this.counts[box.kind] += 1;
    const name = this.words[box.kind].replace("{number}", String(this.counts[box.kind]));
    button.dataset["name"] = name;
    button.setAttribute("aria-describedby", this.frame.dataset["keys"] ?? "covers-keys");
    button.addEventListener("keydown", (event) => this.key(event, box));
    button.addEventListener("click", (event) => {
      // A click by pointer is seen through its own way, press.
      if (event.detail === 0) this.turn(box);
    });
    this.buttons.set(box, button);
    this.frame.append(button);
    this.draw(box);
    if (focus) button.focus();
    return box;
  }

  /** Put a box of the reporter's own in the middle, ready to be moved. */
  addOwn(): void {
    this.add({ kind: "own", x: 0.4, y: 0.4, w: 0.2, h: 0.15 }, true);
    this.changed();
  }

  setAll(covers: boolean): void {
    for (const box of this.all) {
      box.covers = covers;
      this.draw(box);
    }
    this.changed();
  }

  private turn(box: Box): void {
    box.covers = !box.covers;
    this.draw(box);
    this.changed();
  }

  private remove(box: Box): void {
    const at = this.all.indexOf(box);
    const name = this.buttons.get(box)?.dataset["name"] ?? "";
    this.all.splice(at, 1);
    this.buttons.get(box)?.remove();
    this.buttons.delete(box);
    const next = this.all[Math.min(at, this.all.length - 1)];
    const beside = next ? this.buttons.get(next) : null;
    // Where no box is left, the frame itself holds the place of whoever works by keyboard.
    (beside ?? this.frame).focus();
    this.say(this.words.gone.replace("{name}", name));
    this.changed();
  }

  private draw(box: Box): void {
    const button = this.buttons.get(box);
    if (!button) return;
    const [left, top, width, height] = [box.x, box.y, box.w, box.h].map((share) => `${share * 100}%`);
    Object.assign(button.style, { left, top, width, height });
    const state = box.covers ? this.words.on : this.words.off;
    button.setAttribute("aria-label", state.replace("{name}", button.dataset["name"] ?? ""));
    button.setAttribute("aria-pressed", String(box.covers));
  }

  private key(event: KeyboardEvent, box: Box): void {
    const way = WAYS[event.key];
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(box);
    } else if (way) {
      event.preventDefault();
      if (event.shiftKey) this.size(box, way[0] * STEP, way[1] * STEP);
      else this.move(box, way[0] * STEP, way[1] * STEP);
      this.speakSoon(box);
      this.changed();
    }
  }

  private move(box: Box, x: number, y: number): void {
    box.x = clamp(box.x + x, 0, 1 - box.w);
    box.y = clamp(box.y + y, 0, 1 - box.h);
    this.draw(box);
  }

  private size(box: Box, w: number, h: number): void {
    box.w = clamp(box.w + w, SMALLEST, 1 - box.x);
    box.h = clamp(box.h + h, SMALLEST, 1 - box.y);
    this.draw(box);
  }

  // Said once the keys rest, else every press would be read out.
  private speakSoon(box: Box): void {
    clearTimeout(this.speaking);
    const told = (share: number): string => String(Math.round(share * 100));
    this.speaking = setTimeout(() => {
      const name = this.buttons.get(box)?.dataset["name"] ?? "";
      this.say(this.words.at.replace("{name}", name).replace("{x}", told(box.x))
        .replace("{y}", told(box.y)).replace("{w}", told(box.w)).replace("{h}", told(box.h)));
    }, SPEAK_AFTER_MS);
  }

  private at(event: PointerEvent): Point {
    const area = this.frame.getBoundingClientRect();
    return {
      x: clamp((event.clientX - area.left) / area.width, 0, 1),
      y: clamp((event.clientY - area.top) / area.height, 0, 1),
    };
  }

  // A drag on a box moves it, elsewhere it draws a new one; a tap on a box turns its cover.
  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const from = this.at(event);
    const held = [...this.buttons].find(([, button]) => button === event.target)?.[0];
    if (held) this.buttons.get(held)?.focus();
    const start = held ? { x: held.x, y: held.y } : from;
    let drawn: Box | undefined = held;
    let far = false;
    const drag = (moved: PointerEvent): void => {
      const to = this.at(moved);
      far ||= Math.hypot(to.x - from.x, to.y - from.y) > A_TAP;
      if (!far) return;
      if (held) return this.move(held, start.x + to.x - from.x - held.x, start.y + to.y - from.y - held.y);
      drawn ??= this.add({ kind: "own", x: from.x, y: from.y, w: SMALLEST, h: SMALLEST });
      this.stretch(drawn, from, to);
    };
    const ended = new AbortController();
    const release = (): void => {
      ended.abort();
      if (held && !far) this.turn(held);
      else if (drawn) this.changed();
    };
    this.frame.setPointerCapture(event.pointerId);
    const { signal } = ended;
    this.frame.addEventListener("pointermove", drag, { signal });
    for (const end of ["pointerup", "pointercancel"]) this.frame.addEventListener(end, release, { signal });
  }

  private stretch(box: Box, from: Point, to: Point): void {
    box.x = Math.min(from.x, to.x);
    box.y = Math.min(from.y, to.y);
    box.w = Math.max(Math.abs(to.x - from.x), SMALLEST);
    box.h = Math.max(Math.abs(to.y - from.y), SMALLEST);
    this.draw(box);
  }
}
