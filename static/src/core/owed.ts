// A reading that is owed: after a change it is done soon, and where it fails it is done again until
// it is there, each time after a longer while.

const LONGEST_MS = 16_000;

/** Return what to call at each change; `read` says whether what it read is true now. */
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
    const done = await read().catch(() => false);
    // Where something changed meanwhile, the next reading stands in the plan already.
    if (!done && known === changes) plan(Math.min(pause * 2, LONGEST_MS));
  };
  return () => {
    changes += 1;
    plan(calmMs);
  };
}
