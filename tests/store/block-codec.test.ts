import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_FINDINGS, BLOCK_UNITS, decodeBlock, encodeBlock } from '../../src/store/block-codec.ts';
import { maskBytes, maskText, unmaskText } from '../../src/base/mask.ts';
import { entitiesOf } from '../../src/model/finding-entities.ts';
import type { Finding, FindingKey } from '../../src/model/finding.ts';
import { eventOf, findingOf, findingsOf, HOSTILE_TEXTS, hostileFinding } from './sample-findings.ts';

const plain = (findings: readonly Finding[]) => JSON.parse(JSON.stringify(findings)) as unknown;

describe('mask', () => {
  test('twice is nothing, for every length and alignment', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.integer(),
        fc.integer({ min: 0, max: 3 }),
        (bytes, seed, shift) => {
          const masked = new Uint8Array(bytes.length + shift).subarray(shift);
          masked.set(bytes);
          maskBytes(masked, seed);
          const aligned = bytes.slice();
          maskBytes(aligned, seed);
          expect(masked).toEqual(aligned);
          maskBytes(masked, seed);
          expect([...masked]).toEqual([...bytes]);
        },
      ),
    );
  });

  test('text comes back, and none of it can be read in between', () => {
    const text = JSON.stringify([...HOSTILE_TEXTS, 'Invoke-Mimikatz'.repeat(100)]);
    const bytes = maskText(text, 7);
    expect(unmaskText(bytes, 7)).toBe(text);
    expect(Buffer.from(bytes).includes('Mimikatz')).toBe(false);
  });
});

