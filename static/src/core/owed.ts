// A reading that is owed: after a change it is done soon, and where it fails it is done again until
// it is there, each time after a longer while. Meanwhile the page is said to be behind.
import type { News } from "./live";
import { isBehind, isCaughtUp } from "./live-state";
import { longer, uneven } from "./pauses";

/** A line on which a reading takes longer has stalled. */
const READ_MS = 20_000;
/** The first pause after a reading that failed, at the least. */
const SHORTEST_MS = 500;
/** The longest pause before what is being filled in is looked at again. */
const FILLED_MS = 16_000;

/** A city that cannot answer now may be asked again; any other answer is one. */
export function isDown({ status }: Response): boolean {
  return status >= 500 || status === 429;
}

/** Return what to call at each occasion; `read` says whether what it read is shown now, and rejects
 * where nothing could be read. One reading at a time: of two under way the older may come last. */
export function owed(read: (signal: AbortSignal) => Promise<boolean>, calmMs: number): (news?: News) => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let pause = calmMs;
  let changes = 0;
  let isFailing = false;
  let isReading = false;
  let isDue = false;
  const plan = (after: number): void => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void run(), after);
  };
  const run = async (): Promise<void> => {
    isDue = isReading;
    if (isReading) return;
    isReading = true;
    const [known, signal] = [changes, AbortSignal.timeout(READ_MS)];
    const done = await read(signal).catch(() => null);
    isReading = false;
    if (done === null && signal.aborted) isBehind(read);
    if (isDue) return run();
    // Where something changed meanwhile, the next reading stands in the plan already.
    if (known !== changes) return;
    // What is being filled in is left as it is, and was read all the same.
    isFailing = done === null;
    if (isFailing) isBehind(read);
    else isCaughtUp(read);
    if (done) return;
    pause = isFailing ? longer(Math.max(pause, SHORTEST_MS)) : Math.min(longer(pause), FILLED_MS);
    plan(uneven(pause));
  };
  return (news) => {
    // What fails stands in the plan already, and is not tried the oftener.
    if (news?.only === (isFailing ? "time" : "back")) return;
    changes += 1;
    pause = calmMs;
    plan(calmMs);
  };
}
