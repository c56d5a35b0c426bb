// Some browsers deny a page its storage, and each look at it throws there: what would be kept lasts
// as long as the page then, and all else works as anywhere.
function passing(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (n) => [...kept.keys()][n] ?? null,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
  };
}

/** Put what lasts as long as the page in the place of a storage that is denied. */
export function installStorage(): void {
  for (const name of ["localStorage", "sessionStorage"] as const) {
    try {
      window[name].getItem(name);
    } catch {
      Object.defineProperty(window, name, { value: passing() });
    }
  }
}
