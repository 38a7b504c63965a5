// Exports read back by readers that know nothing of the writers: papaparse for CSV, JSON.parse for JSON, and checks
// written from the formats' own descriptions.

import fc from 'fast-check';
import Papa from 'papaparse';
import { expect } from 'vitest';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { exportFindings, type ExportFormat } from '../../src/export/export-formats.ts';
import type { ExportOptions } from '../../src/export/export-options.ts';
import type { Finding } from '../../src/model/finding.ts';
import { eventOf, findingOf, HOSTILE_TEXTS } from '../store/sample-findings.ts';

/** The text of an export, which must be sound UTF-8. */
export async function exportText(
  format: ExportFormat,
  blocks: Iterable<readonly Finding[]>,
  more: Partial<ExportOptions> = {},
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  const options = { renderEventJson: formatEvtxDumpJson, sourceOf: () => 'core', ...more };
  for await (const piece of exportFindings(format, blocks, options)) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** Rows of a CSV by column name; every row has as many cells as the header. */
export function readTable(csv: string): { readonly header: readonly string[]; readonly rows: Map<string, string>[] } {
  const { data, errors } = Papa.parse<string[]>(csv, { header: false, delimiter: ',', newline: '\r\n' });
  expect(errors).toEqual([]);
  const [header = [], ...rows] = data;
  expect(rows.pop()).toEqual(['']);
  return {
    header,
    rows: rows.map((row) => {
      expect(row).toHaveLength(header.length);
      return new Map(header.map((name, at) => [name, row[at]!]));
    }),
  };
}

export function readLines(text: string): Record<string, unknown>[] {
  if (text === '') return [];
  expect(text.endsWith('\n')).toBe(true);
  // Split as a careless reader does: at every line end that Unicode knows.
  return text
    .slice(0, -1)
    .split(/[\n\r\u0085\u2028\u2029]/)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What UTF-8 makes of lone surrogates. */
export function throughUtf8(text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
  fc.string({
    unit: fc.constantFrom("'", '"', '=', '-', '+', '@', '\t', '\r', '\n', '\0', ' ', ',', ';', '<', '&', '\u202e', '1'),
    maxLength: 12,
  }),
);

/** Findings with hostile text in every place that a log, a rule or a file name fills. */
export const hostileFindings = fc
  .array(
    fc
      .record({
        title: hostileText,
        computer: hostileText,
        channel: hostileText,
        provider: hostileText,
        recordId: hostileText,
        file: hostileText,
        tag: hostileText,
        field: hostileText.filter((text) => text !== ''),
        value: hostileText,
      })
      .map(
        ({ title, computer, channel, provider, recordId, file, tag, field, value }) =>
          (at: number) =>
            findingOf(at, {
              ruleTitle: title,
              computer,
              channel,
              provider,
              recordId,
              file,
              offset: 4_608 + at * 1_024,
              tags: ['attack.t1003', tag],
              event: eventOf([[field, value]]),
            }),
      ),
    { maxLength: 6 },
  )
  .map((makers) => makers.map((make, at) => make(at)));
