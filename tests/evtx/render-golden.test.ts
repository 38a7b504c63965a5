// Every record of every real log against the reference: the canonical tree, and evtx_dump's JSON to the byte. Each
// difference that stays is listed with who is right.

import { describe, expect, test } from 'vitest';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { formatCanonical } from '../../src/evtx/render/canonical.ts';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { formatEventXml } from '../../src/evtx/render/event-xml.ts';
import { XmlLinesWriter } from '../../src/evtx/render/xml-lines-writer.ts';
import { JsonLinesWriter } from '../../src/evtx/render/json-lines-writer.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import { forEachRecord } from '../builders/read-log.ts';
import { hasShared } from '../corpus/shared.ts';
import { goldenLogs, placeOf } from './golden-logs.ts';

/**
 * Chunk 0 of this log is damaged; a template of embedded fragments in it was overwritten. The reference gives these ten
 * records up (`err`) or takes the overwritten bytes for text of Event (53112). We read the outer fragment, which is
 * sound, leave the embedded one out and report it: damage costs a value, not a record.
 */
const DAMAGED_FRAGMENTS = {
  file: '2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx',
  places: [
    '0:49264',
    '0:50696',
    '0:52672',
    '0:53112',
    '0:57480',
    '0:60480',
    '0:60920',
    '0:63104',
    '0:64536',
    '0:64984',
  ],
};

/** These records hold two fragments in one value (F41); evtx_dump drops the second, we keep it. */
const SECOND_FRAGMENT = {
  file: 'E_Windows_system32_winevt_logs_Microsoft-Windows-Shell-Core%4Operational.evtx',
  places: ['1:16088', '6:59032'],
};

function isListed(list: { file: string; places: string[] }, file: string, place: string): boolean {
  return file.endsWith(`/${list.file}`) && list.places.includes(place);
}

describe.skipIf(!hasShared)('all records of the real logs', () => {
  test('render to the reference tree and to the bytes of evtx_dump', () => {
    const bank = new ShapeBank();
    const writer = new JsonLinesWriter();
    const xmlWriter = new XmlLinesWriter();
    const decoder = new TextDecoder();
    const differences: string[] = [];
    const expected: string[] = [];
    let records = 0;
    let compared = 0;
    for (const log of goldenLogs) {
      const golden = new Map(
        log
          .records()
          .filter(({ st }) => st !== 'rust_only_torn')
          .map((record) => [placeOf(record), record]),
      );
      forEachRecord(
        log.bytes(),
        (cursor) => {
          records++;
          const place = placeOf({ c: cursor.chunkNumber, o: cursor.recordStart - cursor.chunkStart });
          const name = `${log.file} ${place}`;
          const reference = golden.get(place);
          golden.delete(place);
          const event = renderEvent(cursor);
          const json = formatEvtxDumpJson(event);
          writer.clear();
          writer.write(cursor);
          if (decoder.decode(writer.peek()) !== `${json}\n`) differences.push(`${name}: bytes differ from tree`);
          xmlWriter.clear();
          xmlWriter.write(cursor);
          if (decoder.decode(xmlWriter.peek()) !== `${formatEventXml(event)}\n`)
            differences.push(`${name}: XML differs`);
          if (isListed(DAMAGED_FRAGMENTS, log.file, place)) {
            expected.push(place);
            expect(event[3].map((child) => child[0])).toEqual(['System']);
            return;
          }
          if (reference === undefined) {
            differences.push(`${name}: not in the reference`);
            return;
          }
          compared++;
          if (formatCanonical(event) !== JSON.stringify(reference.t)) differences.push(`${name}: tree`);
          if (isListed(SECOND_FRAGMENT, log.file, place)) {
            expected.push(place);
            expect(json.replace(/,"RenderingInfo":\{.*\}(?=\}\}$)/, '')).toBe(reference.j);
          } else if (reference.j !== undefined && json !== reference.j) differences.push(`${name}: JSON`);
        },
        { bank, checksums: false },
      );
      for (const place of golden.keys()) differences.push(`${log.file} ${place}: not read`);
    }
    expect(differences).toEqual([]);
    expect(expected).toHaveLength(DAMAGED_FRAGMENTS.places.length + SECOND_FRAGMENT.places.length);
    expect(records).toBeGreaterThan(22_000);
    expect(compared).toBe(records - DAMAGED_FRAGMENTS.places.length);
    // The fast way is the usual way.
    expect(writer.slowRecords).toBeLessThan(records / 100);
    expect(xmlWriter.slowRecords).toBeLessThan(records / 100);
  });
});
