// A test goes out, and the page says how far it came.
import { ask } from "./keeper";

const LOOK_MS = 400;
const PATIENCE_MS = 30_000;

interface Outcome {
  state: "waiting" | "accepted" | "shown" | "dead";
  error: string;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function say(form: HTMLFormElement, state: string): void {
  const row = form.closest("li");
  for (const text of row?.querySelectorAll<HTMLElement>("[data-said]") ?? []) text.hidden = text.dataset["said"] !== state;
  if (state !== "shown") return;
  for (const chip of row?.querySelectorAll<HTMLElement>("[data-proof]") ?? []) chip.hidden = chip.dataset["proof"] !== "now";
}

async function follow(form: HTMLFormElement): Promise<string> {
  const { message } = (await (await ask(form.action)).json()) as { message: string };
  const end = Date.now() + PATIENCE_MS;
  let state = "waiting";
  while (Date.now() < end) {
    say(form, state);
    if (state === "shown" || state === "dead") return state;
    await wait(LOOK_MS);
    state = ((await (await ask(`/push/messages/${message}`, "GET")).json()) as Outcome).state;
  }
  return "late";
}

async function prove(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button");
  if (button?.ariaDisabled === "true") return;
  if (button) button.ariaDisabled = "true";
  say(form, "waiting");
  try {
    say(form, await follow(form));
  } catch {
    say(form, "failed");
  }
  if (button) button.ariaDisabled = "false";
}

export function installTests(root: HTMLElement): void {
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.dataset["test"]) return;
    event.preventDefault();
    void prove(form);
  });
}