describe('block codec', () => {
  test('gives every finding back, whatever its texts', () => {
    const findings = HOSTILE_TEXTS.map(hostileFinding);
    const { bytes, count } = encodeBlock(findings, 0, 1);
    expect(count).toBe(findings.length);
    expect(plain(decodeBlock(bytes, 1))).toEqual(plain(findings));
  });

  test('gives back how a record was recovered', () => {
    const findings = [
      findingOf(1, { recordClass: 'recovered', recovered: { template: 'other-file' } }),
      findingOf(2),
      findingOf(3, { recordClass: 'recovered', recovered: { template: 'bank' }, joined: 7 }),
    ];
    const { bytes } = encodeBlock(findings, 0, 1);
    expect(plain(decodeBlock(bytes, 1))).toEqual(plain(findings));
  });

  test('gives back where a joined record stands', () => {
    const findings = [
      findingOf(1, { joined: 7, joinedFile: 'Logs/Sysmon.evtx' }),
      findingOf(2, { joined: 8 }),
      findingOf(3, { joinedFile: '', recordClass: 'recovered', recovered: { template: 'bank' } }),
    ];
    expect(plain(decodeBlock(encodeBlock(findings, 0, 1).bytes, 1))).toEqual(plain(findings));
  });

  test('writes rows as before where nothing is joined from elsewhere, so that older blocks are read as they are', () => {
    const { bytes } = encodeBlock([findingOf(1)], 0, 1);
    maskBytes(bytes, 1);
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const head = JSON.parse(Buffer.from(bytes.subarray(4, 4 + length)).toString()) as { rows: unknown[][] };
    expect(head.rows[0]).toHaveLength(15);
  });

  test('gives arbitrary findings back', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const finding = fc
      .record({
        key: text,
        file: text,
        offset: fc.nat(2 ** 53 - 1),
        computer: text,
        eventId: fc.nat(65_535),
        tags: fc.array(text, { maxLength: 3 }),
        joined: fc.nat(),
        event: fc.array(fc.tuple(text, text), { maxLength: 3 }),
        correlation: fc.record({
          firstTime: text,
          lastTime: text,
          count: fc.nat(),
          groupBy: fc.array(fc.tuple(text, text), { maxLength: 2 }),
          records: fc.array(fc.record({ file: text, recordId: text, offset: fc.nat() }), { maxLength: 2 }),
        }),
        joinedFile: text,
        joinedValues: fc.array(fc.tuple(text, fc.array(text, { maxLength: 2 })), { maxLength: 2 }),
        recovered: fc.record({ template: fc.constantFrom('same-chunk', 'same-file', 'other-file', 'bank') }),
        has: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
      })
      .map(({ event, joined, joinedFile, joinedValues, recovered, correlation, has, key, ...rest }) =>
        findingOf(1, {
          ...rest,
          key: key as FindingKey,
          event: eventOf(event),
          ...(has[0] ? { joined } : {}),
          ...(has[1] ? { correlation } : {}),
          ...(has[2] ? { joinedFile } : {}),
          ...(has[3] ? { recovered } : {}),
          ...(has[4] ? { joinedValues: joinedValues as unknown as NonNullable<Finding['joinedValues']> } : {}),
        }),
      );
    fc.assert(
      fc.property(fc.array(finding, { minLength: 1, maxLength: 8 }), fc.integer(), (findings, seed) => {
        expect(plain(decodeBlock(encodeBlock(findings, 0, seed).bytes, seed))).toEqual(plain(findings));
      }),
    );
  });

  test('keeps the event in copies of a decoded finding', () => {
    const [finding] = decodeBlock(encodeBlock([findingOf(1)], 0, 1).bytes, 1);
    expect({ ...finding! }.event).toEqual(findingOf(1).event);
    expect(structuredClone(finding!).event).toEqual(findingOf(1).event);
    expect(finding!.event).toBe(finding!.event);
  });

  test('gives events as bytes and what they name, without reading them', () => {
    const named = eventOf([
      ['SubjectUserName', 'mallory'],
      ['SubjectDomainName', 'CORP'],
      ['NewProcessName', 'C:\\x.exe'],
    ]);
    const findings = [...findingsOf(3), findingOf(8, { event: named })];
    const block = decodeBlock(encodeBlock(findings, 0, 1).bytes, 1);
    findings.forEach(({ event }, at) => {
      expect(JSON.parse(new TextDecoder().decode(block.packed!.eventAt(at)))).toEqual(event);
      expect(block.packed!.entitiesAt(at)).toEqual(entitiesOf(event));
    });
    expect(block.packed!.entitiesAt(3)).toEqual({ user: 'CORP\\mallory', process: 'C:\\x.exe', address: '' });
  });

  test('shows no text of an event in its bytes', () => {
    const { bytes } = encodeBlock(findingsOf(100), 0, 12_345);
    for (const word of ['Mimikatz', 'powershell', 'Suspicious', 'Security']) {
      expect(Buffer.from(bytes).includes(word)).toBe(false);
    }
  });

  test('writes an event once for all rules that match it', () => {
    const one = encodeBlock([findingOf(0)], 0, 1).bytes.length;
    const two = encodeBlock([findingOf(0), findingOf(1)], 0, 1).bytes.length;
    expect(two - one).toBeLessThan(JSON.stringify(findingOf(0).event).length);
  });

  test('ends at 1,000 findings or where events are large, and takes at least one', () => {
    expect(encodeBlock(findingsOf(1_500), 0, 1).count).toBe(BLOCK_FINDINGS);
    const large = Array.from({ length: 10 }, (_, i) =>
      findingOf(i, { event: eventOf([['ScriptBlockText', String(i).repeat(BLOCK_UNITS / 2)]]) }),
    );
    expect(encodeBlock(large, 0, 1).count).toBe(2);
    expect(encodeBlock([findingOf(1, { event: eventOf([['x', 'y'.repeat(2 * BLOCK_UNITS)]]) })], 0, 1).count).toBe(1);
  });

  test('throws on a cut block, a changed block and a later version instead of giving wrong findings', () => {
    const { bytes } = encodeBlock(findingsOf(10), 0, 1);
    expect(() => decodeBlock(bytes.slice(0, bytes.length - 40), 1)).toThrow();
    expect(() => decodeBlock(bytes.slice(), 2)).toThrow();
    const later = bytes.slice();
    maskBytes(later, 1);
    const at = Buffer.from(later).indexOf('"version":1');
    later[at + '"version":'.length] = '9'.charCodeAt(0);
    maskBytes(later, 1);
    expect(() => decodeBlock(later, 1)).toThrow('version 9');
  });
});
