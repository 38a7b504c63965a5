// The contract of `winnow dump` over the whole corpus: one line per record, in file order, equal to the goldens.

import { describe, expect, test } from 'vitest';
import { hasShared } from '../corpus/shared.ts';
import { loadCorpusLogs, loadGoldens } from './goldens.ts';
import { runWinnow } from './run-winnow.ts';

/**
 * Chunk 0 of this log lost a template to a torn write. The goldens give nine of its records up and take the overwritten
 * bytes for text in the tenth; Winnow keeps what is sound (System) and reports the rest. tests/evtx/render-golden.test.ts
 * looks at each of them.
 */
const DAMAGED = '2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx';
const OVERWRITTEN = 53_112;

describe.skipIf(!hasShared)('winnow dump', { timeout: 120_000 }, () => {
  const logs = loadCorpusLogs();

  test('canonical lines equal the golden tree of every allocated and resynced record of every log', async () => {
    const outcome = await runWinnow(['dump', ...logs.map((log) => log.path), '--format', 'canonical']);
    const differences: string[] = [];
    let line = 0;
    for (const log of logs) {
      for (const record of loadGoldens(log).filter((golden) => golden.st !== 'rust_only_torn')) {
        const isGivenUp = log.file.endsWith(DAMAGED) && (record.t === undefined || record.o === OVERWRITTEN);
        if (!isGivenUp && outcome.lines[line] !== JSON.stringify(record.t)) {
          differences.push(`${log.file} chunk ${record.c} offset ${record.o}`);
        }
        line++;
      }
    }
    expect(outcome.lines.length).toBe(line);
    expect({ count: differences.length, first: differences.slice(0, 10) }).toEqual({ count: 0, first: [] });
    // Some logs of the corpus are damaged, and the command says so.
    expect(outcome.status).toBe(1);
  });
});
