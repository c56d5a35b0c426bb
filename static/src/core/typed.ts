// Who was signed out while they typed signs in again, and finds what they typed where it stood: in the
// same tab, and for nobody else.
const TYPED = "madang.typed";
const FIELDS = "textarea, select, input:not([type=hidden], [type=file], [type=password], [type=checkbox], [type=radio])";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** `away`: what was typed did not go anywhere, for one had to sign in. */
interface Typed {
  who: string;
  words: Record<string, string>;
  away: boolean;
}

function fields(): Field[] {
  return [...document.querySelectorAll<Field>(`main :is(${FIELDS})`)];
}

/** The same on the page as it is read again. */
function nameOf(field: Field): string {
  return `${field.form?.getAttribute("action")?.split("?")[0] ?? ""} ${field.id || field.name}`;
}

function isChanged(field: Field): boolean {
  if (!(field instanceof HTMLSelectElement)) return field.value !== field.defaultValue;
  const first = [...field.options].find((one) => one.defaultSelected) ?? field.options[0];
  return field.value !== first?.value;
}

function keep(away: boolean): void {
  const who = document.documentElement.dataset["who"] ?? "";
  const words = Object.fromEntries(fields().filter(isChanged).map((one) => [nameOf(one), one.value]));
  const typed: Typed = { who, words, away };
  if (who && Object.keys(words).length > 0) sessionStorage.setItem(TYPED, JSON.stringify(typed));
}

/** Say that one is signed out, with the way back to here, or that one is not. */
export function tellSignedOut(out: boolean): void {
  const line = document.querySelector<HTMLElement>("[data-signed-out]");
  const link = line?.querySelector("a");
  if (!line || !link) return;
  line.hidden = !out;
  link.href = `/sign-in?${new URLSearchParams({ next: location.pathname + location.search })}`;
  link.onclick = () => keep(true);
}

/** Keep what is typed when it is sent: the city may ask for a sign-in first. */
export function watchTyped(): void {
  document.addEventListener("submit", () => keep(false));
}

/** Put back what was typed before one had to sign in. */
export function bringBack(): void {
  const { who } = document.documentElement.dataset;
  const typed = JSON.parse(sessionStorage.getItem(TYPED) ?? "null") as Typed | null;
  if (!typed || who === undefined) return;
  if (who === "") return sessionStorage.setItem(TYPED, JSON.stringify({ ...typed, away: true }));
  sessionStorage.removeItem(TYPED);
  if (!typed.away || typed.who !== who) return;
  for (const field of fields()) {
    const words = typed.words[nameOf(field)];
    if (words === undefined) continue;
    const act = field.closest("details");
    if (act) act.open = true;
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
