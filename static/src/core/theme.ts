// Light or dark: the reader's system decides until they press the switch; a cookie keeps the choice
// so that the server paints the right one at once.
const YEAR_S = 31_536_000;
const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

export function shownScheme(): "light" | "dark" {
  const chosen = root.dataset["colorScheme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

function show(): void {
  root.dataset["shownScheme"] = shownScheme();
  document.querySelector("[data-theme-switch]")?.setAttribute("aria-pressed", String(shownScheme() === "dark"));
  root.dispatchEvent(new CustomEvent("scheme", { bubbles: true, detail: shownScheme() }));
}

function turn(): void {
  const next = shownScheme() === "dark" ? "light" : "dark";
  root.dataset["colorScheme"] = next;
  document.cookie = `theme=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
  show();
}

export function installTheme(): void {
  document.querySelector("[data-theme-switch]")?.addEventListener("click", turn);
  dark.addEventListener("change", show);
  show();
}
