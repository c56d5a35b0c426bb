// How long a photo is waited for. A browser may never answer: a picture too large for its memory, a
// worker that died. Then the photo stays on the phone, and the report goes on.
const SECOND_MS = 1000;

/** Resolve with whether `work` came to its end: not if it failed, took longer than so many seconds, or
 * nobody waits for it any more. Seconds count in which the page ran: a phone that slept did no work. */
export function within(seconds: number, work: Promise<unknown>, isWanted: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    let left = seconds;
    const clock = setInterval(() => {
      left -= 1;
      if (left <= 0 || !isWanted()) end(false);
    }, SECOND_MS);
    const end = (isDone: boolean): void => {
      clearInterval(clock);
      resolve(isDone);
    };
    work.then(() => end(true), () => end(false));
  });
}
