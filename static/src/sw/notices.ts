// A push becomes a notification, once; a tap on it becomes the page it speaks of.
import { remember, untold, wasSeen } from "./memory";
import { worker } from "./scope";

const ICON = "/static/icons/app-192.png";
const BADGE = "/static/icons/badge-96.png";

interface Choice {
  action: string;
  title: string;
  navigate: string;
}

interface Message {
  id: string;
  urgent: boolean;
  title: string;
  body: string;
  navigate: string;
  tag: string;
  // Buttons, each of which says something with one tap; `again` is said where it did not arrive.
  choices: Choice[];
  again: string;
}

// A push that cannot be read is shown too: a silent one costs the subscription on some phones.
const UNREADABLE: Message = {
  id: "",
  urgent: false,
  title: "마당 · Madang",
  body: "새 소식이 있어요. There is news.",
  navigate: "/",
  tag: "news",
  choices: [],
  again: "",
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function choicesOf(offered: unknown): Choice[] {
  if (!Array.isArray(offered)) return [];
  return (offered as Record<string, unknown>[])
    .map((one) => ({ action: text(one["action"]), title: text(one["title"]), navigate: text(one["navigate"]) }))
    .filter((one) => one.action && one.title && one.navigate);
}

function read(data: PushMessageData | null): Message {
  try {
    const sent = data?.json() as Record<string, unknown>;
    const shown = (sent["notification"] ?? {}) as Record<string, unknown>;
    const known = { ...UNREADABLE, id: text(sent["id"]), urgent: sent["urgent"] === true };
    const title = text(shown["title"]);
    if (!title) return known;
    // A browser refuses a notification that may ring again and has no tag.
    const tag = text(shown["tag"]) || known.tag;
    const choices = choicesOf(shown["actions"]);
    const navigate = text(shown["navigate"]) || "/";
    return { ...known, title, tag, body: text(shown["body"]), navigate, choices, again: text(sent["again"]) };
  } catch {
    return UNREADABLE;
  }
}

async function show(message: Message): Promise<void> {
  // Not every browser's types know these; all of them ignore what they do not know.
  const options: NotificationOptions & { renotify?: boolean; actions?: { action: string; title: string }[] } = {
    body: message.body,
    tag: message.tag,
    renotify: true,
    icon: ICON,
    badge: BADGE,
    requireInteraction: message.urgent,
    data: message,
    actions: message.choices.map(({ action, title }) => ({ action, title })),
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

/** Heed a tap: on a button it says so for the person, anywhere else it opens the page. */
export async function heed(notification: Notification, action: string): Promise<void> {
  const message = notification.data as Message | null;
  const choice = message?.choices?.find((one) => one.action === action);
  if (!message || !choice) return open(notification);
  notification.close();
  await show({ ...message, id: "", ...(await say(message, choice)) });
}

// No cookie goes along: the address itself says whose word it is.
async function say(message: Message, choice: Choice): Promise<Partial<Message>> {
  const url = new URL(choice.navigate, worker.location.origin);
  const failed = { body: message.again || message.body };
  if (url.origin !== worker.location.origin) return failed;
  try {
    const headers = { Accept: "application/json", "Accept-Language": worker.navigator.language };
    const answer = await fetch(url, { method: "POST", headers, credentials: "omit", referrerPolicy: "no-referrer" });
    // Busy for now: the buttons stay.
    if (answer.status === 429 || answer.status >= 500) return failed;
    const said = (await answer.json()) as Record<string, unknown>;
    const navigate = text(said["navigate"]) || message.navigate;
    const body = text(said["body"]) || text(said["detail"]);
    return { title: text(said["title"]) || message.title, body, navigate, choices: [] };
  } catch {
    return failed;
  }
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
