/** Have the shell say `text` in the page's one live region; it leaves by itself. */
export function say(text: string, kind = "info"): void {
  document.dispatchEvent(new CustomEvent("say", { detail: { text, kind } }));
}
