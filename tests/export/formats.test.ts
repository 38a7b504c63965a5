import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { unguardCell } from '../../src/export/csv-cell.ts';
import { formatEventDetails } from '../../src/export/event-details.ts';
import { EXPORT_FORMAT_LIST, EXPORT_FORMATS } from '../../src/export/export-formats.ts';
import type { EventElement } from '../../src/model/event.ts';
import { eventOf, findingOf, findingsOf } from '../store/sample-findings.ts';
import { checkNavigatorLayer } from './navigator-schema.ts';
import { exportText, hostileFindings, readLines, readTable, throughUtf8 } from './read-back.ts';

const RUNS = { numRuns: 150 };

describe('hostile findings come back equal', () => {
  test('from CSV', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFindings, async (findings) => {
        const { rows } = readTable(await exportText('csv', [findings]));
        const cell = (at: number, name: string) => unguardCell(rows[at]!.get(name)!);
        expect(rows).toHaveLength(findings.length);
        findings.forEach((finding, at) => {
          expect(cell(at, 'RuleTitle')).toBe(throughUtf8(finding.ruleTitle));
          expect(cell(at, 'Computer')).toBe(throughUtf8(finding.computer));
          expect(cell(at, 'EvtxFile')).toBe(throughUtf8(finding.file));
          expect(cell(at, 'RecordID')).toBe(throughUtf8(finding.recordId));
          expect(cell(at, 'Details')).toBe(throughUtf8(formatEventDetails(finding.event)));
          expect(rows[at]!.get('Timestamp (UTC)')).toBe(finding.time);
        });
      }),
      RUNS,
    );
  });

  test('from JSON and JSON Lines', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFindings, async (findings) => {
        const lines = readLines(await exportText('jsonl', [findings]));
        expect(JSON.parse(await exportText('json', [findings]))).toEqual(lines);
        expect(lines).toHaveLength(findings.length);
        findings.forEach(({ ruleTitle, tags, computer, channel, provider, recordId, file, time, event }, at) => {
          expect(lines[at]).toMatchObject({ computer, channel, provider, recordId, file, time });
          expect(lines[at]!['rule']).toMatchObject({ title: ruleTitle, tags });
          expect(lines[at]!['event']).toEqual(JSON.parse(formatEvtxDumpJson(event)));
        });
      }),
      RUNS,
    );
  });

  test('from Timesketch lines, which have what its importer demands', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFindings, async (findings) => {
        const lines = readLines(await exportText('timesketch', [findings]));
        expect(lines).toHaveLength(findings.length);
        findings.forEach(({ ruleTitle, computer, channel, provider, recordId, file, tags, event, time }, at) => {
          const line = lines[at]!;
          for (const name of ['message', 'datetime', 'timestamp_desc']) expect(line[name]).toEqual(expect.any(String));
          expect(line['datetime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
          expect(Date.parse(String(line['datetime']))).toBe(Date.parse(`${time.slice(0, 23)}Z`));
          expect(line['tag']).toEqual(tags);
          expect(line).toMatchObject({ computer, channel, provider, record_id: recordId, evtx_file: file });
          expect(line['message']).toBe(`${ruleTitle}: ${formatEventDetails(event)}`);
        });
      }),
      RUNS,
    );
  });

  test('from Hayabusa columns', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFindings, async (findings) => {
        const { rows } = readTable(await exportText('hayabusa', [findings]));
        findings.forEach((finding, at) => {
          const cell = (name: string) => unguardCell(rows[at]!.get(name)!);
          expect(cell('RuleTitle')).toBe(throughUtf8(finding.ruleTitle));
          expect(cell('Computer')).toBe(throughUtf8(finding.computer));
          expect(cell('Details')).toBe(throughUtf8(formatEventDetails(finding.event)));
          expect(cell('EvtxFile')).toBe(throughUtf8(finding.file));
        });
      }),
      RUNS,
    );
  });

  test('from Timeline Explorer columns', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFindings, async (findings) => {
        const { rows } = readTable(await exportText('timeline-explorer', [findings]));
        expect(rows).toHaveLength(findings.length);
        findings.forEach((finding, at) => {
          const cell = (name: string) => unguardCell(rows[at]!.get(name)!);
          expect(cell('MapDescription')).toBe(throughUtf8(`${finding.level}: ${finding.ruleTitle}`));
          expect(cell('Computer')).toBe(throughUtf8(finding.computer));
          expect(cell('SourceFile')).toBe(throughUtf8(finding.file));
          const [name, value] = dataOf(finding.event);
          const payload = JSON.parse(cell('Payload')) as { EventData: { Data: Record<string, string> } };
          expect(payload.EventData.Data['@Name']).toBe(name);
          expect(payload.EventData.Data['#text'] ?? '').toBe(value);
        });
      }),
      RUNS,
    );
  });

  test('from events as evtx_dump writes them', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFindings, async (findings) => {
        expect(readLines(await exportText('evtx-dump', [findings]))).toEqual(
          findings.map(({ event }) => JSON.parse(formatEvtxDumpJson(event)) as unknown),
        );
      }),
      RUNS,
    );
  });

  test('from a Navigator layer', async () => {
    await fc.assert(
      fc.asyncProperty(hostileFindings, fc.string({ unit: 'binary' }), async (findings, caseName) => {
        const text = await exportText('navigator', [findings], { caseName, attackVersion: '18.1' });
        const layer = checkNavigatorLayer(JSON.parse(text));
        expect(layer.name).toBe(throughUtf8(caseName));
        expect(layer.techniques.find(({ techniqueID }) => techniqueID === 'T1003')?.score ?? 0).toBe(findings.length);
      }),
      RUNS,
    );
  });
});

