// Who was signed out while they typed signs in again, and finds what they typed where it stood: in the
// same tab, and for nobody else.
const TYPED = "madang.typed";
const FIELDS = "textarea, select, input:not([type=hidden], [type=file], [type=checkbox], [type=radio])";
/** What is nobody's to keep: it lets someone in, or leads to them. */
const NEVER = "[type=password], [type=email], [autocomplete=one-time-code]";
/** The report form keeps its own answers. */
const KEPT_ELSEWHERE = "[data-module=report-form] *";
const SIGN_IN = "/sign-in";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Words = Record<string, string>;

/** `sent`: went with a form, and the next page shows whether it arrived. `away`: went nowhere, for one
 * had to sign in; it waits for its own page. */
interface Typed {
  who: string;
  sent: Words;
  away: Words;
}

/** What a search asks stands in its address. */
function isPosted({ form }: Field): boolean {
  return form?.getAttribute("method")?.toLowerCase() === "post";
}

function fields(): Field[] {
  return [...document.querySelectorAll<Field>(`main :is(${FIELDS}):not(${NEVER}, ${KEPT_ELSEWHERE})`)].filter(isPosted);
}

/** The same on the page as it is read again, in whichever list it stands open. */
function nameOf(field: Field): string {
  const { pathname, searchParams } = new URL(field.form?.getAttribute("action") ?? "", location.href);
  return `${pathname} ${searchParams.get("id") ?? ""} ${field.id || field.name}`;
}

/** Which state of things the words answer: the city holds back what was written before it changed. */
function seenBeside({ form }: Field): HTMLInputElement | null {
  return form?.querySelector<HTMLInputElement>("input[name=seen]") ?? null;
}

/** The field and what is kept with it. */
function withSeen(field: Field): Field[] {
  const seen = seenBeside(field);
  return seen ? [field, seen] : [field];
}

function isChanged(field: Field): boolean {
  if (!(field instanceof HTMLSelectElement)) return field.value !== field.defaultValue;
  const first = [...field.options].find((one) => one.defaultSelected) ?? field.options[0];
  return field.value !== first?.value;
}

function kept(): Typed | null {
  const typed = JSON.parse(sessionStorage.getItem(TYPED) ?? "null") as Partial<Typed> | null;
  // A tab may still hold what an earlier version kept.
  return typed?.who && typed.sent && typed.away ? (typed as Typed) : null;
}

function hold(typed: Typed): void {
  if (Object.keys({ ...typed.sent, ...typed.away }).length > 0) sessionStorage.setItem(TYPED, JSON.stringify(typed));
  else sessionStorage.removeItem(TYPED);
}

function keep(as: "sent" | "away"): void {
  const who = document.documentElement.dataset["who"] ?? "";
  if (!who) return;
  const before = kept();
  const typed: Typed = { who, sent: {}, away: before?.who === who ? before.away : {} };
  // As this page stands now it counts, not as it once was.
  for (const one of fields().flatMap(withSeen)) delete typed.away[nameOf(one)];
  for (const one of fields().filter(isChanged).flatMap(withSeen)) typed[as][nameOf(one)] = one.value;
  hold(typed);
}

/** Say why the city tells this page no more, with the way back to here: one is signed out, or what one
 * may do has to be confirmed; or that it does tell it. */
export function tellRefused(why: "signed-out" | "lapsed" | ""): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-signed-out], [data-lapsed]")) {
    line.hidden = !why || !line.hasAttribute(`data-${why}`);
    const link = line.querySelector("a");
    if (!link) continue;
    link.search = String(new URLSearchParams({ next: location.pathname + location.search }));
    link.onclick = () => keep("away");
  }
}

/** Keep what is typed when it is sent: the city may ask for a sign-in first. */
export function watchTyped(): void {
  document.addEventListener("submit", (event) => {
    // What a script of its own sends is its own to keep.
    if (!event.defaultPrevented) keep("sent");
  });
}

function putBack(field: Field, words: string): void {
  const isGone = field instanceof HTMLSelectElement && ![...field.options].some(({ value }) => value === words);
  // The city offers that no more: what it offers now stays chosen.
  if (isGone) return;
  const act = field.closest("details");
  if (act) act.open = true;
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Say whether this page stands where the answer to a form would: one must sign in first. */
function isAskedToSignIn(who: string): boolean {
  return who === "" ? location.pathname.startsWith(SIGN_IN) : document.querySelector("[data-code=role_unconfirmed]") !== null;
}

/** Put back what was typed before one had to sign in; what has another page waits for that. */
export function bringBack(): void {
  const { who } = document.documentElement.dataset;
  if (who === undefined) return;
  const typed = kept();
  if (!typed || (who && typed.who !== who)) return sessionStorage.removeItem(TYPED);
  if (isAskedToSignIn(who)) typed.away = { ...typed.away, ...typed.sent };
  typed.sent = {};
  for (const field of who ? fields() : []) {
    const [name, words] = [nameOf(field), typed.away[nameOf(field)]];
    if (words === undefined) continue;
    delete typed.away[name];
    putBack(field, words);
    const seen = seenBeside(field);
    if (seen) seen.value = typed.away[nameOf(seen)] ?? seen.value;
  }
  for (const seen of fields().map(seenBeside)) if (seen) delete typed.away[nameOf(seen)];
  hold(typed);
}
