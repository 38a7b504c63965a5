// The account over real rules and real logs: what rules found must not be called blind, and the fold must keep its pace.

import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { accountCoverage, coverageOf } from '../../src/analysis/coverage-account.ts';
import { coveragePlanOf } from '../../src/analysis/coverage-plan.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import type { EventKindCount } from '../../src/model/coverage.ts';
import type { FindingRow } from '../../src/model/finding.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { hasShared } from '../corpus/shared.ts';
import { compileFolders, logNames, readLog, SIGMAHQ } from '../engine/sigma-corpus.ts';

const HEADER = 4_096;
const CHUNK = 65_536;
/** Ten times what the fold takes on an idle machine: a test machine is shared. */
const SLOWEST_CPU_MS = 2_000;

describe.skipIf(!hasShared)('coverage of the SigmaHQ rules', () => {
  const ruleSet = hasShared ? compileFolders(SIGMAHQ) : { rules: [], predicates: [], views: [], eventViews: [] };
  const scanned: { kinds: EventKindCount[]; rows: FindingRow[] } = { kinds: [], rows: [] };
  if (hasShared) {
    const scanner = createSliceScanner({ program: loadProgram(compileProgram(ruleSet)) });
    for (const name of logNames()) {
      const log = readLog(name);
      // A slice is one buffer; the largest logs add nothing to what is asked here.
      if (log.length < HEADER + CHUNK || log.length > 4_000_000) continue;
      const byteLength = log.length - HEADER;
      const bytes = new Uint8Array(byteLength + SCRATCH_BYTES);
      bytes.set(log.subarray(HEADER));
      const place = { firstChunk: 0, fileOffset: HEADER, recovered: false };
      const { kinds, rows } = scanner.scanSlice({
        bytes,
        byteLength,
        chunkCount: Math.ceil(byteLength / CHUNK),
        ...place,
      });
      scanned.kinds.push(...kinds);
      scanned.rows.push(...rows);
    }
  }

  test('no rule that found something on a host is blind there', () => {
    const account = accountCoverage(ruleSet, scanned.kinds);
    const hosts = new Map(account.hosts.map(({ computer }, at) => [computer.toLowerCase(), at]));
    const wrong = scanned.rows.filter(
      ({ rule, computer }) => coverageOf(account, rule, hosts.get(computer.toLowerCase())).state !== 'judged',
    );
    expect(wrong.map(({ rule, computer }) => `${ruleSet.rules[rule]?.info.title ?? ''} on ${computer}`)).toEqual([]);
    expect(scanned.rows.length).toBeGreaterThan(500);
  });

  test('every rule is counted once, on each host and over all', () => {
    const account = accountCoverage(ruleSet, scanned.kinds);
    const sums = [account.rules, ...account.hosts.map((host) => host.rules)].map((counts) =>
      Object.values(counts).reduce((sum, count) => sum + count, 0),
    );
    expect(new Set(sums)).toEqual(new Set([ruleSet.rules.length]));
    // The rules on file_access and file_rename, whose events exist only in kernel traces.
    expect(account.rules['etw-only']).toBe(15);
  });

  test('a host without a command line in its process creations costs the rules that need one', () => {
    const fields = coveragePlanOf(ruleSet, false).forms.fields;
    const filled = fields.filter((field) => field !== 'commandline');
    const kind = {
      computer: 'HOST',
      channel: 'Security',
      provider: 'Microsoft-Windows-Security-Auditing',
      eventId: 4688,
    };
    const time = { first: '2024-05-06T07:08:09.0000000Z', last: '2024-05-06T07:08:09.0000000Z' };
    const account = accountCoverage(ruleSet, [
      {
        ...kind,
        ...time,
        count: 5,
        fieldsPresent: [...filled, ...fields.filter((field) => field === 'commandline')],
        fieldsFilled: filled,
      },
    ]);
    const line = account.lines.find((each) => each.text.startsWith('Process command lines are not logged on HOST'));
    expect(line?.rules).toBe(account.rules['field-empty']);
    expect(line?.rules).toBeGreaterThan(900);
    expect(account.rules.judged).toBeGreaterThan(200);
  });

  test('takes moments on 300 hosts', () => {
    const everywhere: EventKindCount[] = [];
    for (let host = 0; host < 300; host++) {
      scanned.kinds.forEach((kind, at) => {
        if ((at * 31 + host * 17) % 7 === 0) everywhere.push({ ...kind, computer: `HOST${host}` });
      });
    }
    accountCoverage(ruleSet, everywhere);
    const milliseconds = cpuMillisecondsOf(() => {
      expect(accountCoverage(ruleSet, everywhere).hosts.length).toBe(300);
    });
    expect(milliseconds).toBeLessThan(SLOWEST_CPU_MS);
  });
});
