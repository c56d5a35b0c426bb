// The report form as one question a screen. Without this script the same form is one long page.
import { complained } from "./complaint";

/** What must hold before a step is left; may change what comes next. */
export type Leaving = (step: HTMLElement) => Promise<void>;

/** What an entry of the history stands for: a step, and how many entries of this form lie before it. */
export interface Entry {
  step?: number;
  depth?: number;
}

export class Stepper {
  private at = 0;
  private depth = 0;
  /** The last step led back to this one: from here it is the next again. */
  private changing = false;
  private readonly steps: HTMLElement[];
  private readonly dots: HTMLElement[];

  constructor(
    private readonly root: HTMLElement,
    private readonly form: HTMLFormElement,
    private readonly leaving: Leaving,
  ) {
    this.steps = [...root.querySelectorAll<HTMLElement>("[data-step]")];
    const list = root.querySelector<HTMLElement>("[data-dots]");
    this.dots = this.steps.map(() => document.createElement("li"));
    list?.append(...this.dots);
    if (list) list.hidden = false;
    // The dots are for the eye; the same is said in words.
    list?.setAttribute("aria-hidden", "true");
    root.dataset["stepping"] = "on";
    // What is said has its room beside the acts, which cover no question either.
    const toasts = document.querySelector("[data-toasts]");
    if (toasts) this.part("foot")?.prepend(toasts);
    form.noValidate = true;
    this.listen();
    const wrong = this.steps.findIndex((step) => step.querySelector(".field-error"));
    const kept = history.state as Entry | null;
    let first = wrong >= 0 ? wrong : Number(kept?.step ?? 0);
    // What was found once is looked up again on the way there.
    while (this.isEmpty(first)) first -= 1;
    this.depth = kept?.depth ?? 0;
    this.mark(first);
    this.show(first, false);
  }

  /** Follow a link within the page without leaving a trace in the history, so that "back" is a step. */
  private follow(event: MouseEvent): void {
    const link = (event.target as HTMLElement).closest<HTMLAnchorElement>('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const step = this.steps.findIndex((one) => one.contains(target));
    if (step >= 0 && step !== this.at) {
      const changing = this.at === this.steps.length - 1;
      this.push(step);
      this.show(step, false);
      this.changing = changing;
    }
    const field = target.matches("fieldset") ? target.querySelector<HTMLElement>("input") : target;
    field?.focus();
  }

  private listen(): void {
    document.addEventListener("click", (event) => this.follow(event));
    this.part("back")?.addEventListener("click", () => history.back());
    this.part("next")?.addEventListener("click", () => void this.forward());
    window.addEventListener("popstate", (event) => this.went(event.state as Entry | null));
    this.form.addEventListener("submit", (event) => {
      // Enter in a field sends the form; before the last question it only means "next".
      if (this.at === this.steps.length - 1) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void this.forward();
    });
  }

  private part(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-${name}]`);
  }

  private async forward(): Promise<void> {
    const step = this.steps[this.at];
    if (!step) return;
    // What cannot be looked up now, without a line, the server looks up when the report arrives.
    const button = this.part("next");
    if (button?.getAttribute("aria-busy")) return;
    button?.setAttribute("aria-busy", "true");
    await this.leaving(step).catch(() => undefined);
    button?.removeAttribute("aria-busy");
    if (complained(step)) return;
    // What later questions hang on leads through them once more.
    let next = this.changing && step.dataset["leads"] === undefined ? this.steps.length - 1 : this.at + 1;
    while (this.isEmpty(next)) next += 1;
    this.push(next);
    this.show(next);
  }

  private push(step: number): void {
    this.depth += 1;
    history.pushState({ step, depth: this.depth }, "");
  }

  private mark(step: number): void {
    history.replaceState({ step, depth: this.depth }, "");
  }

  private went(entry: Entry | null): void {
    const [step, before] = [entry?.step, this.depth];
    this.depth = entry?.depth ?? before + 1;
    // The form has made way for what became of it: "back" leaves all its steps at once.
    if (!this.form.isConnected) {
      if (this.depth < before) history.go(-(this.depth + 1));
      return;
    }
    // A jump within the page, by the skip link, is no step.
    if (step === undefined) return this.mark(this.at);
    // A question that has nothing to ask any more is passed by, the way one goes.
    if (this.isEmpty(step)) return this.depth < before ? history.back() : history.forward();
    this.show(step);
  }

  // A question without anything to choose from is not asked.
  private isEmpty(index: number): boolean {
    const step = this.steps[index];
    return step?.dataset["near"] !== undefined && step.dataset["found"] === undefined;
  }

  private tellProgress(): void {
    const told = this.part("progress");
    if (!told) return;
    const asked = this.steps.map((_step, n) => n).filter((n) => !this.isEmpty(n));
    const [n, all] = [asked.indexOf(this.at) + 1, asked.length];
    told.textContent = (told.dataset["progress"] ?? "").replace("{n}", String(n)).replace("{all}", String(all));
  }

  private show(index: number, focus = true): void {
    this.at = Math.min(Math.max(index, 0), this.steps.length - 1);
    this.changing = false;
    const last = this.at === this.steps.length - 1;
    this.steps.forEach((step, n) => (step.hidden = n !== this.at));
    this.dots.forEach((dot, n) => {
      dot.hidden = this.isEmpty(n);
      dot.toggleAttribute("data-done", n < this.at);
      if (n === this.at) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    });
    for (const [name, shown] of [["back", this.at > 0], ["next", !last], ["send", last]] as const) {
      const button = this.part(name);
      if (button) button.hidden = !shown;
    }
    this.tellProgress();
    const question = this.steps[this.at]?.querySelector<HTMLElement>("[data-question]");
    this.steps[this.at]?.dispatchEvent(new Event("shown"));
    if (focus) {
      question?.focus({ preventScroll: true });
      scrollTo({ top: 0 });
    }
  }
}
