// A scanner before it is needed: what runs scans is not part of what the first screen loads. It comes with warm(), when
// the page is idle, or with the first scan.

import type { ScanHandle, Scanner } from './scanner.ts';

/** Gives a scanner over the one that `load` gives; `load` is called once, and again only after it has failed. */
export function createLazyScanner(load: () => Promise<Scanner>): Scanner {
  let loaded: Scanner | undefined;
  let loading: Promise<Scanner> | undefined;
  let isDisposed = false;
  const scannerOf = (): Promise<Scanner> => {
    loading ??= load().then(
      (scanner) => {
        loaded = scanner;
        if (isDisposed) scanner.dispose();
        return scanner;
      },
      (cause: unknown) => {
        loading = undefined;
        throw cause;
      },
    );
    return loading;
  };
  return {
    async warm() {
      const scanner = await scannerOf();
      if (!isDisposed) await scanner.warm();
    },
    scan(...request) {
      if (loaded !== undefined) return loaded.scan(...request);
      let handle: ScanHandle | undefined;
      let isCancelled = false;
      const begin = (scanner: Scanner): ScanHandle['done'] => {
        handle = scanner.scan(...request);
        if (isCancelled) handle.cancel();
        return handle.done;
      };
      return {
        done: scannerOf().then(begin),
        cancel() {
          isCancelled = true;
          handle?.cancel();
        },
      };
    },
    dispose() {
      isDisposed = true;
      loaded?.dispose();
    },
  };
}
