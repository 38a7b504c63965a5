// What a script can try to send something out or to run a text, in whatever scope it stands.

/** Outcome of every attempt, `stopped` where it failed. Self-contained: it is sent into pages and workers as text. */
export const tryWaysOut = async (other: string): Promise<Record<string, string>> => {
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
    fetch: await outcome(() => fetch(`http://${other}/`)),
    socket: await outcome(() => opens(new WebSocket(`ws://${other}/`), 'open')),
    events: await outcome(() => opens(new EventSource(`http://${other}/`), 'open')),
    request: await outcome(() => {
      const request = new XMLHttpRequest();
      request.open('GET', `http://${other}/`);
      request.send();
      return opens(request, 'load');
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

export const ALL_STOPPED: Readonly<Record<string, string>> = Object.fromEntries(
  ['fetch', 'socket', 'events', 'request', 'script', 'eval', 'compile', 'compileAsync'].map((way) => [way, 'stopped']),
);
