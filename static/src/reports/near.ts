// "Is it one of these?": reports of the same kind close by, and one tap to join one.
/** A line on which it takes longer has stalled: what is asked, and what is done. */
const LOOK_UP_MS = 5_000;
const JOIN_MS = 15_000;
const SIGN_IN = "/sign-in";

function value(form: HTMLFormElement, name: string): string {
  return new FormData(form).get(name)?.toString() ?? "";
}

/** Fill the question of `step` with what lies near; it has something to ask if it found any. */
export async function lookNear(form: HTMLFormElement, step: HTMLElement, forget: () => void): Promise<void> {
  delete step.dataset["found"];
  delete step.dataset["asked"];
  const query = new URLSearchParams();
  for (const name of ["category", "lat", "lon"]) query.set(name, value(form, name));
  if ([...query.values()].includes("")) return;
  const answer = await fetch(`${step.dataset["near"]}?${query}`, { signal: AbortSignal.timeout(LOOK_UP_MS) });
  if (answer.ok) step.dataset["asked"] = "";
  const list = step.querySelector("[data-near-list]");
  const html = answer.ok ? (await answer.text()).trim() : "";
  if (!list || !html) return;
  list.innerHTML = html;
  step.dataset["found"] = "on";
  // "It is this one" alone does not say which.
  list.querySelectorAll("h3").forEach((title, n) => {
    title.id = `near-${n}`;
    title.closest("li")?.querySelector("[data-join]")?.setAttribute("aria-describedby", title.id);
  });
  for (const button of list.querySelectorAll<HTMLButtonElement>("[data-join]")) {
    button.addEventListener("click", () => void joinReport(form, button, forget));
  }
}

async function joinReport(form: HTMLFormElement, button: HTMLButtonElement, forget: () => void): Promise<void> {
  const page = button.dataset["join"] ?? "";
  button.setAttribute("aria-busy", "true");
  const body = new URLSearchParams({ csrf_token: value(form, "csrf_token") });
  try {
    const answer = await fetch(`${page}/follow`, { method: "POST", body, signal: AbortSignal.timeout(JOIN_MS) });
    // Nobody follows yet: who signs in comes to the report's page, and what was begun here stays.
    if (answer.redirected && new URL(answer.url).pathname === SIGN_IN) return location.assign(answer.url);
    if (!answer.ok) throw new Error(String(answer.status));
    forget();
    location.assign(`${page}?joined=1`);
  } catch {
    button.removeAttribute("aria-busy");
    // The report's own page says what is wrong, and has the same button.
    location.assign(page);
  }
}
