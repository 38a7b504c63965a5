// In which zone times are shown: UTC unless the analyst says otherwise. The zone of a host is what its own log says, or
// unknown, never a guess. Exports and searches do not come here: they are in UTC.

import { createTimeZone, formatZoned, UTC, type TimeZone } from '../base/time-zone.ts';
import { formatEventTime, formatUnixTime } from '../base/number-text.ts';
import type { Settings } from './ports.ts';

/** `utc`, `local` (this computer), `host` (each host's own), else an IANA name. */
export type ZoneChoice = string;

const SETTING = 'zone';

export class TimeDisplay {
  readonly #settings: Settings;
  readonly #zones = new Map<string, TimeZone | undefined>();
  #choice = $state<ZoneChoice>('utc');
  /** By the host's name in lower case. */
  #hosts = $state.raw<ReadonlyMap<string, TimeZone>>(new Map());
  readonly #zone = $derived(this.#zoneOf(this.#choice));

  constructor(settings: Settings) {
    this.#settings = settings;
    const kept = settings.read(SETTING) ?? 'utc';
    this.#choice = kept === 'host' || this.#zoneOf(kept) !== undefined ? kept : 'utc';
  }

  get choice(): ZoneChoice {
    return this.#choice;
  }
  set choice(choice: ZoneChoice) {
    this.#choice = choice;
    this.#settings.write(SETTING, choice);
  }

  /** Whether shown times are those of searches and exports. */
  get isUtc(): boolean {
    return this.#choice === 'utc';
  }

  /** Name of the zone for heads of columns: `UTC`, `Europe/Berlin`, `host's zone`. */
  get label(): string {
    return this.#choice === 'host' ? "host's zone" : (this.#zone?.name ?? 'UTC');
  }

  /** Takes the zones that hosts told. */
  setHosts(zones: ReadonlyMap<string, string>): void {
    const known = new Map<string, TimeZone>();
    for (const [host, name] of zones) {
      const zone = this.#named(name);
      if (zone !== undefined) known.set(host.toLowerCase(), zone);
    }
    this.#hosts = known;
  }

  /** The time text of an event on a host, for lists; in UTC without a word, else with the offset. */
  ofEvent(time: string, computer: string): string {
    if (this.#choice === 'utc' || time === '') return formatEventTime(time);
    const zone = this.#choice === 'host' ? this.#hosts.get(computer.toLowerCase()) : this.#zone;
    if (zone === undefined) return `${formatEventTime(time)} UTC`;
    return formatZoned(Date.parse(`${time.slice(0, 23)}Z`), zone, true);
  }

  /** Unix milliseconds that belong to no host, for text: `2024-03-01 13:05:09 UTC`, `2024-03-01 14:05:09 +01:00`. */
  stamp(milliseconds: number): string {
    if (!Number.isFinite(milliseconds)) return '';
    const zone = this.#zone;
    return zone === undefined || this.#choice === 'utc'
      ? `${formatUnixTime(milliseconds)} UTC`
      : formatZoned(milliseconds, zone, false);
  }

  /** As `ofEvent`, for text: the zone is always said. */
  stampOfEvent(time: string, computer: string): string {
    return this.#choice === 'utc' && time !== '' ? `${formatEventTime(time)} UTC` : this.ofEvent(time, computer);
  }

  /** As `stamp`, where the place says that UTC is meant. */
  clock(milliseconds: number): string {
    return this.#choice === 'utc' ? formatUnixTime(milliseconds) : this.stamp(milliseconds);
  }

  /** Milliseconds that the shown clock is ahead of UTC, for the axes of charts; hosts have none in common. */
  readonly offsetAt = (milliseconds: number): number => this.#zone?.offsetAt(milliseconds) ?? 0;

  /** The zone of this computer. */
  get local(): string {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  #zoneOf(choice: ZoneChoice): TimeZone | undefined {
    if (choice === 'utc') return UTC;
    if (choice === 'host') return undefined;
    return this.#named(choice === 'local' ? this.local : choice);
  }

  #named(name: string): TimeZone | undefined {
    if (!this.#zones.has(name)) this.#zones.set(name, createTimeZone(name));
    return this.#zones.get(name);
  }
}
