// Covering part of a photo by drawing a box over it; the four fields stay for the keyboard.

interface Point {
  x: number;
  y: number;
}

const NAMES = ["x", "y", "w", "h"] as const;

function clamp(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}

function put(form: HTMLFormElement, values: readonly number[]): void {
  NAMES.forEach((name, n) => {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = (values[n] ?? 0).toFixed(2);
  });
}

function draw(box: HTMLElement, values: readonly number[]): void {
  const [x = 0, y = 0, w = 0, h = 0] = values.map((share) => share * 100);
  Object.assign(box.style, { left: `${x}%`, top: `${y}%`, width: `${w}%`, height: `${h}%` });
  box.hidden = false;
}

export function drawBoxes(photo: HTMLElement, form: HTMLFormElement): void {
  const box = document.createElement("span");
  box.className = "redact-box";
  box.hidden = true;
  photo.append(box);
  let from: Point | null = null;
  const at = (event: PointerEvent): Point => {
    const area = photo.getBoundingClientRect();
    return {
      x: clamp((event.clientX - area.left) / area.width),
      y: clamp((event.clientY - area.top) / area.height),
    };
  };
  photo.addEventListener("pointerdown", (event) => {
    if (!form.closest("details")?.open) return;
    event.preventDefault();
    from = at(event);
    photo.setPointerCapture(event.pointerId);
  });
  photo.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = at(event);
    const corner = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
    const values = [...corner, Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
    put(form, values);
    draw(box, values);
  });
  photo.addEventListener("pointerup", () => {
    from = null;
  });
}
