// What this browser has shown already, and which of it the city does not know yet.
import { Shelf } from "../core/shelf";

const shelf = new Shelf("madang-notices", "seen", "id");
const KEEP_MS = 7 * 86_400_000;

interface Seen {
  id: string;
  at: number;
  told: boolean;
}

/** Was the notice `id` shown before? Where nothing can be kept, nothing was. */
export async function wasSeen(id: string): Promise<boolean> {
  try {
    return (await shelf.within<Seen | undefined>("readonly", (store) => store.get(id))) !== undefined;
  } catch {
    return false;
  }
}

export async function remember(id: string, told: boolean): Promise<void> {
  const row: Seen = { id, at: Date.now(), told };
  await shelf.within("readwrite", (store) => store.put(row)).catch(() => undefined);
}

/** Return the notices the city has no receipt for, and forget those of last week. */
export async function untold(): Promise<string[]> {
  const rows = await shelf.within<Seen[]>("readonly", (store) => store.getAll()).catch(() => [] as Seen[]);
  const old = rows.filter((row) => row.at < Date.now() - KEEP_MS);
  for (const row of old) await shelf.within("readwrite", (store) => store.delete(row.id)).catch(() => undefined);
  return rows.filter((row) => !row.told && !old.includes(row)).map((row) => row.id);
}
