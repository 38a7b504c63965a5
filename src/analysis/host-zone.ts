// The time zone of a host as it tells it itself: once a day the System log gets an uptime report (EventLog 6013), whose
// seventh value is the standard bias in minutes and Windows' name of the zone: `-60 Romance Standard Time`.

import type { EventElement } from '../model/event.ts';
import { createTimeZone } from '../base/time-zone.ts';
import { WINDOWS_ZONES } from './windows-zones.ts';

export interface ReportedZone {
  /** Minutes from local standard time to UTC: positive west of Greenwich. */
  readonly bias: number;
  /** As the host calls it, in the language of its Windows. */
  readonly name: string;
}

/** Place of the zone among the values of the report. */
const ZONE_AT = 6;
const MAX_NAME = 128;

/** What an uptime report says of the zone; undefined where it says nothing, or is no such report. */
export function reportedZoneOf(event: EventElement): ReportedZone | undefined {
  const data = event[3].find(([name]) => name === 'EventData')?.[3].filter(([name]) => name === 'Data');
  const told = data?.[ZONE_AT];
  const match = /^(-?\d{1,4}) (\S.*)$/.exec(told === undefined ? '' : told[2].slice(0, MAX_NAME).trim());
  return match === null ? undefined : { bias: Number(match[1]), name: match[2]! };
}

/**
 * The IANA zone of a report; undefined where Windows' name is not known (other languages have names of their own) or the
 * zone's standard time is not what the host said.
 */
export function zoneOfReport({ bias, name }: ReportedZone, reported: string): string | undefined {
  const iana = WINDOWS_ZONES.get(name);
  const zone = iana === undefined ? undefined : createTimeZone(iana);
  const year = Number(reported.slice(0, 4));
  if (zone === undefined || !Number.isInteger(year)) return undefined;
  // Standard time holds in one of the halves of the year, which one depends on the hemisphere.
  const offsets = [0, 6].map((month) => zone.offsetAt(Date.UTC(year, month, 15)));
  return offsets.includes(-bias * 60_000) ? iana : undefined;
}
