// What this browser has shown already, and which of it the city does not know yet.
const DATABASE = "madang-notices";
const STORE = "seen";
const KEEP_MS = 7 * 86_400_000;

interface Seen {
  id: string;
  at: number;
  told: boolean;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("no database"));
  });
}

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    });
  } finally {
    database.close();
  }
}

/** Was the notice `id` shown before? Where nothing can be kept, nothing was. */
export async function wasSeen(id: string): Promise<boolean> {
  try {
    return (await within<Seen | undefined>("readonly", (store) => store.get(id))) !== undefined;
  } catch {
    return false;
  }
}

export async function remember(id: string, told: boolean): Promise<void> {
  const row: Seen = { id, at: Date.now(), told };
  await within("readwrite", (store) => store.put(row)).catch(() => undefined);
}

/** Return the notices the city has no receipt for, and forget those of last week. */
export async function untold(): Promise<string[]> {
  const rows = await within<Seen[]>("readonly", (store) => store.getAll()).catch(() => [] as Seen[]);
  const old = rows.filter((row) => row.at < Date.now() - KEEP_MS);
  for (const row of old) await within("readwrite", (store) => store.delete(row.id)).catch(() => undefined);
  return rows.filter((row) => !row.told && !old.includes(row)).map((row) => row.id);
}
