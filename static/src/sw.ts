// The service worker: the shell without a line, notices with a closed page. It holds no page of
// anybody, and answers nothing under /me, /console or /push.
import { clean, file, install, page, readOfflineAgain, shelfOf } from "./sw/caches";
import { sendAll } from "./reports/delivery";
import { isBeingAsked, waiting } from "./reports/outbox";
import { heed, receive } from "./sw/notices";
import { renew } from "./sw/renewal";
import { worker } from "./sw/scope";

worker.addEventListener("install", (event) => {
  event.waitUntil(install().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(clean().then(() => worker.clients.claim()).then(askForSync));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(page(event));
  } else if (request.method === "POST" && url.pathname === "/language") {
    const answer = fetch(request);
    event.respondWith(answer);
    event.waitUntil(answer.then(readOfflineAgain, () => undefined));
  } else if (request.method === "GET") {
    const shelf = shelfOf(url);
    if (shelf) event.respondWith(file(event, shelf));
  }
});

// What is to be asked first is left to a page somebody looks at; with none, nobody is kept waiting.
async function sendKept(): Promise<void> {
  const pages = await worker.clients.matchAll({ type: "window" });
  const seen = pages.some((one) => one.visibilityState === "visible");
  const outcome = await sendAll(undefined, (report) => seen && (report.near?.stage === "ask" || isBeingAsked(report)));
  if (outcome.left.size > 0) throw new Error("some wait");
}

// The worker before may have been woken for reports it could not see.
async function askForSync(): Promise<void> {
  const { sync } = worker.registration as unknown as { sync?: { register(tag: string): Promise<void> } };
  if ((await waiting()).length > 0) await sync?.register("reports").catch(() => undefined);
}

// Reports that waited for a line (Background Sync); what is left makes the browser try again later.
worker.addEventListener("sync", (event) => {
  const { tag, waitUntil } = event as ExtendableEvent & { tag: string };
  if (tag !== "reports") return;
  waitUntil.call(event, sendKept());
});

worker.addEventListener("push", (event) => event.waitUntil(receive(event.data)));

worker.addEventListener("notificationclick", (event) => {
  event.waitUntil(heed(event.notification, event.action));
});

worker.addEventListener("pushsubscriptionchange", (event) => {
  (event as ExtendableEvent).waitUntil(renew(event));
});
