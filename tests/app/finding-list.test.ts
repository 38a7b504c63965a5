import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { FindingList } from '../../src/app/finding-list.svelte.ts';
import type { FindingQuery } from '../../src/app/finding-query.ts';
import { EMPTY_QUERY, formatFindingQuery, parseFindingQuery, SORT_COLUMNS } from '../../src/app/finding-query.ts';
import { nameFinding } from '../../src/app/name-finding.ts';
import type { Finding } from '../../src/model/finding.ts';
import { decodeBlock, encodeBlock } from '../../src/store/block-codec.ts';
import { event, row, ruleInfo } from './fake-findings.ts';

const rules = [ruleInfo('low-rule', 'low'), ruleInfo('critical-rule', 'critical'), ruleInfo('high-rule', 'high')];

function finding(rule: number, number: number, more = {}): Finding {
  return nameFinding(row(rule, number, more), rules[rule]!, 'Security.evtx');
}

function listOf(findings: readonly Finding[], query: Partial<FindingQuery> = {}): FindingList {
  const list = new FindingList();
  list.append(findings);
  list.ask({ ...EMPTY_QUERY, ...query });
  return list;
}

function shown(list: FindingList): string[] {
  return [...list.rows].map((at) => `${list.facts(at).level} ${list.facts(at).recordId}`);
}

