// Parts of a page that stay true: an element with data-live-room reads itself again when its room
// stirs. The server renders page and part by the same template, so both always agree.
import { join } from "./live";
import { isDown, owed } from "./owed";
import { read, renewed } from "./swap";
import { tellRefused } from "./typed";

const CALM_MS = 250;
const SAID_MS = 8000;
const SIGNED_OUT = 401;
const LAPSED = "[data-code=role_unconfirmed]";

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

// What is new is read out once and alone, not the whole part with it.
function tell(part: HTMLElement): void {
  const line = document.querySelector("[data-aloud-line]");
  const news = part.querySelector(part.dataset["aloud"] || "*")?.textContent?.replace(/\s+/g, " ").trim();
  if (!line || part.dataset["aloud"] === undefined || !news) return;
  const said = document.createElement("p");
  said.textContent = news;
  line.append(said);
  setTimeout(() => said.remove(), SAID_MS);
}

/** Put a part of what was read into the page; false: it is being filled in and left as it is. */
function renew(part: HTMLElement, page: HTMLElement): boolean {
  if (isBeingFilled(part)) return false;
  const twin = part.id ? page.querySelector<HTMLElement>(`#${part.id}`) : null;
  // A whole page that does not have the part is none to put in its place.
  if (!twin && page.querySelector("main")) return true;
  if (renewed(part, twin ?? page)) {
    glow(part);
    tell(part);
  }
  part.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
  return true;
}

/** Read a source once for all its parts, and say whether all of them are true now. */
async function readAgain(parts: HTMLElement[], source: string, signal: AbortSignal): Promise<boolean> {
  const answer = await fetch(source, { signal, headers: { "X-Partial": "1", Accept: "text/html" } });
  if (isDown(answer)) throw new Error(String(answer.status));
  const page = read(await answer.text());
  tellRefused(answer.status === SIGNED_OUT ? "signed-out" : page.querySelector(LAPSED) ? "lapsed" : "");
  // Who may no longer read it will not by asking again.
  if (!answer.ok) return true;
  return parts.map((part) => renew(part, page)).every(Boolean);
}

function follow(parts: HTMLElement[], room: string, source: string): void {
  join(room, owed((signal) => readAgain(parts, source, signal), CALM_MS));
}

/** Parts of one room and one source are stirred together, so that they share what is read. */
export function followParts(): void {
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
