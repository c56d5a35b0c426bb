// Background Sync: the browser wakes the worker for what waits, also with no page open.

/** Ask for it; rejects where the browser refuses, and does nothing where it has none. */
export async function askForSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const sync = (registration as unknown as { sync?: { register(tag: string): Promise<void> } })?.sync;
  await sync?.register("reports");
}
