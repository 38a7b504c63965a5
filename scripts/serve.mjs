// A static file server for dist/. Used by `npm start`, with the headers that docs/hosting.md asks of a host, and by the
// end-to-end tests, mostly without them: the app must be safe on a host that sends nothing.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream';

const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json'],
  ['.webmanifest', 'application/manifest+json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.txt', 'text/plain; charset=utf-8'],
]);

const NOTHING_ALLOWED = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
];

/** What docs/hosting.md asks of a host. The policy of the page itself is stricter and stands in index.html. */
export const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': NOTHING_ALLOWED.map((name) => `${name}=()`).join(', '),
  'referrer-policy': 'no-referrer',
};

/** File that a request path stands for, or undefined when it points out of the folder or nowhere. */
async function fileOf(folder, pathname) {
  let decoded;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0')) return undefined;
  const path = join(folder, normalize(decoded.endsWith('/') ? `${decoded}index.html` : decoded));
  if (!path.startsWith(folder + sep)) return undefined;
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() ? { path, size: info.size } : undefined;
}

async function answer(folder, headers, request, response) {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = request.method === 'GET' || request.method === 'HEAD' ? await fileOf(folder, pathname) : undefined;
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    return;
  }
  // Names below assets/ carry a hash of the content; everything else must be asked for again.
  const lasting = /\/assets\/[^/]+-[\w-]{8,}\.\w+$/.test(pathname);
  response.writeHead(200, {
    'content-type': TYPES.get(extname(file.path)) ?? 'application/octet-stream',
    'content-length': file.size,
    'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  if (request.method === 'HEAD') response.end();
  else pipeline(createReadStream(file.path), response, () => undefined);
}

/** Serves `folder` on 127.0.0.1 with `headers` beside its own; port 0 takes a free one. Settles when it listens. */
export function serveFolder(folder, port, headers = {}) {
  const server = createServer((request, response) => {
    answer(folder, headers, request, response).catch(() => response.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address();
      const close = () => new Promise((done) => (server.close(() => done()), server.closeAllConnections()));
      resolve({ address: `http://127.0.0.1:${taken}/`, close });
    });
  });
}
