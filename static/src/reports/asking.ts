// "Before this is sent: is it one of these?", for reports that were written without a line. It is asked
// only where somebody looks, and once: what is not answered then goes at the next occasion.
import { theOne } from "../core/place";
import type { Spot } from "../core/place-list";
import { isBeingAsked, isHeld, note, waiting, type Waiting } from "./outbox";
import { isOwn } from "./reader";
import type { UnsentList } from "./unsent-list";

const NEAR = "/reports/near";
const PLACES = "/reports/api/places";
/** A line on which this takes longer has stalled. */
const LOOK_UP_MS = 5_000;

type Point = { lat: string; lon: string };

// A place typed without a line has no point yet; one that could be several is left to the city.
async function pointOf({ fields }: Waiting): Promise<Point | null> {
  const { lat = "", lon = "", place = "" } = fields;
  if (lat && lon) return { lat, lon };
  if (!place) return null;
  const answer = await fetch(`${PLACES}?${new URLSearchParams({ q: place })}`, { signal: AbortSignal.timeout(LOOK_UP_MS) });
  const found = answer.ok ? ((await answer.json()) as Spot[]) : [];
  const spot = theOne(found, place);
  return spot && { lat: String(spot.lat), lon: String(spot.lon) };
}

/** Return the cards of what lies near a report, nothing if there is none. */
async function cardsFor(report: Waiting): Promise<string> {
  const point = await pointOf(report);
  if (!point) return "";
  const query = new URLSearchParams({ category: report.fields["category"] ?? "", ...point });
  const answer = await fetch(`${NEAR}?${query}`, { signal: AbortSignal.timeout(LOOK_UP_MS) });
  return answer.ok ? (await answer.text()).trim() : "";
}

// With the list the question is asked; on another page it is told of, once.
function isOpen(report: Waiting, list: UnsentList | null): boolean {
  const stage = report.near?.stage;
  return stage === "ask" || (list !== null && (stage === "hinted" || (stage === "shown" && isBeingAsked(report))));
}

/** Ask of each report what is still to be asked; return the keys of those that are held this time. */
export async function askFirst(list: UnsentList | null): Promise<Set<string>> {
  const reports = (await waiting()).filter((one) => isOwn(one) && one.near && !one.wrong && !isHeld(one));
  const held = new Set(reports.filter(isBeingAsked).map((one) => one.key));
  for (const report of reports.filter((one) => isOpen(one, list))) {
    const cards = await cardsFor(report).catch(() => null);
    // What cannot be asked now is asked at the next occasion, and keeps no other.
    if (cards === null) {
      held.add(report.key);
    } else if (!cards) {
      await note(report.key, null);
      held.delete(report.key);
    } else if (!list || list.ask(report, cards)) {
      if (report.near?.stage !== "shown") await note(report.key, list ? "shown" : "hinted");
      held.add(report.key);
    }
  }
  return held;
}
