// A page in Debian's Firefox, driven over WebDriver BiDi, the W3C protocol that Firefox itself serves. Playwright drives
// a Firefox of its own making only, so this speaks the few commands that the tests need. The only owner of `ws`.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** A Firefox that is there, undefined where none is. */
export const firefoxPath = [process.env['FIREFOX_PATH'], '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
  (path) => path !== undefined && existsSync(path),
);

/** How long the page may take for anything that a test waits for. */
const PATIENCE_MS = 60_000;

export interface FirefoxPage {
  /** Addresses that the page and its workers asked for, in order. */
  readonly requests: readonly string[];
  /** Errors that the console showed, uncaught ones among them. */
  readonly faults: readonly string[];
  goto(address: string): Promise<void>;
  reload(): Promise<void>;
  /** Clicks the element with this role and name, with a pointer, as soon as there is one. */
  click(role: string, name: string): Promise<void>;
  setFiles(selector: string, paths: readonly string[]): Promise<void>;
  press(key: string): Promise<void>;
  /** Calls a function that stands by itself in the page, and gives what it settles with. */
  evaluate<A, T>(call: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  /** Evaluates an expression in the page and gives what it settles with. */
  run(expression: string): Promise<unknown>;
  /** The name of every worker that the page started, and its answer to the question that the page was opened with. */
  askWorkers(): Promise<WorkerAnswers>;
  /** Calls the function until it gives something true. */
  waitFor<A>(test: (argument: A) => unknown, argument: A, what: string): Promise<void>;
  /** The text of the next file that the page gives to its user. */
  download(start: () => Promise<void>): Promise<string>;
}

export interface RunningFirefox {
  /** A page with storage of its own, whose workers live on and can be asked for the value of an expression. */
  open(question: string): Promise<FirefoxPage>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly message?: string;
}

type Send = (method: string, params: object) => Promise<Record<string, unknown>>;
type Listen = (listener: (method: string, params: Record<string, unknown>) => void) => void;

/** No errands of the browser's own, no questions at the first start, no question before a page is left. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.disable_beforeunload': true,
  'extensions.update.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9/',
  'termsofuse.bypassNotification': true,
  'toolkit.telemetry.enabled': false,
};

/** Starts Firefox without a window. */
export async function startFirefox(): Promise<RunningFirefox> {
  if (firefoxPath === undefined) throw new Error('no Firefox here');
  const folder = await mkdtemp(join(tmpdir(), 'winnow-firefox-'));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(join(folder, 'user.js'), lines.join(''));
  const child = spawn(firefoxPath, ['--headless', '--remote-debugging-port', '0', '--profile', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (part: Buffer) => {
      text += part.toString();
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(text);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`Firefox ended: ${text}`)));
  });
  const { send, listen, hangUp } = await connect(`${address}/session`);
  await send('session.new', { capabilities: { alwaysMatch: { unhandledPromptBehavior: { default: 'accept' } } } });
  await send('session.subscribe', {
    events: ['log.entryAdded', 'network.beforeRequestSent', 'browsingContext.downloadEnd'],
  });
  return {
    async open(question) {
      const { userContext } = await send('browser.createUserContext', {});
      await send('browser.setDownloadBehavior', {
        downloadBehavior: { type: 'allowed', destinationFolder: folder },
        userContexts: [userContext],
      });
      const functionDeclaration = `() => (${keepWorkers.toString()})(${JSON.stringify(question)})`;
      await send('script.addPreloadScript', { functionDeclaration, userContexts: [userContext] });
      const { context } = await send('browsingContext.create', { type: 'tab', userContext });
      await send('browsingContext.setViewport', { context, viewport: { width: 1_280, height: 800 } });
      return createPage(context as string, send, listen);
    },
    async close() {
      await send('browser.close', {}).catch(() => undefined);
      hangUp();
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function connect(address: string): Promise<{ send: Send; listen: Listen; hangUp: () => void }> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<
    number,
    { resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }
  >();
  const listeners: Parameters<Listen>[0][] = [];
  let next = 1;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.type === 'event') {
      for (const listener of listeners) listener(message.method ?? '', message.params ?? {});
      return;
    }
    const call = waiting.get(message.id ?? 0);
    waiting.delete(message.id ?? 0);
    if (message.type === 'success') call?.resolve(message.result ?? {});
    else call?.reject(new Error(`${message.error ?? 'error'}: ${message.message ?? ''}`));
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox is gone'));
    waiting.clear();
  });
  return {
    send: (method, params) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    listen: (listener) => listeners.push(listener),
    hangUp: () => socket.terminate(),
  };
}

type WorkerAnswers = readonly (readonly [name: string, answer: unknown])[];

/**
 * Makes a page keep its workers when they have done their work, and puts a question into each: `askWorkers` gives their
 * answers. Over BiDi, Firefox tells of workers and runs nothing in them. Self-contained: it is sent to the page as text.
 */