describe('the list of findings', () => {
  test('the worst findings come first, and equals read in order of time', () => {
    const list = listOf([finding(0, 1), finding(2, 9), finding(1, 5), finding(2, 3)]);
    expect(shown(list)).toEqual(['critical 6', 'high 4', 'high 10', 'low 2']);
  });

  test('findings appended later land where a full sort would put them', () => {
    for (const column of SORT_COLUMNS) {
      for (const descending of [false, true]) {
        const all = Array.from({ length: 400 }, (_, i) => finding(i % 3, (i * 7_919) % 4_001));
        const sort = { column, descending };
        const grown = listOf(all.slice(0, 100), { sort });
        for (let i = 100; i < 400; i += 50) {
          grown.append(all.slice(i, i + 50));
          grown.refresh();
        }
        expect(shown(grown), `${column} ${String(descending)}`).toEqual(shown(listOf(all, { sort })));
      }
    }
  });

  test('the same record met again by the same rule is one row with two sources', () => {
    const first = finding(0, 1);
    const list = listOf([first, { ...first, file: 'copy/Security.evtx', offset: 99 }, { ...first }]);
    expect(list.rows).toHaveLength(1);
    expect(list.facts(0).alsoIn).toEqual([{ file: 'copy/Security.evtx', offset: 99 }]);
  });

  test('findings of a kept case are shown without reading their events, which open and are searched all the same', async () => {
    const all = Array.from({ length: 20 }, (_, i) => finding(i % 3, i));
    const block = decodeBlock(encodeBlock([...all, all[3]!], 0, 7).bytes, 7);
    const events = all.map((each) => each.event);
    for (const each of block)
      Object.defineProperty(each, 'event', { get: () => expect.unreachable('an event was read'), enumerable: true });
    const list = listOf(block);
    expect(shown(list)).toEqual(shown(listOf(all)));
    expect(list.entity(4, 'user')).toBe(listOf(all).entity(4, 'user'));
    for (const row of all.keys()) expect((await list.load(row)).event).toEqual(events[row]);
  });

  test('a filter keeps its rows and counts of a kind ignore the filter of that kind', () => {
    const list = listOf([finding(0, 1), finding(0, 2), finding(1, 3), finding(2, 4)], { levels: ['critical'] });
    expect(shown(list)).toEqual(['critical 4']);
    expect([...list.facets.levels]).toEqual([0, 2, 0, 1, 1]);
    expect([...list.facets.rules]).toEqual([0, 1, 0]);
  });

  test('a filter for a rule that has no finding shows nothing instead of everything', () => {
    expect(listOf([finding(0, 1)], { rules: ['gone'] }).rows).toHaveLength(0);
  });

  test('a time range takes its start and leaves its end, and events without a time are outside', () => {
    const list = listOf([finding(0, 10), finding(0, 11), finding(0, 12), finding(0, 13, { time: '' })], {
      from: Date.parse('2024-03-01T00:00:11Z'),
      to: Date.parse('2024-03-01T00:00:12Z'),
    });
    expect(shown(list)).toEqual(['low 12']);
  });

  test('text is searched in the facts and in the fields of the event', async () => {
    const hidden = finding(0, 3, { event: event({ CommandLine: 'C:\\Tools\\Mimikatz.exe "quoted" größe' }) });
    const list = listOf([finding(0, 1), finding(1, 2), hidden], { text: 'c:\\tools\\mimikatz' });
    await list.searched();
    expect(shown(list)).toEqual(['low 4']);
    for (const text of ['"Mimikatz.exe" GRÖSSE', 'größe host-3', 'title low-rule größe']) {
      list.ask({ ...EMPTY_QUERY, text });
      await list.searched();
      expect(list.rows.length, text).toBe(text.includes('GRÖSSE') ? 0 : 1);
    }
  });

  test('findings that come during a search are searched too', async () => {
    const list = listOf([finding(0, 1)], { text: 'needle' });
    const late = finding(0, 2, { event: event({ A: 'a NEEDLE here' }) });
    list.append([late]);
    await list.searched();
    list.refresh();
    await list.searched();
    expect(shown(list)).toEqual(['low 3']);
  });

  test('an event comes back from the archive as it went in', async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      finding(0, i, { event: event({ N: `${i} ü \u{1f980} \ud800` }) }),
    );
    const list = listOf(many.slice(0, 200));
    list.append(many.slice(200));
    expect((await list.load(250)).event).toEqual(many[250]!.event);
    expect(await list.load(0)).toEqual(many[0]);
    await expect(list.load(300)).rejects.toThrow('no event of row 300');
  });

  test('a query survives the way through the address', () => {
    const query: FindingQuery = {
      levels: ['high', 'critical'],
      states: ['benign'],
      rules: ['a,b', '100%'],
      hosts: ['HOST é'],
      channels: ['Microsoft-Windows-Sysmon/Operational'],
      files: ['a/b%2C.evtx', ''],
      tactics: ['defense-evasion'],
      techniques: ['T1059.001', ''],
      users: ['CORP\\ada, the second'],
      processes: ['C:\\a b.exe'],
      addresses: ['fe80::1%12'],
      tags: ['lateral, maybe'],
      text: 'powershell & "x y"',
      from: 1_700_000_000_123,
      to: undefined,
      hidden: true,
      sort: { column: 'host', descending: true },
      group: 'user',
      open: ['', 'CORP\\ada'],
    };
    expect(parseFindingQuery(formatFindingQuery(query))).toEqual(query);
    expect(formatFindingQuery(EMPTY_QUERY).size).toBe(0);
  });

  test('a batch of 1,000 costs no more than its share at 100,000 findings', () => {
    const list = new FindingList();
    const batch = (from: number): Finding[] =>
      Array.from({ length: 1_000 }, (_, i) => finding((from + i) % 3, from + i));
    for (let i = 0; i < 100_000; i += 1_000) list.append(batch(i));
    list.ask(EMPTY_QUERY);
    const costs: number[] = [];
    for (let i = 0; i < 7; i++) {
      const next = batch(100_000 + i * 1_000);
      const cost = cpuMillisecondsOf(() => {
        list.append(next);
        list.refresh();
      });
      costs.push(cost);
    }
    costs.sort((a, b) => a - b);
    console.log(
      `append + refresh at 100,000 findings: median ${costs[3]!.toFixed(1)} ms, best ${costs[0]!.toFixed(1)} ms, worst ${costs[6]!.toFixed(1)} ms`,
    );
    // The goal is 50 ms; the bound is ten times that, so that other work on the machine does not decide. Sorting everything
    // anew for each batch takes longer.
    expect(costs[0]).toBeLessThan(500);
  });
});
