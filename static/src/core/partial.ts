// Parts of a page that stay true: an element with data-live-room reads itself again when its room
// stirs. The server renders page and part by the same template, so both always agree.
import { join } from "./live";
import { owed } from "./owed";
import { tellSignedOut, watchTyped } from "./typed";

const CALM_MS = 250;
const SIGNED_OUT = 401;

// What a person ticked or stands on outlives the swap.
function swap(part: HTMLElement, fresh: string): void {
  const active = document.activeElement;
  const id = active instanceof HTMLElement && part.contains(active) ? active.id : "";
  const ticked = [...part.querySelectorAll<HTMLInputElement>("input:checked")].map((i) => i.value);
  part.innerHTML = fresh;
  for (const box of part.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) {
    box.checked = ticked.includes(box.value);
  }
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}

// "2 minutes ago" grows older by itself, and a form's token is masked anew each time: no news.
function withoutAges(html: string): string {
  const told = html.replace(/(<time[^>]*>)[^<]*/g, "$1").replace(/(name="csrf_token" value=")[^"]*/g, "$1");
  return told.replace(/\s+/g, " ").trim();
}

/** Words that were typed and not sent yet are kept, also while their writer looks elsewhere. */
function isTyped(field: HTMLInputElement | HTMLTextAreaElement): boolean {
  return field.value !== field.defaultValue;
}

function isBeingFilled(part: HTMLElement): boolean {
  const active = document.activeElement;
  const fields = "input:not([type=checkbox], [type=radio]), textarea";
  if ([...part.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(fields)].some(isTyped)) return true;
  return active !== null && part.contains(active) && active.matches(`${fields}, select`);
}

function glow(part: HTMLElement): void {
  part.classList.remove("glow");
  // Reading the size restarts the animation when two changes follow closely.
  void part.offsetWidth;
  part.classList.add("glow");
}

/** Put a part of what was read into the page; false: it is being filled in and left as it is. */
function renew(part: HTMLElement, page: Document): boolean {
  if (isBeingFilled(part)) return false;
  const twin = part.id ? page.getElementById(part.id) : null;
  // A whole page that does not have the part is none to put in its place.
  if (!twin && page.querySelector("main")) return true;
  const fresh = (twin ?? page.body).innerHTML.trim();
  const changed = withoutAges(fresh) !== withoutAges(part.innerHTML);
  // Who stands on a button keeps it where only an age would grow.
  if (changed || !part.contains(document.activeElement)) swap(part, fresh);
  if (changed) glow(part);
  part.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
  return true;
}

/** Read a source once for all its parts, and say whether all of them are true now. */
async function readAgain(parts: HTMLElement[], source: string): Promise<boolean> {
  const answer = await fetch(source, { headers: { "X-Partial": "1", Accept: "text/html" } });
  tellSignedOut(answer.status === SIGNED_OUT);
  // Who may no longer read it will not by asking again.
  if (!answer.ok) return answer.status < 500 && answer.status !== 429;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return parts.map((part) => renew(part, page)).every(Boolean);
}

function follow(parts: HTMLElement[], room: string, source: string): void {
  join(room, owed(() => readAgain(parts, source), CALM_MS));
}

/** Parts of one room and one source are stirred together, so that they share what is read. */
export function followParts(): void {
  watchTyped();
  const together = new Map<string, { parts: HTMLElement[]; room: string; source: string }>();
  for (const part of document.querySelectorAll<HTMLElement>("[data-live-room]")) {
    const room = part.dataset["liveRoom"] ?? "";
    const source = part.dataset["liveSrc"] ?? location.href;
    const key = `${room} ${source}`;
    const shared = together.get(key) ?? { parts: [], room, source };
    shared.parts.push(part);
    together.set(key, shared);
  }
  for (const { parts, room, source } of together.values()) follow(parts, room, source);
}
