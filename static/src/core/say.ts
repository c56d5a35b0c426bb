// What islands have said, and in which language: one file, for each more is one that every phone keeps.
/** Have the shell say `text` in the page's one live region; it leaves by itself. */
export function say(text: string, kind = "info"): void {
  document.dispatchEvent(new CustomEvent("say", { detail: { text, kind } }));
}

// Somebody's own words and names of places say their language where the page's is another, as the
// server's do (services/i18n.py): a voice that reads Korean by English rules says nothing.
const HANGUL = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]/;
const LATIN = /[A-Za-z]{2,}/g;
const OTHER = /[^\0-\x7f]/;

/** The language words are in; nothing where that cannot be told. */
export function spoken(text: string): string | null {
  if (HANGUL.test(text)) return "ko";
  return !OTHER.test(text) && (text.match(LATIN)?.length ?? 0) > 1 ? "en" : null;
}

/** Have an element say in which language the words are that are its text or its name. */
export function mark(one: Element, text: string): void {
  const theirs = spoken(text);
  if (theirs && theirs !== document.documentElement.lang) one.setAttribute("lang", theirs);
  else one.removeAttribute("lang");
}

/** Put words into an element that are somebody's own. */
export function write(one: Element, text: string): void {
  one.textContent = text;
  mark(one, text);
}
