import { describe, expect, test } from 'vitest';
import { foldIntegrityFacts } from '../../src/analysis/integrity-facts.ts';
import { foldLogSpans } from '../../src/analysis/log-spans.ts';
import { foldTacticTable } from '../../src/analysis/tactic-table.ts';
import { FindingTable } from '../../src/app/finding-table.ts';
import type { CaseFile } from '../../src/model/case.ts';
import { emptyFileAccount, type EventKindCount } from '../../src/model/coverage.ts';
import { findingOf } from '../store/sample-findings.ts';

function kind(computer: string, channel: string, eventId: number, first: string, last: string): EventKindCount {
  return { computer, channel, provider: 'Microsoft-Windows-Eventlog', eventId, count: 2, first, last };
}

describe('log spans', () => {
  test('join the kinds of one log, and tell by how much it begins after the first event of its host', () => {
    const spans = foldLogSpans([
      kind('B', 'System', 1, '2021-01-01T00:00:00.0000000Z', '2021-03-01T00:00:00.0000000Z'),
      kind('B', 'Security', 4_624, '2021-02-01T00:00:00.0000000Z', '2021-02-02T00:00:00.0000000Z'),
      kind('B', 'Security', 4_625, '', ''),
      kind('B', 'Security', 1_102, '2021-01-11T00:00:00.0000000Z', '2021-01-12T00:00:00.0000000Z'),
      kind('A', 'System', 1, '2022-01-01T00:00:00.0000000Z', '2022-01-01T00:00:00.0000000Z'),
    ]);
    expect(spans.map(({ computer, channel, events }) => [computer, channel, events])).toEqual([
      ['A', 'System', 2],
      ['B', 'Security', 6],
      ['B', 'System', 2],
    ]);
    expect(spans[1]).toMatchObject({
      first: '2021-01-11T00:00:00.0000000Z',
      last: '2021-02-02T00:00:00.0000000Z',
      startsLate: 10 * 86_400_000,
    });
    expect(spans[0]!.startsLate).toBe(0);
  });

  test('of a log without any time have none', () => {
    expect(foldLogSpans([kind('A', 'X', 1, '', '')])).toMatchObject([{ first: '', last: '', startsLate: NaN }]);
  });
});

test('hosts stand by their worst tactic, tactics in matrix order, a finding under every tactic of its rule', () => {
  const table = new FindingTable();
  const tags = [['attack.execution', 'attack.defense_evasion'], ['attack.impact'], ['cve.2021-1']];
  [0, 1, 2, 3].forEach((n) => {
    table.add(
      findingOf(n * 2, {
        ruleId: `rule-${String(n % 3)}`,
        computer: n === 1 ? 'quiet' : 'loud',
        level: n === 1 ? 'low' : 'critical',
        tags: tags[n % 3]!,
      }),
    );
  });
  const tactic = (id: string, shortname: string) => ({ id, shortname, name: shortname });
  const attack = {
    version: '18.1',
    tactics: [
      tactic('1', 'reconnaissance'),
      tactic('2', 'execution'),
      tactic('3', 'defense-evasion'),
      tactic('4', 'impact'),
    ],
    techniques: [],
    retired: [],
  };
  const folded = foldTacticTable(table, Uint32Array.of(0, 1, 2, 3), attack);
  expect(folded.tactics.map(({ shortname }) => shortname)).toEqual(['execution', 'defense-evasion', 'impact']);
  expect(folded.totals.map(({ count }) => count)).toEqual([2, 2, 1]);
  expect(
    folded.hosts.map(({ host, cells }) => [table.hosts[host], cells.map(({ count, topLevel }) => [count, topLevel])]),
  ).toEqual([
    [
      'loud',
      [
        [2, 4],
        [2, 4],
        [0, -1],
      ],
    ],
    [
      'quiet',
      [
        [0, -1],
        [0, -1],
        [1, 1],
      ],
    ],
  ]);
});

test('integrity facts tell cleared logs, gaps, checksums and torn records, the gravest first, each place once', () => {
  const file: CaseFile = {
    path: 'a.evtx',
    size: 1,
    lastModified: 0,
    account: { ...emptyFileAccount(), recordsTorn: 2, recordsRecovered: 7, chunksBad: 1 },
    findings: 0,
    state: 'done',
  };
  const facts = foldIntegrityFacts(
    [
      kind('A', 'Security', 1_102, '', '2021-01-12T00:00:00.0000000Z'),
      kind('A', 'System', 104, '', '2021-01-13T00:00:00.0000000Z'),
      kind('B', 'Security', 104, '', ''),
      { ...kind('B', 'Security', 4_616, '', ''), provider: 'Microsoft-Windows-Security-Auditing' },
    ],
    [
      { code: 'record-id-gap', severity: 'warning', file: 'a.evtx', count: 3 },
      { code: 'chunk-header-checksum', severity: 'warning', file: 'a.evtx' },
      { code: 'header-checksum', severity: 'info', file: 'a.evtx' },
      { code: 'file-empty', severity: 'info', file: 'b.evtx' },
    ],
    [file, { ...file, path: 'b.evtx', account: emptyFileAccount() }],
  );
  expect(facts.map(({ kind: name, count, places }) => [name, count, places])).toEqual([
    ['log-cleared', 4, ['A']],
    ['record-gap', 3, ['a.evtx']],
    ['chunk-unreadable', 1, ['a.evtx']],
    ['checksum', 2, ['a.evtx']],
    ['torn', 2, ['a.evtx']],
    ['clock-set', 2, ['B']],
    ['recovered', 7, ['a.evtx']],
  ]);
  expect(facts[0]!.last).toBe('2021-01-13T00:00:00.0000000Z');
  expect(foldIntegrityFacts([], [], [])).toEqual([]);
});
