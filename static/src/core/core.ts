// The shell's own script: marks that script runs, loads the islands a page names, and little else.
import { returnToWhatWasPressed } from "./return";
import { installStorage } from "./storage";
import { installTheme } from "./theme";
import { installToasts } from "./toast";
import { makeWay } from "./way";
import { noteWho } from "./who";

type Island = (root: HTMLElement) => void | Promise<void>;

// The push island is an entry of its own, so its address comes from the page.
async function loadPush(): Promise<{ start?: Island; resync?: () => Promise<void> }> {
  return (await import(document.documentElement.dataset["push"] ?? "")) as { start?: Island };
}

const islands: Record<string, () => Promise<{ start?: Island }>> = {
  push: loadPush,
  "report-form": () => import("../reports/form"),
  "home-here": () => import("../home/here"),
  console: () => import("../console/console"),
};

async function startIsland(root: HTMLElement): Promise<void> {
  const load = islands[root.dataset["module"] ?? ""];
  if (load) await (await load()).start?.(root);
}

/** What cannot come on a bad line leaves the page as it is; what came and fails is heard of. */
async function bring<Part>(coming: Promise<Part>, start: (part: Part) => void): Promise<void> {
  const part = await coming.catch(() => null);
  if (part) start(part);
}

async function startIslands(): Promise<void> {
  const roots = [...document.querySelectorAll<HTMLElement>("[data-module]")];
  // One island that cannot load leaves its plain form, and the others, as they are.
  await Promise.allSettled(roots.map(startIsland));
  if (document.querySelector("[data-live-room]")) void bring(import("./partial"), (part) => part.followParts());
  const story = document.querySelector<HTMLElement>("#timeline[data-live-room]");
  if (story && document.documentElement.dataset["signIn"]) void bring(import("../reports/read"), (part) => part.watchReading(story));
  const news = document.querySelector<HTMLAnchorElement>("a[data-news]");
  if (news) void bring(import("./news"), (part) => part.watchForNews(news));
}

// The report form keeps its own answers; a page kept for the time without a line has no sign-in to lose.
const TYPED_IN = "[data-live-room], main form[method=post]:not([data-module=report-form] *)";

function watchWords(): void {
  if (!document.documentElement.dataset["who"] || !document.querySelector(TYPED_IN)) return;
  // Where it cannot come the forms go the plain way.
  import("./typed").then((typed) => typed.watchTyped()).catch(() => undefined);
}

// What was kept in this tab is forgotten once a page says that it is settled.
function forgetSettled(): void {
  const settled = document.querySelector<HTMLElement>("[data-settles]")?.dataset["settles"];
  if (settled) sessionStorage.removeItem(settled);
}

function middle(one: HTMLElement): number {
  const { left, width } = one.getBoundingClientRect();
  return left + width / 2;
}

// A bar that holds more than fits shows the entry one is at, and filters the one that is chosen.
function showWhereOneIs(): void {
  for (const chosen of document.querySelectorAll<HTMLElement>(".chips [aria-current]")) {
    const row = chosen.parentElement;
    if (row) row.scrollLeft += middle(chosen) - middle(row);
  }
  const here = document.querySelector<HTMLElement>(".bar [aria-current]")?.parentElement;
  const [list, bar] = [here?.parentElement, here?.closest<HTMLElement>(".bar")];
  if (!here || !list || !bar) return;
  list.scrollLeft = here.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
  bar.scrollTop = here.offsetTop - (bar.clientHeight - here.offsetHeight) / 2;
}

// The language is changed where one is: a map's address is no longer the one its page came by.
function staysWhereOneIs(): void {
  const form = document.querySelector<HTMLFormElement>('form[action="/language"]');
  form?.addEventListener("submit", () => {
    const next = form.elements.namedItem("next");
    if (!(next instanceof HTMLInputElement)) return;
    const { pathname, search } = location;
    if (new URL(next.value, location.origin).pathname === pathname) next.value = pathname + search;
  });
}

function watchConnection(): void {
  const line = document.querySelector<HTMLElement>("[data-offline]");
  const show = (): void => {
    if (line) line.hidden = navigator.onLine;
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

function registerWorker(): void {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  addEventListener("load", () => {
    navigator.serviceWorker
      .register("/sw.js")
      // Only a browser that is told things has something to keep true.
      .then(async () => (localStorage.getItem("madang.push") ? (await loadPush()).resync?.() : undefined))
      .catch(() => {
        // Private windows refuse workers; every page works without one.
      });
  });
}

document.documentElement.dataset["script"] = "on";
installTheme();
installStorage();
installToasts();
// Before all that asks who is here; where there is no room to note it, the rest starts all the same.
try {
  noteWho();
} catch {
  // As it was.
}
forgetSettled();
showWhereOneIs();
returnToWhatWasPressed();
watchConnection();
if (document.querySelector("[data-makes-way]")) makeWay();
staysWhereOneIs();
registerWorker();
watchWords();
void startIslands();
if (sessionStorage.getItem("madang.typed")) void import("./typed").then((typed) => typed.bringBack()).catch(() => undefined);
if ((localStorage.getItem("madang.unsent") ?? "0") !== "0") {
  void import("../reports/unsent").then((unsent) => unsent.watchUnsent()).catch(() => undefined);
}