function dataOf(event: EventElement): readonly [string, string] {
  const data = event[3][1]![3][0]!;
  return [data[1][0]![1], data[2]];
}

describe('columns', () => {
  test('are those of Hayabusa’s csv-timeline, with times that carry their offset', async () => {
    const { header, rows } = readTable(
      await exportText('hayabusa', [
        [findingOf(1, { tags: ['attack.credential_access', 'attack.T1003.001', 'car.1'] })],
      ]),
    );
    expect(header.join(',')).toBe(
      'Timestamp,RuleTitle,Level,Computer,Channel,EventID,MitreTactics,MitreTags,OtherTags,RecordID,Details,ExtraFieldInfo,RuleFile,RuleID,EvtxFile',
    );
    expect(Object.fromEntries(rows[0]!)).toMatchObject({
      Timestamp: '2021-05-27 10:00:00.123 +00:00',
      Level: 'low',
      EventID: '4688',
      MitreTactics: 'CredAccess',
      MitreTags: 'T1003.001',
      OtherTags: 'car.1',
    });
  });

  test('are those by which Timeline Explorer knows EvtxECmd, from the first byte', async () => {
    const system: EventElement = [
      'System',
      [],
      '',
      [
        ['Level', [], '4', []],
        [
          'Execution',
          [
            ['ProcessID', '572'],
            ['ThreadID', '1244'],
          ],
          '',
          [],
        ],
        ['Security', [['UserID', 'S-1-5-18']], '', []],
        ['Keywords', [], '0x8020000000000000', []],
      ],
    ];
    const data = eventOf([
      ['TargetUserName', 'bob'],
      ['TargetDomainName', 'CORP'],
      ['IpAddress', '10.0.0.5'],
      ['LogonType', '3'],
      ['CommandLine', 'cmd /c x'],
    ])[3][1]!;
    const event: EventElement = ['Event', [], '', [system, data]];
    const text = await exportText('timeline-explorer', [[findingOf(1, { event, offset: 4_096 + 65_536 * 2 + 512 })]], {
      byteOrderMark: true,
    });
    const { header, rows } = readTable(text);
    expect(header.join(',')).toBe(
      'RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,ChunkNumber,UserId,MapDescription,UserName,RemoteHost,PayloadData1,PayloadData2,PayloadData3,PayloadData4,PayloadData5,PayloadData6,ExecutableInfo,HiddenRecord,SourceFile,Keywords,ExtraDataOffset,Payload',
    );
    expect(Object.fromEntries(rows[0]!)).toMatchObject({
      TimeCreated: '2021-05-27 10:00:00.1234567',
      Level: 'Info',
      ProcessId: '572',
      ThreadId: '1244',
      ChunkNumber: '2',
      UserId: 'S-1-5-18',
      UserName: 'CORP\\bob',
      RemoteHost: '10.0.0.5',
      PayloadData1: 'TargetDomainName: CORP',
      PayloadData2: 'LogonType: 3',
      PayloadData3: '',
      ExecutableInfo: 'cmd /c x',
      HiddenRecord: 'False',
    });
  });

  test('say UTC, or the time itself or the file name does', async () => {
    for (const format of ['csv', 'hayabusa', 'timeline-explorer'] as const) {
      const { header, rows } = readTable(await exportText(format, [[findingOf(1)]]));
      const times = header.filter((name) => /time(stamp|created)/i.test(name));
      expect(times.length).toBeGreaterThan(0);
      for (const name of times) {
        const value = rows[0]!.get(name)!;
        const said =
          name.includes('UTC') || value.includes('+00:00') || EXPORT_FORMATS[format].extension.includes('utc');
        expect(`${format} ${name} ${String(said)}`).toBe(`${format} ${name} true`);
      }
    }
  });
});

test('an event that several rules matched stands once among the events, and correlations have none', async () => {
  const correlation = { firstTime: '', count: 1, groupBy: [], records: [] };
  const twice = [findingOf(0), findingOf(1), findingOf(2), findingOf(3, { correlation })];
  expect(readLines(await exportText('evtx-dump', [twice]))).toHaveLength(2);
});

test('every format but the report writes nothing but its frame for no findings', async () => {
  for (const format of EXPORT_FORMAT_LIST.filter((each) => each !== 'report')) {
    const text = await exportText(format, []);
    if (format === 'navigator') expect(checkNavigatorLayer(JSON.parse(text)).techniques).toEqual([]);
    else if (EXPORT_FORMATS[format].type === 'text/csv') expect(readTable(text).rows).toEqual([]);
    else if (format === 'json') expect(JSON.parse(text)).toEqual([]);
    else expect(text).toBe('');
  }
});

test('100,000 findings come in bounded pieces, also with one block', async () => {
  const findings = findingsOf(200);
  function* blocks() {
    for (let i = 0; i < 500; i++) yield findings;
  }
  const write = await EXPORT_FORMATS.csv.load();
  let largest = 0;
  let pieces = 0;
  for await (const piece of write(blocks(), { renderEventJson: formatEvtxDumpJson })) {
    largest = Math.max(largest, piece.length);
    pieces++;
  }
  expect(pieces).toBeGreaterThan(300);
  expect(largest).toBeLessThan(80_000);
});
