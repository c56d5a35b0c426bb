// Reports that wait for a line. Kept whole in this browser, sent exactly once: the key made at tap
// time goes with each try, and the city stores a report once per key. Runs in pages and the worker.
import { Shelf } from "../core/shelf";

const shelf = new Shelf("madang-kept", "waiting", "key");
/** Where the version before kept reports. Its worker may still run, knows this place alone, and would
 * send one photo of several: nothing is kept here any more, and what is here moves on. */
const before = new Shelf("madang-reports", "waiting", "key");
interface Sent {
  key: string;
  page: string;
  at: number;
}

/** The pages of what went lately, for the tab that waits to hear of it. */
const went = new Shelf("madang-sent", "pages", "key");
const LATELY_MS = 86_400_000;
/** What this code can send whole; a report kept in a later form is left to later code. */
export const FORM_OF_KEEPING = 2;
const LOCK = "madang.reports";
const MOVING = "madang.reports.moving";
const FORM = "/reports/new";
const TOKEN = /name="csrf_token" value="([0-9a-f]+)"/;
const WHO = /name="who" value="([0-9a-f]*)"/;
/** Whom code of earlier versions noted; the city alone can tell who that is. */
const EARLIER = /^[0-9a-f]{8}-/;
const WRONG = /data-wrong-of="(\w+)"><a[^>]*>([^<]*)</g;
const TITLE = /<h1[^>]*>([^<]*)</;
const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#39;": "'", "&#34;": '"' };
/** What the city says of a report that will never do as it is; all else is worth another try. */
const REFUSALS = [400, 413, 415, 422];
const BLOCKED = 403;
const ANOTHER = 409;
const CALM_MS = 60_000;

/** Why a report waits: no line, nobody or someone else signed in, nobody known who wrote it, its writer
 * blocked, not taken now, a question to its writer, its writer looking at it. */
export type Why = "line" | "sign-in" | "other" | "unsigned" | "blocked" | "busy" | "near" | "held";

/** What the city does not take, and at which field; no field where it speaks of the whole. */
export interface Wrong {
  field: string;
  text: string;
}

/** A photo as bytes: some browsers lose blobs. */
export interface Picture {
  photo: ArrayBuffer;
  type: string;
}

/** To be asked, told of on some page, or asked beside the report; `at` says since when. */
export interface Near {
  stage: "ask" | "hinted" | "shown";
  at: number;
}

/** A report as it was filled in; the first photo stands where the only one stood once. `who` is empty
 * where it was written before anybody was known here. */
export interface Waiting {
  key: string;
  who: string;
  at: number;
  fields: Record<string, string>;
  photo: ArrayBuffer | null;
  type: string;
  further?: Picture[];
  /** The form it is kept in; none is the first. */
  form?: number;
  /** Whether it is one of those near could not be asked without a line, and how far that has come since. */
  near?: Near;
  /** The city refused it for this; it is not sent again before its writer has looked at it. */
  wrong?: Wrong[];
  /** Its writer is looking at it: until then it does not go by itself. */
  held?: number;
}

/** `sent`: the page of each key that went; `refused`: keys that need a look; `left`: the others. */
export interface Outcome {
  sent: Map<string, string>;
  refused: string[];
  left: Map<string, Why>;
}

/** Return the photos of a report that waits, in their order. */
export function picturesOf({ photo, type, further }: Waiting): Picture[] {
  return photo ? [{ photo, type }, ...(further ?? [])] : [];
}

export async function keep(report: Waiting): Promise<void> {
  await shelf.within("readwrite", (store) => store.put(report));
}

// Each time, for a page of the version before may still be open. Put first and then taken away: whatever ends this in between leaves the report, under the same key.
async function moveOn(): Promise<void> {
  for (const report of await before.within<Waiting[]>("readonly", (store) => store.getAll())) {
    await keep(report);
    await before.within("readwrite", (store) => store.delete(report.key));
  }
}

export async function waiting(): Promise<Waiting[]> {
  await (navigator.locks ? navigator.locks.request(MOVING, moveOn) : moveOn());
  const rows = await shelf.within<Waiting[]>("readonly", (store) => store.getAll());
  return rows.sort((one, other) => one.at - other.at);
}

export async function waitingFor(key: string): Promise<Waiting | undefined> {
  return shelf.within<Waiting | undefined>("readonly", (store) => store.get(key));
}

/** Where a report that needs a look is opened, with all that was told. */
export function formOf(key: string): string {
  return `${FORM}?${new URLSearchParams({ waiting: key })}`;
}

/** Say whether the question about those near was put a moment ago: it stands so long without an answer. */
export function isBeingAsked({ near }: Waiting): boolean {
  return near !== undefined && near.stage !== "ask" && Date.now() - near.at < CALM_MS;
}

/** Say whether its writer is looking at it. */
export function isHeld({ held = 0 }: Waiting): boolean {
  return held > Date.now();
}

/** Sign a report nobody signed and hold it for a look; return it, or nothing if it is gone. */
export function claim(key: string, who: string): Promise<Waiting | undefined> {
  return shelf.change<Waiting>(key, (report) =>
    report.who === "" ? { ...report, who, held: Date.now() + CALM_MS } : report);
}

/** Note how far that question has come, null when it is over; nothing if the report is gone. */
export function note(key: string, stage: Near["stage"] | null, join?: string): Promise<void> {
  return alone(async () => {
    const report = await waitingFor(key);
    if (!report?.near) return;
    const fields = join === undefined ? report.fields : { ...report.fields, join };
    await keep({ ...asked(report), fields, ...(stage && { near: { stage, at: Date.now() } }) });
  });
}

