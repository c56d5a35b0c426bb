// Notifications on this browser: asked for by a tap, proven by a test, kept true at each start.
import { Keeper, isHere, resync } from "./push/keeper";
import { installTests } from "./push/proof";

export { resync };

type State = "unsupported" | "ios" | "denied" | "off" | "on";

function isApple(): boolean {
  return /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
}

function isInstalled(): boolean {
  return matchMedia("(display-mode: standalone)").matches || (navigator as { standalone?: boolean }).standalone === true;
}

class Panel {
  private readonly keeper = new Keeper();

  constructor(private readonly root: HTMLElement) {
    root.addEventListener("click", (event) => {
      const act = (event.target as Element).closest<HTMLElement>("[data-act]")?.dataset["act"];
      if (act === "on") void this.busy(() => this.turnOn());
      if (act === "off") void this.busy(() => this.turnOff());
      if (act === "home-screen") this.root.querySelector("dialog")?.showModal();
    });
    installTests(root);
  }

  private async state(): Promise<State> {
    // On an iPhone or iPad only an app on the home screen may ask.
    if (isApple() && !isInstalled()) return "ios";
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return "unsupported";
    if (Notification.permission === "denied") return "denied";
    const kept = await isHere();
    return kept && this.root.querySelector(`[data-browser="${kept}"]`) ? "on" : "off";
  }

  async show(): Promise<void> {
    const state = await this.state();
    for (const part of this.root.querySelectorAll<HTMLElement>("[data-when]")) part.hidden = part.dataset["when"] !== state;
    const kept = state === "on" ? await isHere() : "";
    for (const mark of this.root.querySelectorAll<HTMLElement>("[data-here]")) mark.hidden = mark.dataset["here"] !== kept;
  }

  private trouble(kind: string): void {
    for (const part of this.root.querySelectorAll<HTMLElement>("[data-trouble]")) part.hidden = part.dataset["trouble"] !== kind;
  }

  private async busy(work: () => Promise<void>): Promise<void> {
    if (this.root.ariaBusy === "true") return;
    this.root.ariaBusy = "true";
    this.trouble("");
    try {
      await work();
    } finally {
      this.root.ariaBusy = "false";
      await this.show();
    }
  }

  private async turnOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") return;
    try {
      const id = await this.keeper.subscribe();
      await this.readList();
      this.root.querySelector<HTMLFormElement>(`form[data-test="${id}"]`)?.requestSubmit();
    } catch (error) {
      this.trouble(error instanceof DOMException ? "service" : "city");
    }
  }

  private async turnOff(): Promise<void> {
    try {
      await this.keeper.unsubscribe();
      await this.readList();
    } catch {
      this.trouble("city");
    }
  }

  // The server draws the list; one template for page and update.
  async readList(): Promise<void> {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const name of ["browsers", "gone"]) {
      const list = fresh.getElementById(name);
      if (list) this.root.querySelector(`#${name}`)?.replaceWith(list);
    }
  }
}

export async function start(root: HTMLElement): Promise<void> {
  await resync();
  const panel = new Panel(root);
  // It came back just now: the page was drawn before.
  if (root.querySelector(`[data-gone="${await isHere()}"]`)) await panel.readList();
  await panel.show();
}
