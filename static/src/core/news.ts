// A line above a list that says when there are new ones. The list itself stays as its reader has it
// before them: who wants the new ones follows the line, which is a link to the page anew.
import { join } from "./live";
import { isDown, owed } from "./owed";

// Many lists stand open in a city; they do not all ask in the same moment, and each only until it
// has something to say.
const CALM_MS = 1000;
const SPREAD_MS = 5000;

function entries(list: Element): string[] {
  return [...list.querySelectorAll("a[href]")].map((link) => link.getAttribute("href") ?? "");
}

/** Whether the lists of `read` hold an entry that the same lists of this page do not. */
function holdsNews(read: Document): boolean {
  return [...read.querySelectorAll<HTMLElement>("[data-news-list]")].some((list) => {
    const shown = document.querySelector(`[data-news-list="${list.dataset["newsList"]}"]`);
    const known = new Set(shown ? entries(shown) : entries(list));
    return entries(list).some((entry) => !known.has(entry));
  });
}

async function look(line: HTMLAnchorElement): Promise<boolean> {
  if (!line.hidden) return true;
  const answer = await fetch(line.href, { headers: { "X-Partial": "1", Accept: "text/html" } });
  if (isDown(answer)) throw new Error(String(answer.status));
  if (!answer.ok) return true;
  line.hidden = !holdsNews(new DOMParser().parseFromString(await answer.text(), "text/html"));
  return true;
}

export function watchForNews(line: HTMLAnchorElement): void {
  join(line.dataset["news"] ?? "", owed(() => look(line), CALM_MS + Math.random() * SPREAD_MS));
}
