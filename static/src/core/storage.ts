// Some browsers deny a page its storage, and each look at it throws there: what would be kept lasts
// as long as the page then, and all else works as anywhere. So it does where there is no more room.
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

/** Let who writes into a full storage go on: what was kept before stays as it was. */
function forgiveFull(): void {
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (name: string, value: string): void {
    try {
      setItem.call(this, name, value);
    } catch {
      // Nothing of what a person does hangs on its being kept.
    }
  };
}

/** Put what lasts as long as the page in the place of a storage that is denied. */
export function installStorage(): void {
  forgiveFull();
  for (const name of ["localStorage", "sessionStorage"] as const) {
    try {
      window[name].getItem(name);
    } catch {
      Object.defineProperty(window, name, { value: passing() });
    }
  }
}
