// Who is here, as each page of the city says it and as this browser remembers it for the time without
// a line. On a shared phone the next person finds nothing of the one before.
const WHO = "madang.who";
/** Where the one before was, as the first page keeps it. */
const HERE = "madang.here";
/** What was begun in this tab; what began with something has places whose names begin so. */
const BEGUN = "madang.report";
/** What was typed into any other form of this tab. */
const TYPED = "madang.typed";
/** Set while one signs out, for the page after it: a session may also end by itself, and its draft stays. */
const LEAVING = "madang.leaving";
const LEAVES = 'form[action="/sign-out"], form[action="/me/erase"]';

function remembered(): string {
  return localStorage.getItem(WHO) ?? "";
}

/** What code of earlier versions noted: the id itself, and in a draft too. */
const EARLIER = /^[0-9a-f]{8}-/;

// A draft of who was here last is theirs under the mark as well.
function signDraft(before: string, who: string): void {
  const draft = JSON.parse(sessionStorage.getItem(BEGUN) ?? "{}") as { who?: string };
  if (draft.who === before) sessionStorage.setItem(BEGUN, JSON.stringify({ ...draft, who }));
}

// Each with a place of its own where it began with something.
function forgetBegun(): void {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(BEGUN) || name === TYPED) sessionStorage.removeItem(name);
  }
}

function forgetDraft(who: string): void {
  if (!who && sessionStorage.getItem(LEAVING)) forgetBegun();
  sessionStorage.removeItem(LEAVING);
}

/** Remember who the page is for, and forget what whoever was here before left behind. */
export function noteWho(): void {
  const who = document.documentElement.dataset["who"];
  // A page kept for the time without a line knows nobody.
  if (who === undefined) return;
  const before = remembered();
  if (before && before !== who) localStorage.removeItem(HERE);
  // Taken away first: where there is no room for another, nobody is known, not the one before.
  if (before !== who) localStorage.removeItem(WHO);
  if (who) localStorage.setItem(WHO, who);
  if (who && EARLIER.test(before)) signDraft(before, who);
  forgetDraft(who);
  document.addEventListener("submit", ({ target }) => {
    if (target instanceof HTMLFormElement && target.matches(LEAVES)) sessionStorage.setItem(LEAVING, "1");
  });
  // The browser may bring a page back as it was left, with all that was drawn for another.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && who !== remembered()) location.reload();
  });
}
