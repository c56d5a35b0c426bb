// An answer is read once the end of the story stood before somebody's eyes: a page that was opened in
// another tab, or that a program fetched, was not.
const LOOKED_MS = 1000;

/** Tell the city alone; where it does not hear it, the card at home stays until the next time. */
function send(story: HTMLElement): void {
  const form = story.querySelector<HTMLFormElement>("form[data-read]");
  if (!form || document.hidden) return;
  form.remove();
  fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual", keepalive: true }).catch(() => story.append(form));
}

/** Watch a story whose newest answers are new to who looks at it. */
export function watchReading(story: HTMLElement): void {
  let looking: ReturnType<typeof setTimeout> | undefined;
  const eye = new IntersectionObserver((seen) => {
    clearTimeout(looking);
    if (seen.at(-1)?.isIntersecting) looking = setTimeout(() => send(story), LOOKED_MS);
  });
  const look = (): void => {
    eye.disconnect();
    clearTimeout(looking);
    const end = story.querySelector("li:last-child");
    if (end && !document.hidden) eye.observe(end);
  };
  story.addEventListener("refreshed", look);
  document.addEventListener("visibilitychange", look);
  look();
}
