// One store of the browser's own database, opened for each piece of work; for pages and the worker.
export class Shelf {
  constructor(
    private readonly database: string,
    private readonly store: string,
    private readonly key: string,
  ) {}

  private opened(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(this.database, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(this.store, { keyPath: this.key });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error ?? new Error("no database"));
    });
  }

  /** Change one row where it stands, or delete it, in one transaction; return what is there then. */
  async change<T>(key: string, changed: (row: T) => T | undefined): Promise<T | undefined> {
    let now: T | undefined;
    await this.within<T | undefined>("readwrite", (store) => {
      const asked = store.get(key) as IDBRequest<T | undefined>;
      asked.onsuccess = () => {
        if (asked.result === undefined) return;
        now = changed(asked.result);
        if (now === undefined) store.delete(key);
        else store.put(now);
      };
      return asked;
    });
    return now;
  }

  /** Do one piece of work in a transaction of its own; rejects where nothing can be kept. */
  async within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await this.opened();
    try {
      return await new Promise<T>((resolve, reject) => {
        const transaction = database.transaction(this.store, mode);
        const asked = work(transaction.objectStore(this.store));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      });
    } finally {
      database.close();
    }
  }
}
