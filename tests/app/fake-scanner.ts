// A scanner that a test plays by hand: it holds the listener, and settles when told to.

import type { RenewableScanner } from '../../src/pool/renewable-scanner.ts';
import type { ScanFile, ScanHandle, ScanListener, ScanOptions, ScanSummary } from '../../src/pool/scanner.ts';

export class FakeScanner implements RenewableScanner {
  warmed = 0;
  renewed = 0;
  files: readonly ScanFile[] = [];
  options: ScanOptions | undefined;
  cancelled = false;
  #listener: ScanListener | undefined;
  #settle: ((summary: ScanSummary) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  get listener(): ScanListener {
    if (this.#listener === undefined) throw new Error('no scan was started');
    return this.#listener;
  }

  warm(): Promise<void> {
    this.warmed++;
    return Promise.resolve();
  }

  scan(files: readonly ScanFile[], options: ScanOptions, listener: ScanListener): ScanHandle {
    this.files = files;
    this.options = options;
    this.#listener = listener;
    const done = new Promise<ScanSummary>((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    return {
      done,
      cancel: () => {
        this.cancelled = true;
        this.finish('cancelled');
      },
    };
  }

  finish(outcome: ScanSummary['outcome'] = 'done', more: Pick<ScanSummary, 'templates'> = {}): void {
    this.#settle?.({ outcome, seconds: 1, bytes: 1, records: 1, findings: 1, ...more });
  }

  fail(message: string): void {
    this.#fail?.(new Error(message));
  }

  renew(): void {
    this.renewed++;
  }

  dispose(): void {}
}
