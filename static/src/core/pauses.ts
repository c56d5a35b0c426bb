// Pauses between tries while the city does not answer: each longer than the one before, and no two
// pages at the same moment, for all of them lost it in the same one.
const LONGEST_MS = 30_000;

/** Return a pause of half of `ms` to all of it. */
export function uneven(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}

/** Return the pause that follows one of `ms`, before it is made uneven. */
export function longer(ms: number): number {
  return Math.min(ms * 2, LONGEST_MS);
}
