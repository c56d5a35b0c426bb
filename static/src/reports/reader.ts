// Who reads, for what waits in this browser: what somebody wrote is theirs alone.
import type { Waiting } from "./outbox";

const WHO = "madang.who";

/** Where one signs in and comes back to what waits. */
export const SIGN_IN = "/sign-in?next=/reports/unsent";

/** Return who is here; nobody on a page that stands open since someone else was. */
export function reader(): string {
  const known = localStorage.getItem(WHO) ?? "";
  const { who = known } = document.documentElement.dataset;
  return who === known ? known : "";
}

/** Say whether a report is the reader's own; one whose writer is not known is nobody's. */
export function isOwn({ who }: Pick<Waiting, "who">): boolean {
  return who !== "" && who === reader();
}
