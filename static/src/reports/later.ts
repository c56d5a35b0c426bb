// What the report form needs behind its first question: the place, neighbours' reports, and sending
// that survives a lost line.
import { offerLocation } from "../core/locate";
import { Place } from "../core/place";
import { holdOpen } from "./held";
import { lookNear } from "./near";
import { fill, photosOf, reopened } from "./reopened";
import { sendOrKeep } from "./sending";
import { Summary } from "./summary";

export class Later {
  private readonly typed: HTMLInputElement | null;
  private readonly place: Place | null;
  private readonly near: HTMLElement | null;

  /** `forget` lets go of the answers kept in this tab. */
  constructor(
    private readonly form: HTMLFormElement,
    private readonly forget: () => void,
  ) {
    this.typed = form.querySelector<HTMLInputElement>("[data-places]");
    this.place = this.typed ? new Place(form, this.typed) : null;
    this.near = form.querySelector<HTMLElement>("[data-near]");
    offerLocation(form);
    const sum = form.querySelector<HTMLElement>("[data-sum]");
    if (sum) new Summary(form, sum);
  }

  /** Fill the form with the waiting report the address names; return its photos, null if there is none. */
  async reopened(): Promise<File[] | null> {
    const report = await reopened();
    if (!report) return null;
    holdOpen(this.form, report.key);
    fill(this.form, report);
    return photosOf(report);
  }

  /** Look up what must be known before `step` is left. */
  async leave(step: HTMLElement): Promise<void> {
    if (this.typed && step.contains(this.typed)) await this.place?.settle();
    if (this.near && step.querySelector("[name=category]")) await lookNear(this.form, this.near, this.forget);
  }

  async send(): Promise<void> {
    await sendOrKeep(this.form, this.forget);
  }
}
