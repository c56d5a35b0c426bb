// A push service may replace a browser's address behind everyone's back.
import { worker } from "./scope";

const GONE = 404;

interface Changed extends ExtendableEvent {
  readonly oldSubscription?: PushSubscription | null;
  readonly newSubscription?: PushSubscription | null;
}

async function key(): Promise<string> {
  return ((await (await fetch("/push/key")).json()) as { key: string }).key;
}

/** Put the new address in the place of the old one; the old one's secret is the proof. */
export async function renew(event: Event): Promise<void> {
  const { oldSubscription: old, newSubscription } = event as Changed;
  const options = { userVisibleOnly: true, applicationServerKey: await key() };
  const fresh = newSubscription ?? (await worker.registration.pushManager.subscribe(options));
  // Without the old address nothing can be proven here; the next page put in front of a person syncs.
  if (!old) return;
  const body = JSON.stringify({ old: old.toJSON(), fresh: fresh.toJSON() });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/push/renewals", { method: "POST", body, headers });
  // Taken back meanwhile, or somebody else is signed in here: nobody asked for the new one.
  if (answer.status === GONE) await fresh.unsubscribe();
}
