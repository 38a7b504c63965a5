// A scanner whose rules can change: a scanner compiles its rules into its workers once, so new rules mean new workers.
// A scan that runs keeps the rules that it began with.

import type { Scanner } from './scanner.ts';

export interface RenewableScanner extends Scanner {
  /** The next scan starts with fresh workers. */
  renew(): void;
}

/** Gives a scanner over what `create` gives. */
export function createRenewableScanner(create: () => Scanner): RenewableScanner {
  let current: Scanner | undefined;
  /** Scans that run, by their scanner: it is ended when the last of them is over. */
  const running = new Map<Scanner, number>();

  const settle = (scanner: Scanner): void => {
    const left = (running.get(scanner) ?? 1) - 1;
    if (left > 0) running.set(scanner, left);
    else running.delete(scanner);
    if (left === 0 && scanner !== current) scanner.dispose();
  };
  const use = (): Scanner => (current ??= create());

  return {
    warm: () => use().warm(),
    scan(files, options, listener) {
      const scanner = use();
      running.set(scanner, (running.get(scanner) ?? 0) + 1);
      const handle = scanner.scan(files, options, listener);
      const over = (): void => settle(scanner);
      handle.done.then(over, over);
      return handle;
    },
    renew() {
      const old = current;
      current = undefined;
      if (old !== undefined && !running.has(old)) old.dispose();
    },
    dispose() {
      for (const scanner of new Set([...running.keys(), ...(current === undefined ? [] : [current])]))
        scanner.dispose();
      current = undefined;
    },
  };
}
