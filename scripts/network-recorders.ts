// Recorders for proofs that nothing is sent: a proxy that writes down every request and lets only the app's own server
// be reached, a name server that writes down every question, and listeners that write down every connection.

import { createSocket } from 'node:dgram';
import { createServer, request as forward } from 'node:http';
import { createServer as createListener, type AddressInfo } from 'node:net';

export interface Recorder {
  /** What was seen, in order; grows. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** Starts a proxy on a free port. `ownHost` (name:port) is passed on to; everything else gets 502. */
export async function recordingProxy(ownHost: string): Promise<Recorder & { readonly address: string }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const address = request.url ?? '';
    seen.push(`${request.method ?? ''} ${address}`);
    if (!address.startsWith(`http://${ownHost}/`)) {
      response.writeHead(502).end();
      return;
    }
    const onward = forward(address, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url ?? ''}`);
    socket.end('HTTP/1.1 502 Refused\r\n\r\n');
  });
  server.on('upgrade', (request, socket) => {
    seen.push(`UPGRADE ${request.url ?? ''}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers every question on 127.0.0.1:53 with one address of the test range, so that a connection follows. Needs root. */
export async function recordingNameServer(): Promise<Recorder> {
  const seen: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const { name, end } = nameIn(message);
    const type = end + 2 <= message.length ? message.readUInt16BE(end) : 0;
    seen.push(`${name} (type ${type})`);
    const isAddress = type === 1;
    const head = Buffer.from(message.subarray(0, Math.min(end + 4, message.length)));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(isAddress ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 1]);
    socket.send(isAddress ? Buffer.concat([head, answer]) : head, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, '127.0.0.1', resolve);
  });
  return { seen, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}

function nameIn(message: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0 && length < 64 && labels.length < 128; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

/** Listens on ports of every address of this machine and writes down who comes to any but 127.0.0.1. Needs root below 1024. */
export async function recordingListeners(ports: readonly number[]): Promise<Recorder> {
  const seen: string[] = [];
  const servers = ports.map((port) => {
    const server = createListener((socket) => {
      const address = socket.localAddress?.replace('::ffff:', '') ?? '';
      if (address !== '127.0.0.1') seen.push(`${address}:${port}`);
      socket.destroy();
    });
    return new Promise<typeof server>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, () => resolve(server));
    });
  });
  const open = await Promise.all(servers);
  return {
    seen,
    close: async () => {
      await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
