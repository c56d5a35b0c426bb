// Covering parts of a photo by boxes drawn over it; without script four fields do for one box.
import { Boxes, type Box, type Words } from "../reports/boxes";

const SIDES = ["x", "y", "w", "h"] as const;

function hidden(box: Box): HTMLInputElement[] {
  return SIDES.map((side) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: side, value: box[side].toFixed(4) });
    field.dataset["box"] = "";
    return field;
  });
}

/** The boxes the four fields of each tell: a form that came back has what was drawn. */
function told(form: HTMLFormElement): Omit<Box, "covers">[] {
  return [...form.querySelectorAll("[data-numbers]")].flatMap((row) => {
    const fields = SIDES.map((side) => row.querySelector<HTMLInputElement>(`[name="${side}"]`)?.value ?? "");
    const [x = NaN, y = NaN, w = NaN, h = NaN] = fields.map((text) => (text === "" ? NaN : Number(text)));
    const inside = [x, y, w, h].every((share) => share >= 0 && share <= 1);
    return inside ? [{ kind: "own" as const, x, y, w, h }] : [];
  });
}

/** Let boxes over `photo` be what `form` sends, as soon as its part of the page is open. */
export function drawBoxes(photo: HTMLElement, form: HTMLFormElement): void {
  const act = form.closest("details");
  const part = (name: string): HTMLElement | null => form.querySelector<HTMLElement>(`[data-covers-${name}]`);
  const words = JSON.parse(form.dataset["covers"] ?? "{}") as Words;
  const say = (text: string): void => {
    const said = part("said");
    if (said) said.textContent = text;
  };
  // Outside the folded part the photo is only looked at.
  const start = (): void => {
    if (!act?.open || photo.classList.contains("covers-frame")) return;
    const drawn = told(form);
    for (const field of form.querySelectorAll("[data-numbers]")) field.remove();
    photo.classList.add("covers-frame");
    photo.tabIndex = -1;
    const boxes = new Boxes(photo, words, () => undefined, say);
    for (const box of drawn) boxes.add(box);
    const acts = part("acts");
    if (acts) acts.hidden = false;
    part("add")?.addEventListener("click", () => boxes.addOwn());
    form.addEventListener("submit", (event) => {
      const covering = boxes.all.filter((box) => box.covers);
      if (covering.length === 0) {
        event.preventDefault();
        return boxes.addOwn();
      }
      form.querySelectorAll("[data-box]").forEach((old) => old.remove());
      form.append(...covering.flatMap(hidden));
    });
  };
  act?.addEventListener("toggle", start);
  start();
}
