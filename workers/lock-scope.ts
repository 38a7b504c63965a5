// Closes a service worker's scope. A service worker is loaded by address, so the page's policy does not reach it, and
// a plain host sends no policy of its own with it. What is taken away here is away for every later line in that scope,
// ours included: a bug there could not send anything out.

/** What a scope must have to be closed; a service worker has it. */
export interface LockableScope {
  fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;
  setTimeout: unknown;
  setInterval: unknown;
}

const WAYS_OUT = [
  'BackgroundFetchManager',
  'EventSource',
  'RTCPeerConnection',
  'SharedWorker',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'Worker',
  'XMLHttpRequest',
  'importScripts',
];

/** Methods that load an address by themselves, past `fetch`. */
const LOADERS: readonly (readonly [owner: string, methods: readonly string[]])[] = [
  ['Cache', ['add', 'addAll']],
  ['Clients', ['openWindow']],
  ['WindowClient', ['navigate']],
];

/**
 * Leaves of the scope's ways to load or to run anything only `fetch`, for the addresses that `mayFetch` allows. Must
 * run before any other code of the scope.
 */
export function lockScope(scope: LockableScope, mayFetch: (address: string) => boolean): void {
  const fetchAnything = scope.fetch.bind(scope);
  for (const name of WAYS_OUT) remove(scope, name);
  for (const [owner, methods] of LOADERS) {
    const { prototype } = (Reflect.get(scope, owner) ?? {}) as { prototype?: object };
    if (prototype !== undefined) for (const method of methods) remove(prototype, method);
  }
  const refuse = (): never => {
    throw new EvalError('Winnow runs no code from texts.');
  };
  // Every kind of function has a constructor of its own that compiles texts.
  const kinds = [() => 0, async () => Promise.resolve(), function* () {}, async function* () {}];
  for (const kind of kinds) {
    const prototype = Object.getPrototypeOf(kind) as object;
    Object.defineProperty(prototype, 'constructor', { value: refuse, writable: false, configurable: false });
  }
  fix(scope, 'eval', refuse);
  fix(scope, 'Function', refuse);
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const schedule = scope[name] as (work: unknown, ...rest: unknown[]) => unknown;
    const own = (work: unknown, ...rest: unknown[]): unknown =>
      typeof work === 'function' ? Reflect.apply(schedule, scope, [work, ...rest]) : refuse();
    fix(scope, name, own);
  }
  fix(scope, 'fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    if (!mayFetch(request.url)) throw new TypeError('Winnow loads only its own files.');
    // The host's word on where a file moved to is not followed: it could lead anywhere.
    return fetchAnything(new Request(request, { redirect: 'error' }));
  });
}

function remove(holder: object, name: string): void {
  fix(holder, name, undefined);
}

/** Sets a name for good, and takes it away from every prototype, where the true one could still be had. */
function fix(holder: object, name: string, value: unknown): void {
  for (let at: object | null = holder; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, name)) Reflect.deleteProperty(at, name);
  }
  Object.defineProperty(holder, name, { value, writable: false, configurable: false });
}