async function forget(key: string): Promise<void> {
  await shelf.within("readwrite", (store) => store.delete(key));
}

// One page or worker at a time, so that nothing is deleted, or sent, in the middle of being sent.
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return work();
  // The lock gives back what the work gives; its type knows that only of plain values.
  return (await navigator.locks.request(LOCK, work)) as T;
}

/** Take a report back; return it, or nothing if it was sent meanwhile. */
export function takeBack(key: string): Promise<Waiting | undefined> {
  return alone(async () => {
    const report = await waitingFor(key);
    if (report) await forget(key);
    return report;
  });
}

interface Pass {
  token: string;
  who: string;
}

// The form's own page says who is signed in and holds the proof a form must carry.
async function pass(): Promise<Pass | Why> {
  const answer = await fetch(FORM, { headers: { Accept: "text/html" } });
  if (answer.redirected) return "sign-in";
  if (answer.status === BLOCKED) return "blocked";
  const page = answer.ok ? await answer.text() : "";
  const token = TOKEN.exec(page)?.[1];
  return token ? { token, who: WHO.exec(page)?.[1] ?? "" } : "busy";
}

function body(report: Waiting, token: string): FormData {
  const data = new FormData();
  data.set("csrf_token", token);
  // Another may have signed in since the form's page was read: the city takes it from its writer alone.
  data.set("who", report.who);
  for (const [name, value] of Object.entries(report.fields)) data.set(name, value);
  for (const { photo, type } of picturesOf(report)) data.append("photo", new Blob([photo], { type }), "photo");
  return data;
}

function plain(html: string): string {
  return html.replace(/&(amp|lt|gt|#39|#34);/g, (one) => ENTITIES[one] ?? one).trim();
}

// The worker has no parser for pages: what is wrong is read from marks the form's page carries.
async function wrongs(answer: Response): Promise<Wrong[]> {
  const page = await answer.text().catch(() => "");
  const found = [...page.matchAll(WRONG)].map(([, field, text]) => ({ field: field ?? "", text: plain(text ?? "") }));
  return found.length > 0 ? found : [{ field: "", text: plain(TITLE.exec(page)?.[1] ?? "") }];
}

async function post(report: Waiting, token: string): Promise<Response> {
  return fetch("/reports/", { method: "POST", body: body(report, token) });
}

function asked({ near: _near, ...report }: Waiting): Waiting {
  return report;
}

const LEAVES: Record<number, Why> = { [BLOCKED]: "blocked", [ANOTHER]: "other" };

async function send(report: Waiting, token: string, outcome: Outcome): Promise<void> {
  // From here the city may have it: whether it is one of those near is asked no more.
  if (report.near) await keep(asked(report));
  const answer = await post(report, token);
  const barred = answer.redirected && answer.url.includes("/sign-in");
  if (answer.ok && answer.redirected && !barred) {
    // Written down before the report is forgotten: what is neither kept nor here was deleted.
    await went.within("readwrite", (store) => store.put({ key: report.key, page: answer.url, at: Date.now() }));
    await forget(report.key);
    outcome.sent.set(report.key, answer.url);
  } else if ((answer.ok && !barred) || REFUSALS.includes(answer.status)) {
    await keep({ ...asked(report), wrong: await wrongs(answer) });
    outcome.refused.push(report.key);
  } else {
    outcome.left.set(report.key, barred ? "sign-in" : (LEAVES[answer.status] ?? "busy"));
  }
}

async function sendInTurn(holds: Holds, only?: string): Promise<Outcome> {
  const outcome: Outcome = { sent: new Map(), refused: [], left: new Map() };
  const reports = (await waiting()).filter((one) => !one.wrong && (only === undefined || one.key === only));
  if (reports.length === 0) return outcome;
  for (const old of await went.within<Sent[]>("readonly", (store) => store.getAll())) {
    if (Date.now() - old.at > LATELY_MS) await went.within("readwrite", (store) => store.delete(old.key));
  }
  const now = await pass();
  for (const report of reports) {
    if ((report.form ?? 1) > FORM_OF_KEEPING) outcome.left.set(report.key, "busy");
    else if (isHeld(report) && only === undefined) outcome.left.set(report.key, "held");
    else if (holds(report)) outcome.left.set(report.key, "near");
    else if (typeof now === "string") outcome.left.set(report.key, now);
    // What one person wrote is not sent under another's name, nor what nobody signed under any.
    else if (report.who === "") outcome.left.set(report.key, "unsigned");
    else if (report.who !== now.who && !EARLIER.test(report.who)) outcome.left.set(report.key, "other");
    else await send(report, now.token, outcome);
  }
  return outcome;
}

/** Say whether a report is left for its writer to answer first. */
export type Holds = (report: Waiting) => boolean;
const NONE: Holds = () => false;

/** Send all that waits and is not held, or one of them; rejects when the line is down. */
export function sendAll(only?: string, holds = NONE): Promise<Outcome> {
  return alone(() => sendInTurn(holds, only));
}

/** Return the page of a report that another tab or the worker sent; nothing if its writer deleted it. */
export async function pageOf(key: string): Promise<string | undefined> {
  const gone = await went.within<Sent | undefined>("readonly", (store) => store.get(key));
  return gone?.page;
}
