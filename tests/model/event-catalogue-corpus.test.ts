// The catalogue against real logs and against the documented meanings of values seen in them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createEventCatalogue } from '../../src/model/event-catalogue.ts';
import type { EventElement } from '../../src/model/event.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { goldenLogs } from '../evtx/golden-logs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const catalogue = createEventCatalogue(
  readFileSync(`${root}rules/events/events.tsv`, 'utf8'),
  readFileSync(`${root}rules/events/values.tsv`, 'utf8'),
);
/** Every log is looked at, in long ones every n-th record. */
const RECORDS_PER_LOG = 60;

interface Seen {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly data: EventElement;
}

function* sampleRecords(): Generator<Seen> {
  for (const log of goldenLogs) {
    const records = log.records().filter(({ t }) => t !== undefined);
    const step = Math.max(1, Math.floor(records.length / RECORDS_PER_LOG));
    for (let i = 0; i < records.length; i += step) {
      const event = records[i]!.t as EventElement;
      const system = event[3].find(([name]) => name === 'System');
      if (system === undefined) continue;
      const child = (name: string): EventElement | undefined => system[3].find((element) => element[0] === name);
      yield {
        channel: child('Channel')?.[2] ?? '',
        provider: child('Provider')?.[1].find(([name]) => name === 'Name')?.[1] ?? '',
        eventId: Number(child('EventID')?.[2] ?? 0),
        data: event,
      };
    }
  }
}

describe.skipIf(!hasShared)('the event catalogue over real logs', () => {
  test('titles at least 95 % of the records, and names the values of %% codes in at least 99 % of the fields', () => {
    let records = 0;
    let titled = 0;
    let coded = 0;
    let named = 0;
    for (const { channel, provider, eventId, data } of sampleRecords()) {
      records += 1;
      if (catalogue.titleOf(channel, provider, eventId) !== undefined) titled += 1;
      if (channel !== 'Security') continue;
      const fields = data[3].find(([name]) => name === 'EventData')?.[3] ?? [];
      for (const [, attributes, text] of fields) {
        if (!/^\s*%%\d/.test(text)) continue;
        coded += 1;
        const name = attributes.find(([attribute]) => attribute === 'Name')?.[1] ?? '';
        const meaning = catalogue.meaningOf(name, text, { channel, provider, eventId });
        if (meaning !== undefined && !meaning.includes('%%')) named += 1;
      }
    }
    console.info(`titles: ${titled} of ${records} records, %% codes: ${named} of ${coded} fields`);
    expect(records).toBeGreaterThan(2_000);
    expect(coded).toBeGreaterThan(500);
    expect(titled / records).toBeGreaterThan(0.95);
    expect(named / coded).toBeGreaterThan(0.99);
  });

  test('means something by at least 95 % of the values that are documented constants', () => {
    const missing: string[] = [];
    let documented = 0;
    for (const line of readFileSync(`${sharedRoot ?? ''}events/values.tsv`, 'utf8')
      .split('\n')
      .slice(1)) {
      const [field = '', value = '', , meaning = '', events = ''] = line.split('\t');
      if (meaning === '' || value === '-') continue;
      const [, channel = '', ids = '0', objectType] = /^(.*?)(?: ([\d,]+))?(?: \(([^)]*)\))?$/.exec(events) ?? [];
      for (const id of ids.split(',')) {
        documented += 1;
        // The table names a channel or, for events without one, a provider; of the System log it does not tell which.
        const provider = channel === 'System' ? 'Service Control Manager' : channel;
        const context = { channel, provider, eventId: Number(id), ...(objectType === undefined ? {} : { objectType }) };
        if (catalogue.meaningOf(field, value, context) === undefined) missing.push(`${field} ${value} ${events}`);
      }
    }
    expect(documented).toBeGreaterThan(500);
    expect(missing.length / documented, missing.join('\n')).toBeLessThan(0.05);
  });
});
