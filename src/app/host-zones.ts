// Asks the events of a case which time zones its hosts are in. Loaded when host times are first wanted.

import { reportedZoneOf, zoneOfReport } from '../analysis/host-zone.ts';
import type { EventIndex } from '../pool/event-index.ts';
import type { TimeDisplay } from './time-display.svelte.ts';

export interface HostZone {
  readonly computer: string;
  /** As the host calls it. */
  readonly name: string;
  readonly bias: number;
  /** Undefined where the name is not known or does not fit. */
  readonly zone: string | undefined;
  /** Time of the report, ISO. */
  readonly reported: string;
}

/** Asks for the zones and shows times of hosts in them from now on. */
export async function showHostZones(times: TimeDisplay, index: EventIndex): Promise<readonly HostZone[]> {
  const hosts = index.count === 0 ? [] : await loadHostZones(index);
  times.setHosts(
    new Map(hosts.flatMap(({ computer, zone }) => (zone === undefined ? [] : [[computer, zone] as const]))),
  );
  return hosts;
}

const QUERY = 'channel:System provider:EventLog eventid:6013';
/** Reports looked through for hosts: a host writes one a day. */
const MOST_ROWS = 5_000;
const PAGE = 1_000;
const MOST_HOSTS = 200;

/** Gives what the last uptime report of each host says, by name of host. */
export async function loadHostZones(index: EventIndex): Promise<readonly HostZone[]> {
  const search = index.search({ query: QUERY, sort: { by: 'time', descending: true } }, () => undefined);
  const found = new Map<string, HostZone>();
  try {
    await search.done;
    for (let from = 0; from < MOST_ROWS && found.size < MOST_HOSTS; from += PAGE) {
      const rows = await search.rows(from, PAGE, []);
      for (const { computer, file, offset, time } of rows) {
        if (found.has(computer.toLowerCase()) || found.size >= MOST_HOSTS) continue;
        const event = await index.loadEvent(file, offset);
        const zone = event && reportedZoneOf(event);
        if (zone === undefined) continue;
        found.set(computer.toLowerCase(), { computer, ...zone, zone: zoneOfReport(zone, time), reported: time });
      }
      if (rows.length < PAGE) break;
    }
  } finally {
    search.close();
  }
  return [...found.values()].sort((a, b) => (a.computer < b.computer ? -1 : 1));
}
