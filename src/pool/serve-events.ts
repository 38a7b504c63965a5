// The events worker's side of the boundary: the index answered through comlink, or a searcher on a port. Knows messages,
// nothing of logs or queries.

import * as Comlink from 'comlink';
import type { ByteReaders } from '../model/byte-job.ts';
import type { CreateEventCore, EventWorkerApi, SearcherMessage, SearcherRequest } from './event-protocol.ts';
import { SearcherTeam } from './searcher-team.ts';

/** Jobs handed out at a time: more than any machine has searchers. */
const MOST_JOBS = 8;

/** Answers calls at an endpoint until that closes. `createReader` makes who reads bytes in this thread. */
export function serveEvents(
  endpoint: Comlink.Endpoint,
  createCore: CreateEventCore,
  createReader: () => ByteReaders,
): void {
  const team = new SearcherTeam(MOST_JOBS, createReader());
  const core = createCore(team);
  const api: EventWorkerApi = {
    ...core,
    addAll(entries) {
      for (const entry of entries) {
        if ('part' in entry) core.add(entry.number, entry.part);
        else core.addFile(entry.number, entry.path, entry.blob);
      }
    },
    serveSearches: (port) => serveSearches(port, createReader()),
    addSearcher: (number, port) => team.add(number, port),
    dropSearcher: (number, detail, last) => team.drop(number, detail, last),
  };
  Comlink.expose(api, endpoint);
}

/** Does jobs that come over a port, one at a time. */
function serveSearches(port: MessagePort, reader: ByteReaders): void {
  const send = (message: SearcherMessage): void => port.postMessage(message);
  let stop = new AbortController();
  port.onmessage = ({ data }: MessageEvent<SearcherRequest>) => {
    if (data.kind === 'stop') {
      stop.abort();
      return;
    }
    stop = new AbortController();
    reader
      .run(data.job, (found, bytes) => send({ kind: 'found', found, bytes }), stop.signal)
      .then(
        (problems) => send({ kind: 'end', problems }),
        (cause: unknown) =>
          send({ kind: 'crashed', detail: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }),
      );
  };
}
