// Who is here, as each page of the city says it and as this browser remembers it for the time without
// a line. On a shared phone the next person finds nothing of the one before.
const WHO = "madang.who";
/** Where the one before was, as the first page keeps it. */
const HERE = "madang.here";
/** What was begun and typed in this tab. */
const BEGUN = ["madang.report", "madang.typed"];
/** Set while one signs out, for the page after it: a session may also end by itself, and its draft stays. */
const LEAVING = "madang.leaving";
const LEAVES = 'form[action="/sign-out"], form[action="/me/erase"]';

function remembered(): string {
  return localStorage.getItem(WHO) ?? "";
}

function forgetDraft(who: string): void {
  if (!who && sessionStorage.getItem(LEAVING)) BEGUN.forEach((one) => sessionStorage.removeItem(one));
  sessionStorage.removeItem(LEAVING);
}

/** Remember who the page is for, and forget what whoever was here before left behind. */
export function noteWho(): void {
  const who = document.documentElement.dataset["who"];
  // A page kept for the time without a line knows nobody.
  if (who === undefined) return;
  const before = remembered();
  if (before && before !== who) localStorage.removeItem(HERE);
  if (who) localStorage.setItem(WHO, who);
  else localStorage.removeItem(WHO);
  forgetDraft(who);
  document.addEventListener("submit", ({ target }) => {
    if (target instanceof HTMLFormElement && target.matches(LEAVES)) sessionStorage.setItem(LEAVING, "1");
  });
  // The browser may bring a page back as it was left, with all that was drawn for another.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && who !== remembered()) location.reload();
  });
}
