// The events behind the findings, as evtx_dump writes JSON Lines: for tools that were made for its output. An event
// that several rules matched stands once. Correlations have no event of their own and are left out.

import type { ExportOptions, FindingBlocks } from './export-options.ts';
import { escapeUnsafe } from './finding-line.ts';
import { encodePieces } from './text-pieces.ts';

/** Writes an event per line, in the order of the findings. */
export function writeEventLines(
  findings: FindingBlocks,
  options: ExportOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  return encodePieces(formatEvents(findings, options));
}

async function* formatEvents(findings: FindingBlocks, options: ExportOptions): AsyncGenerator<string> {
  /** Offsets written, per file: numbers, because a million texts would cost 100 MB. */
  const written = new Map<string, Set<number>>();
  for await (const block of findings) {
    for (const { file, offset, event, correlation } of block) {
      if (correlation !== undefined) continue;
      const offsets = written.get(file) ?? new Set<number>();
      written.set(file, offsets);
      if (offsets.has(offset)) continue;
      offsets.add(offset);
      yield `${escapeUnsafe(options.renderEventJson(event))}\n`;
    }
  }
}
