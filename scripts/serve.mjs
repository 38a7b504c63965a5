// A static file server for dist/, as plain as the hosting it stands for: no policy headers, because the app must be
// safe without them. Used by `npm start` and by the end-to-end tests.

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

async function answer(folder, request, response) {
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
  });
  if (request.method === 'HEAD') response.end();
  else pipeline(createReadStream(file.path), response, () => undefined);
}

/** Serves `folder` on 127.0.0.1; port 0 takes a free one. Settles when it listens. */
export function serveFolder(folder, port) {
  const server = createServer((request, response) => {
    answer(folder, request, response).catch(() => response.destroy());
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
