/** Where an unfinished report waits in this tab. */
export const KEPT = "madang.report";

/** Forget the answers once the city has them. */
export function forgetSent(): void {
  if (new URLSearchParams(location.search).has("thanks")) sessionStorage.removeItem(KEPT);
}
