// The searchers as the index sees them: jobs go to whoever is free, a job whose searcher is lost is done once more, and
// where no searcher can be had the index reads by itself.

import type { ByteJob, ByteReaders, JobFound } from '../model/byte-job.ts';
import type { Problem } from '../model/problem.ts';
import type { SearcherMessage, SearcherRequest } from './event-protocol.ts';

interface Searcher {
  readonly number: number;
  readonly port: MessagePort;
  lose: (detail: string) => void;
}

type Outcome = { readonly problems: readonly Problem[] } | { readonly lost: string };

export class SearcherTeam implements ByteReaders {
  readonly parallel: number;
  readonly #alone: ByteReaders;
  readonly #idle: Searcher[] = [];
  readonly #all = new Map<number, Searcher>();
  #waiting: (() => void)[] = [];
  #isAlone = false;

  /** @param size searchers that there will be; @param alone who reads when there are none. */
  constructor(size: number, alone: ByteReaders) {
    this.parallel = size;
    this.#alone = alone;
  }

  add(number: number, port: MessagePort): void {
    const searcher: Searcher = { number, port, lose: () => undefined };
    this.#all.set(number, searcher);
    this.#free(searcher);
  }

  drop(number: number, detail: string, last: boolean): void {
    const searcher = this.#all.get(number);
    this.#all.delete(number);
    if (searcher !== undefined) {
      const at = this.#idle.indexOf(searcher);
      if (at >= 0) this.#idle.splice(at, 1);
      searcher.port.close();
      searcher.lose(detail);
    }
    if (last && this.#all.size === 0) {
      this.#isAlone = true;
      this.#wake();
    }
  }

  async run(
    job: ByteJob,
    take: (found: JobFound, bytesDone: number) => void,
    signal?: AbortSignal,
  ): Promise<readonly Problem[]> {
    let detail = '';
    for (let attempt = 1; attempt <= 2; attempt++) {
      const searcher = await this.#lend(signal);
      if (signal?.aborted === true) {
        if (searcher !== undefined) this.#free(searcher);
        return [];
      }
      if (searcher === undefined) return this.#alone.run(job, take, signal);
      const outcome = await this.#perform(searcher, job, take, signal);
      if ('problems' in outcome) {
        if (this.#all.has(searcher.number)) this.#free(searcher);
        return outcome.problems;
      }
      detail = outcome.lost;
    }
    const hint = 'This part was skipped after two attempts; everything around it was searched.';
    return [{ code: 'worker-lost', severity: 'error', file: job.path, detail, hint }];
  }

  #perform(
    searcher: Searcher,
    job: ByteJob,
    take: (found: JobFound, bytesDone: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const { port } = searcher;
    return new Promise((resolve) => {
      const send = (request: SearcherRequest): void => port.postMessage(request);
      const stop = (): void => send({ kind: 'stop' });
      const settle = (outcome: Outcome): void => {
        signal?.removeEventListener('abort', stop);
        port.onmessage = null;
        searcher.lose = () => undefined;
        resolve(outcome);
      };
      searcher.lose = (detail) => settle({ lost: detail });
      port.onmessage = ({ data }: MessageEvent<SearcherMessage>) => {
        if (data.kind === 'found') take(data.found, data.bytes);
        else if (data.kind === 'end') settle({ problems: data.problems });
        else this.drop(searcher.number, data.detail, true);
      };
      signal?.addEventListener('abort', stop);
      send({ kind: 'job', job });
    });
  }

  /** A free searcher; undefined when there is none and none will come, or when the search was stopped. */
  async #lend(signal: AbortSignal | undefined): Promise<Searcher | undefined> {
    const wake = (): void => this.#wake();
    signal?.addEventListener('abort', wake);
    try {
      for (;;) {
        if (signal?.aborted === true || this.#isAlone) return undefined;
        const searcher = this.#idle.pop();
        if (searcher !== undefined) return searcher;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  #free(searcher: Searcher): void {
    this.#idle.push(searcher);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
