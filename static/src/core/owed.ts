// A reading that is owed: after a change it is done soon, and where it fails it is done again until
// it is there, each time after a longer while. Meanwhile the page is said to be behind.
import { isBehind, isCaughtUp } from "./live-state";

const LONGEST_MS = 16_000;

/** A city that cannot answer now may be asked again; any other answer is one. */
export function isDown({ status }: Response): boolean {
  return status >= 500 || status === 429;
}

/** Return what to call at each change; `read` says whether what it read is shown now, and rejects
 * where nothing could be read. */
export function owed(read: () => Promise<boolean>, calmMs: number): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let pause = calmMs;
  let changes = 0;
  const plan = (after: number): void => {
    clearTimeout(waiting);
    pause = after;
    waiting = setTimeout(() => void run(), after);
  };
  const run = async (): Promise<void> => {
    const known = changes;
    const done = await read().catch(() => null);
    // Where something changed meanwhile, the next reading stands in the plan already.
    if (known !== changes) return;
    // What is being filled in is left as it is, and was read all the same.
    if (done === null) isBehind(read);
    else isCaughtUp(read);
    if (!done) plan(Math.min(pause * 2, LONGEST_MS));
  };
  return () => {
    changes += 1;
    plan(calmMs);
  };
}