function keepWorkers(question: string): void {
  const started: (readonly [name: string, worker: Worker])[] = [];
  const listener = `addEventListener('message', async (event) => {
    if (event.data !== 'question') return;
    event.stopImmediatePropagation();
    event.ports[0].postMessage(await ${question});
  });`;
  const createAddress = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) =>
    createAddress(
      blob instanceof Blob && blob.type === 'text/javascript' ? new Blob([listener, blob], { type: blob.type }) : blob,
    );
  globalThis.Worker = class extends Worker {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      started.push([options?.name ?? '', this]);
    }
    override terminate(): void {
      // It lives on.
    }
  };
  const ask = (worker: Worker): Promise<unknown> =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      worker.postMessage('question', [port2]);
    });
  const askWorkers = (): Promise<unknown> =>
    Promise.all(started.map(async ([name, worker]) => [name, await ask(worker)]));
  Object.assign(globalThis, { askWorkers });
}

function createPage(context: string, send: Send, listen: Listen): FirefoxPage {
  const requests: string[] = [];
  const faults: string[] = [];
  let downloaded: ((path: string) => void) | undefined;
  listen((method, params) => {
    const source = params['source'] as { context?: string } | undefined;
    if ((source?.context ?? params['context']) !== context) return;
    if (method === 'network.beforeRequestSent') requests.push((params['request'] as { url: string }).url);
    if (method === 'log.entryAdded' && params['level'] === 'error') faults.push(String(params['text']));
    if (method === 'browsingContext.downloadEnd') downloaded?.(String(params['filepath']));
  });

  const call = async (functionDeclaration: string, args: readonly object[]): Promise<string> => {
    const answer = await send('script.callFunction', {
      functionDeclaration,
      awaitPromise: true,
      target: { context },
      arguments: args,
    });
    if (answer['type'] === 'exception')
      throw new Error((answer['exceptionDetails'] as { text: string }).text, { cause: answer });
    return String((answer['result'] as { value?: unknown }).value);
  };
  const valueOf = (argument: unknown): object => ({ type: 'string', value: JSON.stringify(argument ?? null) });

  const locate = async (locator: object, what: string): Promise<object> => {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const { nodes } = await send('browsingContext.locateNodes', { context, locator, maxNodeCount: 1 });
      const [node] = nodes as { sharedId: string }[];
      if (node !== undefined) return { sharedId: node.sharedId };
      if (Date.now() > until) throw new Error(`there is no ${what}`);
    }
  };

  return {
    requests,
    faults,
    async goto(url) {
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async reload() {
      await send('browsingContext.reload', { context, wait: 'complete' });
    },
    async click(role, name) {
      const element = await locate({ type: 'accessibility', value: { role, name } }, `${role} ${name}`);
      await call('(element) => element.scrollIntoView({ block: "nearest" })', [element]);
      const move = { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element } };
      const press = [
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ];
      const pointer = { type: 'pointer', id: 'mouse', actions: [move, ...press] };
      await send('input.performActions', { context, actions: [pointer] });
    },
    async setFiles(selector, files) {
      const element = await locate({ type: 'css', value: selector }, selector);
      await send('input.setFiles', { context, element, files });
    },
    async press(value) {
      const strokes = [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ];
      await send('input.performActions', { context, actions: [{ type: 'key', id: 'keys', actions: strokes }] });
    },
    async evaluate<A, T>(work: (argument: A) => T | Promise<T>, argument: A) {
      const text = `async (json) => JSON.stringify((await (${work.toString()})(JSON.parse(json))) ?? null)`;
      return JSON.parse(await call(text, [valueOf(argument)])) as T;
    },
    async run(expression) {
      return JSON.parse(await call(`async () => JSON.stringify((await ${expression}) ?? null)`, [])) as unknown;
    },
    async askWorkers() {
      return JSON.parse(await call('async () => JSON.stringify(await globalThis.askWorkers())', [])) as WorkerAnswers;
    },
    async waitFor(test, argument, what) {
      const text = `(json, patience) => new Promise((resolve, reject) => {
        const until = Date.now() + Number(patience);
        const look = () => {
          if ((${test.toString()})(JSON.parse(json))) resolve('');
          else if (Date.now() > until) reject(new Error(document.body.innerText.slice(0, 2000)));
          else setTimeout(look, 30);
        };
        look();
      })`;
      await call(text, [valueOf(argument), valueOf(PATIENCE_MS)]).catch((cause: unknown) => {
        throw new Error(`waited in vain for ${what}`, { cause });
      });
    },
    async download(start) {
      const path = new Promise<string>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('waited in vain for a download')), PATIENCE_MS);
        downloaded = (arrived) => {
          clearTimeout(timer);
          resolve(arrived);
        };
      });
      await Promise.all([start(), path]);
      return readFile(await path, 'utf8');
    },
  };
}
