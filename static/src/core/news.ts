// A line above a list that says when there are new ones. The list itself stays as its reader has it
// before them: who wants the new ones follows the line, which is a link to the page anew.
import { join } from "./live";
import { isDown, owed } from "./owed";
import { tellRefused } from "./typed";

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

const SIGNED_OUT = 401;
const WHO = "madang.who";

/** Who a page was made for: "" where that is nobody, nothing where what came is no page of the city. */
const reader = (page: Document): string | undefined => page.documentElement.dataset["who"];

/** Read the list anew; say whether this page may still be asked for. */
async function look(line: HTMLAnchorElement, signal: AbortSignal): Promise<boolean> {
  const answer = await fetch(line.href, { signal, headers: { "X-Partial": "1", Accept: "text/html" } });
  if (isDown(answer)) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [mine, now] = [reader(document), reader(page)];
  const isOut = answer.status === SIGNED_OUT || (mine !== "" && now === "");
  tellRefused(isOut ? "signed-out" : "");
  // What is another's, on a phone that is shared, is no news here.
  if (answer.ok && (now === mine || now === "")) line.hidden = !holdsNews(page);
  return answer.status !== SIGNED_OUT;
}

export function watchForNews(line: HTMLAnchorElement): void {
  let mayAsk = true;
  const read = async (signal: AbortSignal): Promise<boolean> => {
    if (line.hidden) mayAsk = await look(line, signal);
    return true;
  };
  const soon = owed(read, CALM_MS + Math.random() * SPREAD_MS);
  join(line.dataset["news"] ?? "", (news) => {
    if (mayAsk) soon(news);
  });
  // Signed out, or in again, in another tab.
  window.addEventListener("storage", ({ key }) => {
    if (key === WHO) soon();
  });
}
