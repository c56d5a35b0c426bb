// Sending what waits, from pages and the worker, exactly once: the key made at tap time goes with each
// try, and the city stores a report once per key. Each report has a turn and a limit of its own, so that
// a line that stalled keeps neither the others nor who wants to delete one.
import { Shelf } from "../core/shelf";
import { alone, asked, change, forget, FORM, FORM_OF_KEEPING, isHeld, picturesOf, waiting, waitingFor, type Waiting, type Why, type Wrong } from "./outbox";

interface Sent {
  key: string;
  page: string;
  at: number;
}

/** The pages of what went lately, for the tab that waits to hear of it. */
const went = new Shelf("madang-sent", "pages", "key");
const LATELY_MS = 86_400_000;
const TOKEN = /name="csrf_token" value="([0-9a-f]+)"/;
const WHO = /name="who" value="([0-9a-f]*)"/;
/** Whom code of earlier versions noted; the city alone can tell who that is. */
const EARLIER = /^[0-9a-f]{8}-/;
const WRONG = /data-wrong-of="(\w+)"><a[^>]*>([^<]*)</g;
const TITLE = /<h1[^>]*>([^<]*)</;
const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#39;": "'", "&#34;": '"' };
/** What the city says of a report that will never do as it is; all else is worth another try. */
const READ = 422;
const REFUSALS = [400, 413, 415, READ];
/** What else it says no to: who is blocked, and a report that another wrote. */
const LEFT: Record<number, Why> = { 403: "blocked", 409: "other" };
const PAGE_MS = 15_000;
/** How long a report may take whatever it weighs, and the bytes a millisecond of the slowest line it
 * still gets through on: a quarter of a slow phone's. What is under way cannot be watched, for a
 * browser calls sent what its own system took. */
const SEND_MS = 20_000;
const SLOWEST = 12.5;

/** `sent`: the page of each key that went; `left`: why others go on waiting. */
export interface Outcome {
  sent: Map<string, string>;
  left: Map<string, Why>;
}

interface Pass {
  token: string;
  who: string;
}

// The form's own page says who is signed in and holds the proof a form must carry.
async function pass(): Promise<Pass | Why> {
  const answer = await fetch(FORM, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PAGE_MS) });
  if (answer.redirected) return "sign-in";
  const page = answer.ok ? await answer.text() : "";
  const token = TOKEN.exec(page)?.[1];
  return token ? { token, who: WHO.exec(page)?.[1] ?? "" } : (LEFT[answer.status] ?? "busy");
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
  return html.replace(/&[^;]+;/g, (one) => ENTITIES[one] ?? one).trim();
}

// The worker has no parser for pages: what is wrong is read from marks the form's page carries.
async function wrongs(answer: Response): Promise<Wrong[]> {
  const page = await answer.text().catch(() => "");
  const found = [...page.matchAll(WRONG)].map(([, field, text]) => ({ field: field ?? "", text: plain(text ?? "") }));
  return found.length > 0 ? found : [{ field: "", text: plain(TITLE.exec(page)?.[1] ?? "") }];
}

async function post(report: Waiting, token: string): Promise<Response> {
  const size = picturesOf(report).reduce((sum, { photo }) => sum + photo.byteLength, 0);
  const signal = AbortSignal.timeout(SEND_MS + size / SLOWEST);
  return fetch("/reports/", { method: "POST", body: body(report, token), signal });
}

/** Send one report; return why it goes on waiting, null where it went or its writer has to look at it. */
async function send(report: Waiting, { token, who }: Pass, sent: Map<string, string>): Promise<Why | null> {
  // From here the city may have it: whether it is one of those near is asked no more.
  if (report.near) await change(report.key, asked);
  const answer = await post(report, token).catch(() => null);
  if (!answer) return "line";
  if (answer.redirected && answer.url.includes("/sign-in")) return "sign-in";
  if (answer.ok && answer.redirected) {
    // Written down before the report is forgotten: what is neither kept nor here was deleted.
    await went.within("readwrite", (store) => store.put({ key: report.key, page: answer.url, at: Date.now() }));
    await forget(report);
    sent.set(report.key, answer.url);
  } else if (answer.ok || REFUSALS.includes(answer.status)) {
    const wrong = await wrongs(answer);
    // What the city has read and did not call another's is the sender's: from here it is known as theirs.
    const own = answer.ok || answer.status === READ ? { who } : {};
    await change(report.key, (one) => (one.at === report.at ? { ...asked(one), ...own, wrong } : one));
  } else return LEFT[answer.status] ?? "busy";
  return null;
}

async function forgetOld(): Promise<void> {
  for (const old of await went.within<Sent[]>("readonly", (store) => store.getAll())) {
    if (Date.now() - old.at > LATELY_MS) await went.within("readwrite", (store) => store.delete(old.key));
  }
}

/** Say whether a report is left for its writer to answer first. */
export type Holds = (report: Waiting) => boolean;

/** Return what says why a report is not sent now, null where it is. */
function reasons(now: Pass | Why, holds?: Holds, only?: string): (report: Waiting) => Why | null {
  return (report) => {
    if ((report.form ?? 1) > FORM_OF_KEEPING) return "busy";
    // Who asks for this one has looked at it.
    if (isHeld(report) && !only) return "held";
    if (holds?.(report)) return "near";
    if (typeof now === "string") return now;
    // What one person wrote is not sent under another's name, nor what nobody signed under any.
    if (!report.who) return "unsigned";
    return report.who === now.who || EARLIER.test(report.who) ? null : "other";
  };
}

/** Send all that waits and is not held, or one of them; rejects where nothing can be kept. */
export async function sendAll(only?: string, holds?: Holds): Promise<Outcome> {
  const outcome: Outcome = { sent: new Map(), left: new Map() };
  const reports = (await waiting()).filter((one) => !one.wrong && (only === undefined || one.key === only));
  if (reports.length === 0) return outcome;
  await forgetOld();
  const now = await pass().catch((): Why => "line");
  const whyNot = reasons(now, holds, only);
  const turn = async (key: string): Promise<Why | null> => {
    const report = await waitingFor(key);
    // Sent, refused or deleted in another's turn.
    if (!report || report.wrong) return null;
    return whyNot(report) ?? send(report, now as Pass, outcome.sent);
  };
  for (const report of reports) {
    // What waits anyway need not wait for a turn.
    const why = whyNot(report) ?? (await alone(report.key, () => turn(report.key)));
    if (why) outcome.left.set(report.key, why);
  }
  return outcome;
}

/** Return the page of a report that another tab or the worker sent; nothing if its writer deleted it. */
export async function pageOf(key: string): Promise<string | undefined> {
  const gone = await went.within<Sent | undefined>("readonly", (store) => store.get(key));
  return gone?.page;
}
