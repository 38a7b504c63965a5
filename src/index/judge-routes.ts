// Which rows are of a kind of event that a rule can match: told from the columns alone, so that only their bytes are read.

import { foldText } from '../base/fold.ts';
import type { EventRoute } from '../model/event-search.ts';
import type { Block, EventColumns } from './event-columns.ts';
import { namesOf } from './judge-rows.ts';

/** Tells for every row of a block whether some route accepts it. */
export type AcceptRows = (block: Block, count: number, out: Uint8Array) => void;

/** Prepares routes for the rows of an index: 1 in `out` for those that one accepts, 0 for the others. */
export function compileRoutes(routes: readonly EventRoute[], columns: EventColumns): AcceptRows {
  const flags = (names: readonly string[], wanted: string | undefined): Uint8Array =>
    Uint8Array.from(names, (name) => (wanted === undefined || foldText(name) === wanted ? 1 : 0));
  const tests = routes.map(({ channel, provider, eventIds }) => ({
    channels: flags(namesOf(columns, 'channel'), channel),
    providers: flags(namesOf(columns, 'provider'), provider),
    ids: eventIds === undefined ? undefined : new Set(eventIds),
  }));
  return (block, count, out) => {
    const { channel, provider, eventId } = block;
    for (let i = 0; i < count; i++) {
      out[i] = 0;
      for (const { channels, providers, ids } of tests) {
        if (channels[channel[i]!] !== 1 || providers[provider[i]!] !== 1) continue;
        if (ids !== undefined && !ids.has(eventId[i]!)) continue;
        out[i] = 1;
        break;
      }
    }
  };
}
