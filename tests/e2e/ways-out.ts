// What a script can try to send something out or to run a text, in whatever scope it stands, and a server of somebody
// else's that counts what reaches it.

import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody else's server, which would answer anybody. */
export interface Elsewhere {
  /** Host and port. */
  readonly address: string;
  /** Requests, upgrades and datagrams so far. */
  visits(): number;
  close(): void;
}

/** Starts a server that allows everything to everybody, and listens for datagrams on the same port. */
export async function startElsewhere(): Promise<Elsewhere> {
  let visits = 0;
  const server = createServer((_request, response) => {
    visits += 1;
    response
      .writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' })
      .end('globalThis.stolen = 1;');
  });
  server.on('upgrade', (_request, socket) => {
    visits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const datagrams = createSocket('udp4', () => (visits += 1));
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${port}`,
    visits: () => visits,
    close() {
      server.close();
      datagrams.close();
    },
  };
}

/** Outcome of every attempt, `stopped` where it failed. Self-contained: it is sent into pages and workers as text. */
const tryWaysOut = async (other: string): Promise<Record<string, string>> => {
  const outcome = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'worked';
    } catch {
      return 'stopped';
    }
  };
  const scope = globalThis as unknown as Record<string, unknown> & { importScripts?: (url: string) => void };
  const opens = (target: EventTarget, good: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      target.addEventListener(good, resolve);
      target.addEventListener('error', reject);
    });
  return {
    // Before anything else: a browser sends it when it likes, and the rest gives it the time.
    beacon: await outcome(
      () =>
        new Promise((resolve, reject) => {
          // Chromium says yes and tells of the refusal by an event.
          globalThis.addEventListener('securitypolicyviolation', reject, { once: true });
          if (!navigator.sendBeacon(`http://${other}/`)) reject(new Error('refused'));
          setTimeout(resolve, 2_000);
        }),
    ),
    fetch: await outcome(() => fetch(`http://${other}/`)),
    socket: await outcome(() => opens(new WebSocket(`ws://${other}/`), 'open')),
    events: await outcome(() => opens(new EventSource(`http://${other}/`), 'open')),
    request: await outcome(() => {
      const request = new XMLHttpRequest();
      request.open('GET', `http://${other}/`);
      request.send();
      return opens(request, 'load');
    }),
    image: await outcome(() => {
      const image = new Image();
      image.src = `http://${other}/`;
      return opens(image, 'load');
    }),
    connection: await outcome(async () => {
      const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:${other}` }] });
      connection.createDataChannel('out');
      await connection.setLocalDescription(await connection.createOffer());
    }),
    module: await outcome(() => import(/* @vite-ignore */ `http://${other}/`)),
    worker: await outcome(() => {
      const text = `fetch("http://${other}/").then(() => postMessage(0), () => { throw 0; });
        addEventListener("unhandledrejection", () => setTimeout(() => { throw 0; }));`;
      return opens(new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))), 'message');
    }),
    script: await outcome(() => {
      if (scope.importScripts === undefined) throw new Error('there is none here');
      scope.importScripts(`http://${other}/`);
    }),
    eval: await outcome(() => (0, eval)('1 + 1') as number),
    compile: await outcome(() => Reflect.construct((() => 0).constructor as never, ['return 1'])),
    compileAsync: await outcome(() =>
      Reflect.construct((async () => Promise.resolve()).constructor as never, ['return 1']),
    ),
  };
};

/** An expression that tries every way out to a server and gives the outcomes. */
export function waysOutTo({ address }: Elsewhere): string {
  // Vitest gives `import()` a name of its own, which no page knows.
  const text = tryWaysOut.toString().replaceAll('__vite_ssr_dynamic_import__', 'import');
  return `(${text})(${JSON.stringify(address)})`;
}

const WAYS = ['beacon', 'fetch', 'socket', 'events', 'request', 'image', 'connection', 'module', 'worker', 'script'];

export const ALL_STOPPED: Readonly<Record<string, string>> = Object.fromEntries(
  [...WAYS, 'eval', 'compile', 'compileAsync'].map((way) => [way, 'stopped']),
);
