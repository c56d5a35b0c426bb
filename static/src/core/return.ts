// An act sends its page away and it comes back anew, at its top. Whoever pressed a switch or a button
// finds it where it was pressed, and has it in hand to hear or to undo what it did.
const PRESSED = "madang.pressed";
/** The queue and the report form keep their own place; an offer that fades has none. */
const ELSEWHERE = "[data-module=console] *, [data-module=report-form] *, [data-toasts] *";

interface Pressed {
  path: string;
  act: string;
  nth: number;
  of: number;
  name: string;
  value: string;
  y: number;
  top: number;
  ringed: boolean;
}

/** Whom a finger brought here sees no ring where the browser can leave it out. */
type Focus = FocusOptions & { focusVisible: boolean };

function actOf(form: HTMLFormElement): string {
  return new URL(form.getAttribute("action") ?? "", location.href).pathname;
}

function formsOf(act: string): HTMLFormElement[] {
  return [...document.querySelectorAll<HTMLFormElement>("form[method=post]")].filter((form) => actOf(form) === act);
}

function keep(event: SubmitEvent): void {
  const [form, button] = [event.target, event.submitter];
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement)) return;
  if (form.method !== "post" || form.matches(ELSEWHERE)) return;
  const { name, value } = button;
  const [act, top] = [actOf(form), button.getBoundingClientRect().top];
  const alike = formsOf(act);
  const which = { act, nth: alike.indexOf(form), of: alike.length, name, value };
  const pressed: Pressed = { path: location.pathname, ...which, y: scrollY, top, ringed: button.matches(":focus-visible") };
  sessionStorage.setItem(PRESSED, JSON.stringify(pressed));
}

/** The same button on the page as it came back, or the one that stands in its place; none where one of
 * several went, for what stands there now is another's. */
function twinOf({ act, nth, of, name, value }: Pressed): HTMLButtonElement | null {
  const alike = formsOf(act);
  const form = alike.length === of ? alike[nth] : undefined;
  const buttons = [...(form?.querySelectorAll<HTMLButtonElement>("button:not([type=button])") ?? [])];
  return buttons.find((one) => one.name === name && one.value === value) ?? buttons[0] ?? null;
}

function goBack(): void {
  const pressed = JSON.parse(sessionStorage.getItem(PRESSED) ?? "null") as Pressed | null;
  sessionStorage.removeItem(PRESSED);
  // What the city has to say about the act comes first.
  if (pressed?.path !== location.pathname || location.hash || document.querySelector("main [autofocus]")) return;
  const twin = twinOf(pressed);
  if (!twin) return;
  scrollTo(0, pressed.y);
  scrollBy(0, twin.getBoundingClientRect().top - pressed.top);
  twin.focus({ preventScroll: true, focusVisible: pressed.ringed } as Focus);
}

export function returnToWhatWasPressed(): void {
  document.addEventListener("submit", keep);
  goBack();
}
