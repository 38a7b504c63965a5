// The service worker: the app works without network after the first visit, and its pages can reach nothing but the
// app's own files. The life of an update: (1) a new sw.js is found, its files are fetched and checked against their
// hashes into a cache of their own; (2) it waits, because other tabs may be in the middle of a scan; (3) the user
// clicks "update", the page sends SKIP_WAITING, this worker takes over and the page reloads. The cache of the version
// before is kept until the next update, since a tab that was not reloaded still asks for its files.

import { lockScope } from './lock-scope.ts';

interface ShippedFile {
  readonly path: string;
  readonly integrity: string;
}

// Both are put in at build time by scripts/vite-service-worker.ts.
declare const __SHIPPED_FILES__: readonly ShippedFile[];
declare const __SHIPPED_VERSION__: string;

// The compiler takes every file here for a plain worker.
const worker = self as unknown as ServiceWorkerGlobalScope;

const PREFIX = 'winnow-app-';
const CACHE = PREFIX + __SHIPPED_VERSION__;
const scope = new URL('./', worker.location.href);
// Named once: what the build puts in would otherwise stand there at each use.
const files = __SHIPPED_FILES__;
const shipped = new Set(files.map((file) => new URL(file.path, scope).href));
const INDEX = new URL('index.html', scope).href;

/** For those who check the build: too circular to be in the list of files, and never kept. */
const SUMS = new URL('SHA256SUMS', scope).href;

lockScope(worker, (address) => shipped.has(address) || address === SUMS);

/** Settles only when every file is there and is what the build made, so a half-fetched version never takes over. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    files.map(async (file) => {
      const { integrity } = file;
      const address = new URL(file.path, scope);
      const response = await fetch(address, { cache: 'no-cache', integrity, credentials: 'same-origin' });
      if (!response.ok) throw new Error(`${file.path} is missing on the host`);
      await cache.put(address, response);
    }),
  );
}

async function activate(): Promise<void> {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** Address of the app's own file that a request asks for, or undefined when it asks for anything else. */
function shippedUrlOf(request: Request): string | undefined {
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  if (request.method !== 'GET') return undefined;
  if (request.mode === 'navigate' && url.href === scope.href) return INDEX;
  return shipped.has(url.href) || url.href === SUMS ? url.href : undefined;
}

async function respond(request: Request): Promise<Response> {
  const url = shippedUrlOf(request);
  if (url === SUMS) return fetch(url, { cache: 'no-store' });
  if (url !== undefined) return (await (await caches.open(CACHE)).match(url)) ?? fetch(url, { cache: 'no-cache' });
  // A file of the version before, asked for by a tab that still runs it.
  const older = new URL(request.url).origin === scope.origin ? await caches.match(request) : undefined;
  return (
    older ?? new Response('Winnow answers only for its own files.', { status: 403, statusText: 'Refused by Winnow' })
  );
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('message', (event) => {
  const data: unknown = event.data;
  if (typeof data !== 'object' || data === null || !('type' in data)) return;
  if (data.type === 'SKIP_WAITING') event.waitUntil(worker.skipWaiting());
});
worker.addEventListener('fetch', (event) => event.respondWith(respond(event.request)));
