// Reports that wait for a line, kept whole in this browser. Runs in pages and the worker.
import { Shelf } from "../core/shelf";

const shelf = new Shelf("madang-kept", "waiting", "key");
/** Where the version before kept reports. Its worker may still run, knows this place alone, and would
 * send one photo of several: nothing is kept here any more, and what is here moves on. */
const before = new Shelf("madang-reports", "waiting", "key");
/** What this code can send whole; a report kept in a later form is left to later code. */
export const FORM_OF_KEEPING = 2;
/** Not the key of any report. */
const MOVING = "moving";
/** The form's own page, which says who is signed in. */
export const FORM = "/reports/new";
const CALM_MS = 60_000;
/** How long a report stands open in the form before that has to be said again. */
export const LEASE_MS = 300_000;

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
  await alone(MOVING, moveOn);
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
  return !!near && near.stage !== "ask" && Math.abs(Date.now() - near.at) < CALM_MS;
}

/** Say whether its writer is looking at it: a clock set back since makes no longer hold than there is. */
export function isHeld({ held = 0 }: Waiting): boolean {
  return held > Date.now() && held <= Date.now() + LEASE_MS;
}

/** Hold a report for so long that it does not go by itself; return it, or nothing if it is gone. */
export function hold(key: string, ms: number): Promise<Waiting | undefined> {
  return change(key, (report) => ({ ...report, held: Date.now() + ms }));
}

/** Sign a report nobody signed and hold it for a look; return it, or nothing if it is gone. */
export function claim(key: string, who: string): Promise<Waiting | undefined> {
  return change(key, (report) =>
    report.who === "" ? { ...report, who, held: Date.now() + CALM_MS } : report);
}

/** Note how far that question has come, null when it is over; nothing if the report is gone. */
export function note(key: string, stage: Near["stage"] | null, join?: string): Promise<void> {
  return alone(key, async () => {
    const report = await waitingFor(key);
    if (!report?.near) return;
    const fields = join === undefined ? report.fields : { ...report.fields, join };
    await keep({ ...asked(report), fields, ...(stage && { near: { stage, at: Date.now() } }) });
  });
}

/** What a report is once the question about those near is over. */
export function asked({ near: _near, ...report }: Waiting): Waiting {
  return report;
}

/** Change a report where it stands; return it as it is then, nothing if it is gone. */
export function change(key: string, changed: (report: Waiting) => Waiting): Promise<Waiting | undefined> {
  return shelf.change(key, changed);
}

/** Let go of a report; not of what its writer corrected since it was read. */
export async function forget({ key, at }: Waiting): Promise<void> {
  await shelf.change<Waiting>(key, (one) => (one.at === at ? undefined : one));
}

/** Work on one report while no other page or worker does, so that it is neither deleted nor sent in the
 * middle of being sent; others go on meanwhile. */
export async function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return work();
  // The lock gives back what the work gives; its type knows that only of plain values.
  return (await navigator.locks.request(`madang.reports.${key}`, work)) as T;
}

/** Take a report back; return it, or nothing if it was sent meanwhile. */
export function takeBack(key: string): Promise<Waiting | undefined> {
  return alone(key, async () => {
    const report = await waitingFor(key);
    if (report) await forget(report);
    return report;
  });
}
