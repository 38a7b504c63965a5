import { describe, expect, test } from 'vitest';
import { reportedZoneOf, zoneOfReport } from '../../src/analysis/host-zone.ts';
import { WINDOWS_ZONES } from '../../src/analysis/windows-zones.ts';
import { loadHostZones } from '../../src/app/host-zones.ts';
import { TimeDisplay } from '../../src/app/time-display.svelte.ts';
import { createTimeZone } from '../../src/base/time-zone.ts';
import type { EventElement } from '../../src/model/event.ts';
import { fakeSettings } from './fake-ports.ts';
import { madeEvent, MemoryEvents } from './memory-events.ts';

const report = (...values: readonly string[]): EventElement => [
  'Event',
  [],
  '',
  [['EventData', [], '', values.map((value): EventElement => ['Data', [], value, []])]],
];
const uptime = (zone: string): EventElement => report('', '', '', '', '14', '60', zone);

describe('the zone in which times are shown', () => {
  test('is UTC until it is chosen, is kept, and an unknown one is UTC again', () => {
    const settings = fakeSettings();
    const display = new TimeDisplay(settings);
    const time = '2024-07-01T10:00:00.1234567Z';
    expect(display.ofEvent(time, 'A')).toBe('2024-07-01 10:00:00.123');
    expect(display.stamp(Date.UTC(2024, 6, 1))).toBe('2024-07-01 00:00:00 UTC');
    display.choice = 'Europe/Berlin';
    expect(display.label).toBe('Europe/Berlin');
    expect(display.ofEvent(time, 'A')).toBe('2024-07-01 12:00:00.123 +02:00');
    expect(display.ofEvent('', 'A')).toBe('no time');
    expect(new TimeDisplay(settings).choice).toBe('Europe/Berlin');
    settings.write('zone', 'Mars/Olympus');
    expect(new TimeDisplay(settings).choice).toBe('utc');
  });

  test("of a host is the host's own, and a host that has not told is shown in UTC and says so", () => {
    const display = new TimeDisplay(fakeSettings());
    display.setHosts(new Map([['WS-1', 'Asia/Tokyo']]));
    display.choice = 'host';
    const time = '2024-07-01T20:00:00.0000000Z';
    expect(display.ofEvent(time, 'ws-1')).toBe('2024-07-02 05:00:00.000 +09:00');
    expect(display.ofEvent(time, 'WS-2')).toBe('2024-07-01 20:00:00.000 UTC');
    // Times of no host have no host's zone.
    expect(display.stamp(Date.UTC(2024, 6, 1))).toBe('2024-07-01 00:00:00 UTC');
  });
});

describe('the zone that a host reports', () => {
  test('is read from its uptime report and named only where name and bias agree', () => {
    const zone = reportedZoneOf(uptime('-60 Romance Standard Time'));
    expect(zone).toEqual({ bias: -60, name: 'Romance Standard Time' });
    expect(zoneOfReport(zone!, '2019-07-24T13:05:44.0000000Z')).toBe('Europe/Paris');
    // In the south standard time is in July.
    const sydney = reportedZoneOf(uptime('-600 AUS Eastern Standard Time'))!;
    expect(zoneOfReport(sydney, '2024-01-01T00:00:00.0000000Z')).toBe('Australia/Sydney');
    expect(zoneOfReport({ bias: 0, name: 'Romance Standard Time' }, '2019-07-24T13:05:44.0000000Z')).toBeUndefined();
    const german = reportedZoneOf(uptime('-60 Mitteleuropäische Zeit'))!;
    expect(zoneOfReport(german, '2019-07-24T13:05:44.0000000Z')).toBeUndefined();
  });

  test('is nothing where the report is another event, is cut, or made up', () => {
    for (const event of [
      report(),
      report('a', 'b'),
      uptime(''),
      uptime('x'),
      uptime('99999 Far'),
      ['Event', [], '', []],
    ]) {
      expect(reportedZoneOf(event as EventElement)).toBeUndefined();
    }
  });

  test('every zone of the table is one that Intl knows', () => {
    const unknown = [...WINDOWS_ZONES].filter(([, iana]) => createTimeZone(iana) === undefined);
    expect(unknown).toEqual([]);
    expect(WINDOWS_ZONES.size).toBeGreaterThan(130);
  });

  test('is asked of the events once for each host, the latest report first', async () => {
    const events = new MemoryEvents(
      [0, 1, 2].map((number) => {
        const made = madeEvent(number);
        const computer = number < 2 ? 'WS-1' : 'WS-2';
        const zone = ['0 GMT Standard Time', '-540 Tokyo Standard Time', '-60 Mitteleuropäische Zeit'][number]!;
        const row = { ...made.row, computer, eventId: 6013, channel: 'System', provider: 'EventLog' };
        const system = madeEvent(number, row).event[3][0]!;
        return { row, event: ['Event', [], '', [system, ...uptime(zone)[3]]] };
      }),
    );
    const zones = await loadHostZones(events);
    expect(zones.map(({ computer, zone, name }) => [computer, zone, name])).toEqual([
      ['WS-1', 'Asia/Tokyo', 'Tokyo Standard Time'],
      ['WS-2', undefined, 'Mitteleuropäische Zeit'],
    ]);
  });
});
