import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { unguardCell } from '../../src/export/csv-cell.ts';
import { formatEventDetails } from '../../src/export/event-details.ts';
import { exportFindings } from '../../src/export/export-formats.ts';
import type { EventElement } from '../../src/model/event.ts';
import { decodeBlock, encodeBlock } from '../../src/store/block-codec.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { findingOf } from '../store/sample-findings.ts';

/** What UTF-8 makes of lone surrogates. */
const throughUtf8 = (text: string) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));

/** Of every golden at most 40 events: all kinds of events, some seconds of work. */
function realEvents(): EventElement[] {
  const folder = `${sharedRoot ?? ''}golden/`;
  const names = readdirSync(folder).filter((name) => name.endsWith('.gz'));
  return names.flatMap((name) =>
    gunzipSync(readFileSync(folder + name))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, 40)
      .map((line) => (JSON.parse(line) as { t?: EventElement | null }).t ?? undefined)
      .filter((event) => event !== undefined),
  );
}

describe.skipIf(!hasShared)('real events', () => {
  const findings = hasShared ? realEvents().map((event, i) => findingOf(i, { event })) : [];

  test('come back from a CSV with another parser', async () => {
    expect(findings.length).toBeGreaterThan(1_000);
    let csv = '';
    const decoder = new TextDecoder();
    const options = { renderEventJson: formatEvtxDumpJson, withEvent: true };
    for await (const piece of exportFindings('csv', [findings], options))
      csv += decoder.decode(piece, { stream: true });
    const { data, errors } = Papa.parse<string[]>(csv.trimEnd(), { delimiter: ',', newline: '\r\n' });
    expect(errors).toEqual([]);
    const [header, ...rows] = data;
    expect(rows).toHaveLength(findings.length);
    const details = header!.indexOf('Details');
    const event = header!.indexOf('Event');
    for (const [i, row] of rows.entries()) {
      expect(row).toHaveLength(header!.length);
      expect(unguardCell(row[details]!)).toBe(throughUtf8(formatEventDetails(findings[i]!.event)));
      expect(row[event]).toBe(throughUtf8(formatEvtxDumpJson(findings[i]!.event)));
    }
  });

  test('come back from JSON lines with the event that the reader renders', async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of exportFindings('jsonl', [findings], { renderEventJson: formatEvtxDumpJson })) {
      text += decoder.decode(piece, { stream: true });
    }
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(findings.length);
    for (const [i, line] of lines.entries()) {
      const { event } = JSON.parse(line) as { event: unknown };
      expect(event).toEqual(JSON.parse(formatEvtxDumpJson(findings[i]!.event)));
    }
  });

  test('come back from blocks of the store', () => {
    for (let at = 0; at < findings.length;) {
      const { count, bytes } = encodeBlock(findings, at, 99);
      expect(decodeBlock(bytes, 99).map((finding) => finding.event)).toEqual(
        findings.slice(at, at + count).map((finding) => finding.event),
      );
      at += count;
    }
  });
});
