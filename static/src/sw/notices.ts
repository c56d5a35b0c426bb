// A push becomes a notification, once; a tap on it becomes the page it speaks of.
import { remember, untold, wasSeen } from "./memory";
import { worker } from "./scope";

const ICON = "/static/icons/app-192.png";
const BADGE = "/static/icons/badge-96.png";

interface Message {
  id: string;
  urgent: boolean;
  title: string;
  body: string;
  navigate: string;
  tag: string;
}

// A push that cannot be read is shown too: a silent one costs the subscription on some phones.
const UNREADABLE: Message = {
  id: "",
  urgent: false,
  title: "마당 · Madang",
  body: "새 소식이 있어요. There is news.",
  navigate: "/",
  tag: "news",
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function read(data: PushMessageData | null): Message {
  try {
    const sent = data?.json() as Record<string, unknown>;
    const shown = (sent["notification"] ?? {}) as Record<string, unknown>;
    const known = { ...UNREADABLE, id: text(sent["id"]), urgent: sent["urgent"] === true };
    const title = text(shown["title"]);
    if (!title) return known;
    // A browser refuses a notification that may ring again and has no tag.
    const tag = text(shown["tag"]) || known.tag;
    return { ...known, title, tag, body: text(shown["body"]), navigate: text(shown["navigate"]) || "/" };
  } catch {
    return UNREADABLE;
  }
}

async function show(message: Message): Promise<void> {
  // Not every browser's types know renotify; all of them ignore what they do not know.
  const options: NotificationOptions & { renotify?: boolean } = {
    body: message.body,
    tag: message.tag,
    renotify: true,
    icon: ICON,
    badge: BADGE,
    requireInteraction: message.urgent,
    data: { navigate: message.navigate, id: message.id },
  };
  await worker.registration.showNotification(message.title, options);
}

async function tellShown(id: string): Promise<boolean> {
  const body = JSON.stringify({ id });
  const headers = { "Content-Type": "application/json" };
  try {
    return (await fetch("/push/receipts", { method: "POST", body, headers })).ok;
  } catch {
    return false;
  }
}

/** Show what came, unless it came before: the sender repeats itself after a crash. */
export async function receive(data: PushMessageData | null): Promise<void> {
  const message = read(data);
  if (message.id && (await wasSeen(message.id))) return;
  await show(message);
  if (!message.id) return;
  // First remember, then tell: a worker stopped in between tells with the next push.
  await remember(message.id, false);
  for (const id of await untold()) if (await tellShown(id)) await remember(id, true);
}

/** Bring the page a notification speaks of to the front, opening it if it is not open. */
export async function open(notification: Notification): Promise<void> {
  notification.close();
  const navigate = (notification.data as { navigate?: string } | null)?.navigate ?? "/";
  const url = new URL(navigate, worker.location.origin);
  const ours = url.origin === worker.location.origin ? url.href : worker.location.origin;
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url === ours);
  if (there) await there.focus();
  else await worker.clients.openWindow(ours);
}
