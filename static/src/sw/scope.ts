/** The worker's own global: the page's types and the worker's share one `self`. */
export const worker = self as unknown as ServiceWorkerGlobalScope;
