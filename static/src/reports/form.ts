// The report form: what its first question needs is here, in one file that the page asks for with its
// style; all that later questions need (later.ts) comes while the first is answered.
import { forgetKept, keepAnswers } from "./kept";
import type { Later } from "./later";
import { Photos } from "./photo";
import { Stepper } from "./stepper";

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

// The map weighs more than the rest of the page together: it comes when its question is asked.
function bringMap(form: HTMLFormElement): void {
  const picker = form.querySelector<HTMLElement>("[data-script]");
  picker?.closest("[data-step]")?.addEventListener(
    "shown",
    () => {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = picker.dataset["style"] ?? "";
      document.head.append(style);
      import(picker.dataset["script"] ?? "").catch(() => {
        // Without a line there is no map; a typed place does as well.
      });
    },
    { once: true },
  );
}

// What later questions need, brought once; where the line was gone, asked for again when needed.
function bringer(form: HTMLFormElement): () => Promise<Later> {
  let brought: Promise<Later> | null = null;
  const bring = async (): Promise<Later> => new (await import("./later")).Later(form, () => forgetKept(form));
  return () =>
    (brought ??= bring().catch((wrong: unknown) => {
      brought = null;
      throw wrong;
    }));
}

const WHO = "madang.who";

// The form kept for the time without a line knows nobody: it is filled in by who was here last.
function sign(form: HTMLFormElement): void {
  const field = form.elements.namedItem("who");
  if (field instanceof HTMLInputElement && !field.value) field.value = localStorage.getItem(WHO) ?? "";
}

/** On a line that stalled what later questions need may never come: the form goes on without it. */
const NEXT_MS = 5_000;
const SEND_MS = 20_000;

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error("too slow")), ms));
  return Promise.race([work, late]);
}

// The code that sends comes behind the first question. Where it cannot come, or nothing can be kept
// (a private window), the form goes the plain way.
function sendSurely(form: HTMLFormElement, later: () => Promise<Later>, ready: () => Promise<void>): void {
  const button = form.querySelector("[data-send]");
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (button?.getAttribute("aria-busy")) return;
    button?.setAttribute("aria-busy", "true");
    // The photo may still be worked on.
    ready().then(() => within(SEND_MS, later())).then((all) => all.send()).catch(() => form.submit());
  });
}

export async function start(root: HTMLElement): Promise<void> {
  const form = root.querySelector("form");
  if (!form) return;
  // Whether it is one of those near is asked here, by a question of its own.
  form.querySelector("[name=join]")?.remove();
  sign(form);
  const later = bringer(form);
  later().catch(() => undefined);
  const photos = new Photos(form);
  const opened = new URLSearchParams(location.search).has("waiting");
  const again = opened ? await later().then((all) => all.reopened()).catch(() => null) : null;
  if (again) photos.add(again, true);
  keepAnswers(form);
  askByKind(form);
  bringMap(form);
  new Stepper(root, form, async (step) => {
    if (step.querySelector("[type=file]")) await photos.settled();
    else await (await within(NEXT_MS, later())).leave(step);
  });
  sendSurely(form, later, () => photos.settled());
}
