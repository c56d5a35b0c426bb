// The report form as one question a screen. Without this script the same form is one long page.

/** What must hold before a step is left; may change what comes next. */
export type Leaving = (step: HTMLElement) => Promise<void>;

export class Stepper {
  private at = 0;
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
    root.dataset["stepping"] = "on";
    form.noValidate = true;
    this.listen();
    const wrong = this.steps.findIndex((step) => step.querySelector(".field-error"));
    const kept = Number((history.state as { step?: number } | null)?.step ?? 0);
    const first = wrong >= 0 ? wrong : kept;
    history.replaceState({ step: first }, "");
    this.show(first, false);
  }

  private listen(): void {
    this.part("back")?.addEventListener("click", () => history.back());
    this.part("next")?.addEventListener("click", () => void this.forward());
    window.addEventListener("popstate", (event) => {
      this.show(Number((event.state as { step?: number } | null)?.step ?? 0));
    });
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
    await this.leaving(step).catch(() => undefined);
    const fields = step.querySelectorAll<HTMLInputElement>("input, textarea, select");
    for (const field of fields) if (!field.reportValidity()) return;
    let next = this.at + 1;
    while (this.isEmpty(next)) next += 1;
    history.pushState({ step: next }, "");
    this.show(next);
  }

  // A question without anything to choose from is not asked.
  private isEmpty(index: number): boolean {
    const step = this.steps[index];
    return step?.dataset["near"] !== undefined && step.dataset["found"] === undefined;
  }

  private show(index: number, focus = true): void {
    this.at = Math.min(Math.max(index, 0), this.steps.length - 1);
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
    const question = this.steps[this.at]?.querySelector<HTMLElement>("[data-question]");
    this.steps[this.at]?.dispatchEvent(new Event("shown"));
    if (focus) {
      question?.focus({ preventScroll: true });
      scrollTo({ top: 0 });
    }
  }
}
