// The page that was asked for comes back as soon as the city answers, as its place-holder says. The
// browser need not have noticed that there was no line: then it is tried, ever more seldom.
const FIRST_MS = 2000;
const LONGEST_MS = 30_000;
const ANSWER_MS = 10_000;

/** Ask for the page; say whether the city answers again. */
async function answers(): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(location.href, { method: "HEAD", cache: "no-store", signal }).catch(() => null);
  return answer !== null && answer.status < 500;
}

/** Who is at what waits here, with a deletion to undo perhaps, is not taken away from it. */
function isAtWhatWaits(): boolean {
  return document.querySelector("[data-unsent-list]")?.contains(document.activeElement) ?? false;
}

export function makeWay(): void {
  // Its own arithmetic: what the shell shared with others would be one more file to wait for.
  let pause = FIRST_MS;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let isLeaving = false;
  const look = async (): Promise<void> => {
    const isBack = !document.hidden && !isAtWhatWaits() && (await answers());
    // Who followed a link meanwhile is not called back.
    if (isLeaving) return;
    if (isBack) return location.reload();
    pause = Math.min(pause * 2, LONGEST_MS);
    plan();
  };
  const plan = (): void => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void look(), pause * (0.5 + Math.random() / 2));
  };
  plan();
  window.addEventListener("beforeunload", () => {
    isLeaving = true;
  });
  window.addEventListener("online", () => void look());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look();
  });
}
