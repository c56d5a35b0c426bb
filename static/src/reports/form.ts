// The report form as one question a screen. Without this script the same form is one long page.
import { KEPT } from "./kept";
import { Place } from "./place";
import { say } from "../core/toast";

const KEPT_FIELDS = ["category", "text", "place", "lat", "lon", "answer", "idempotency_key"];

class Stepper {
  private at = 0;
  private readonly steps: HTMLElement[];
  private readonly dots: HTMLElement[];

  constructor(
    private readonly root: HTMLElement,
    form: HTMLFormElement,
    private readonly place: Place | null,
  ) {
    this.steps = [...root.querySelectorAll<HTMLElement>("[data-step]")];
    const list = root.querySelector<HTMLElement>("[data-dots]");
    this.dots = this.steps.map(() => document.createElement("li"));
    list?.append(...this.dots);
    if (list) list.hidden = false;
    root.dataset["stepping"] = "on";
    form.noValidate = true;
    this.part("back")?.addEventListener("click", () => history.back());
    this.part("next")?.addEventListener("click", () => void this.forward());
    window.addEventListener("popstate", (event) => {
      this.show(Number((event.state as { step?: number } | null)?.step ?? 0));
    });
    form.addEventListener("submit", (event) => {
      // Enter in a field sends the form; before the last question it only means "next".
      if (this.at === this.steps.length - 1) return;
      event.preventDefault();
      void this.forward();
    });
    const wrong = this.steps.findIndex((step) => step.querySelector(".field-error"));
    const kept = Number((history.state as { step?: number } | null)?.step ?? 0);
    const first = wrong >= 0 ? wrong : kept;
    history.replaceState({ step: first }, "");
    this.show(first, false);
  }

  private part(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-${name}]`);
  }

  private async forward(): Promise<void> {
    const step = this.steps[this.at];
    // Without a line the place cannot be looked up; the server does it when the report arrives.
    if (step?.querySelector("[data-places]")) await this.place?.settle().catch(() => true);
    const fields = step?.querySelectorAll<HTMLInputElement>("input, textarea, select") ?? [];
    for (const field of fields) if (!field.reportValidity()) return;
    history.pushState({ step: this.at + 1 }, "");
    this.show(this.at + 1);
  }

  private show(index: number, focus = true): void {
    this.at = Math.min(Math.max(index, 0), this.steps.length - 1);
    const last = this.at === this.steps.length - 1;
    this.steps.forEach((step, n) => (step.hidden = n !== this.at));
    this.dots.forEach((dot, n) => {
      dot.toggleAttribute("data-done", n < this.at);
      if (n === this.at) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    });
    for (const [name, shown] of [["back", this.at > 0], ["next", !last], ["send", last]] as const) {
      const button = this.part(name);
      if (button) button.hidden = !shown;
    }
    const question = this.steps[this.at]?.querySelector<HTMLElement>("[data-question]");
    if (focus) {
      question?.focus({ preventScroll: true });
      scrollTo({ top: 0 });
    }
  }
}

function keepAnswers(form: HTMLFormElement): void {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, string>;
  const fresh = !form.querySelector(".field-error");
  for (const [name, value] of fresh ? Object.entries(kept) : []) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLInputElement
      || field instanceof HTMLTextAreaElement) field.value = value;
  }
  const key = form.elements.namedItem("idempotency_key");
  if (key instanceof HTMLInputElement && !key.value) key.value = crypto.randomUUID();
  const keep = (): void => {
    const data = new FormData(form);
    const now = KEPT_FIELDS.map((name) => [name, data.get(name)?.toString() ?? ""]);
    sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(now)));
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}

function showPhoto(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const drop = input?.closest<HTMLElement>("[data-photo]");
  const picture = document.createElement("img");
  picture.alt = "";
  input?.addEventListener("change", () => {
    const file = input.files?.[0];
    URL.revokeObjectURL(picture.src);
    if (!file) return picture.remove();
    picture.src = URL.createObjectURL(file);
    drop?.append(picture);
  });
}

function offerLocation(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("[data-locate]");
  if (!button || !("geolocation" in navigator)) return;
  button.hidden = false;
  const put = (name: string, value: number): void => {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value.toFixed(6);
  };
  button.addEventListener("click", () => {
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        put("lat", coords.latitude);
        put("lon", coords.longitude);
        button.removeAttribute("aria-busy");
        form.dispatchEvent(new Event("change"));
        say(button.dataset["found"] ?? "", "good");
      },
      () => {
        button.removeAttribute("aria-busy");
        say(button.dataset["failed"] ?? "", "caution");
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}

// Each kind has its own one more question; without script the label stays general.
function askByKind(form: HTMLFormElement): void {
  const label = form.querySelector<HTMLElement>("[data-questions]");
  if (!label) return;
  const questions = JSON.parse(label.dataset["questions"] ?? "{}") as Record<string, string>;
  const general = label.textContent ?? "";
  const ask = (): void => {
    label.textContent = questions[new FormData(form).get("category")?.toString() ?? ""] ?? general;
  };
  form.addEventListener("change", ask);
  ask();
}

// What was answered stays until the thanks are shown: a send that failed on the way loses nothing.
function sendOnce(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("[data-send]");
    if (event.defaultPrevented) return;
    if (button?.getAttribute("aria-busy")) return event.preventDefault();
    button?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    form.querySelector("[data-send]")?.removeAttribute("aria-busy");
  });
}

export function start(root: HTMLElement): void {
  const form = root.querySelector("form");
  if (!form) return;
  keepAnswers(form);
  showPhoto(form);
  offerLocation(form);
  askByKind(form);
  const typed = form.querySelector<HTMLInputElement>("[data-places]");
  new Stepper(root, form, typed ? new Place(form, typed) : null);
  sendOnce(form);
}
