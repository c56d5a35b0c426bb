// Reports that wait for a line. Kept whole in this browser, sent exactly once: the key made at tap
// time goes with each try, and the city stores a report once per key. Runs in pages and the worker.
import { Shelf } from "../core/shelf";

const shelf = new Shelf("madang-reports", "waiting", "key");
const LOCK = "madang.reports";
const FORM = "/reports/new";
const TOKEN = /name="csrf_token" value="([0-9a-f]+)"/;
const WHO = /name="who" value="([0-9a-f-]*)"/;

/** A report as it was filled in. Photos are kept as bytes: some browsers lose blobs. */
export interface Waiting {
  key: string;
  who: string;
  at: number;
  fields: Record<string, string>;
  photo: ArrayBuffer | null;
  type: string;
}
/** `sent`: addresses of new pages; `refused`: keys the city will not take as they are. */
export interface Outcome {
  sent: string[];
  refused: string[];
  left: number;
}

export async function keep(report: Waiting): Promise<void> {
  await shelf.within("readwrite", (store) => store.put(report));
}

export async function forget(key: string): Promise<void> {
  await shelf.within("readwrite", (store) => store.delete(key));
}

export async function waiting(): Promise<Waiting[]> {
  const rows = await shelf.within<Waiting[]>("readonly", (store) => store.getAll());
  return rows.sort((one, other) => one.at - other.at);
}

interface Pass {
  token: string;
  who: string;
}

// The form's own page says who is signed in and holds the proof a form must carry.
async function pass(): Promise<Pass | null> {
  const answer = await fetch(FORM, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return null;
  const page = await answer.text();
  const token = TOKEN.exec(page)?.[1];
  return token ? { token, who: WHO.exec(page)?.[1] ?? "" } : null;
}

function body(report: Waiting, token: string): FormData {
  const data = new FormData();
  data.set("csrf_token", token);
  for (const [name, value] of Object.entries(report.fields)) data.set(name, value);
  if (report.photo) data.set("photo", new Blob([report.photo], { type: report.type }), "photo");
  return data;
}

async function send(report: Waiting, token: string, outcome: Outcome): Promise<void> {
  const answer = await fetch("/reports/", { method: "POST", body: body(report, token) });
  if (answer.ok && answer.redirected && !answer.url.includes("/sign-in")) {
    await forget(report.key);
    outcome.sent.push(answer.url);
  } else if (answer.status === 422 || answer.status === 413 || answer.status === 415) {
    outcome.refused.push(report.key);
  } else {
    outcome.left += 1;
  }
}

async function sendInTurn(): Promise<Outcome> {
  const outcome: Outcome = { sent: [], refused: [], left: 0 };
  const reports = await waiting();
  if (reports.length === 0) return outcome;
  const now = await pass();
  for (const report of reports) {
    // What one person wrote is not sent under another's name.
    if (now && (report.who === "" || report.who === now.who)) await send(report, now.token, outcome);
    else outcome.left += 1;
  }
  return outcome;
}

/** Send all that waits, one page or worker at a time; rejects when the line is down. */
export async function sendAll(): Promise<Outcome> {
  return navigator.locks ? await navigator.locks.request(LOCK, sendInTurn) : sendInTurn();
}
