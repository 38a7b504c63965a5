import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/app/address.ts';
import type { CaseId } from '../../src/model/case.ts';

describe('addresses', () => {
  test('a finding of a case is read with its filters', () => {
    const address = parseAddress('#/case/c%201/findings/12?level=high&q=a%20b');
    expect(address).toEqual({
      view: 'case',
      caseId: 'c 1',
      tab: 'findings',
      finding: 12,
      params: new Map([
        ['level', 'high'],
        ['q', 'a b'],
      ]),
    });
  });

  test('a case without a view shows its findings', () => {
    expect(parseAddress('#/case/x')).toMatchObject({ view: 'case', tab: 'findings', finding: undefined });
  });

  test('half a surrogate pair in the id of a rule does not throw', () => {
    expect(formatAddress({ view: 'rule', ruleId: 'a\ud800b' })).toBe('#/rules/a%EF%BF%BDb');
  });

  test('nonsense is the start view and never throws', () => {
    for (const hash of ['', '#', '#/nowhere', '#/case', '#/%E0%A4%A', '#//']) {
      expect(parseAddress(hash), hash).toEqual({ view: 'start' });
    }
    fc.assert(
      fc.property(fc.string(), (text) => parseAddress(text).view.length > 0),
      { seed: 11 },
    );
  });

  test('every rule and case id survives the way through an address', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(), (id, finding) => {
        const rule = { view: 'rule', ruleId: id } as const;
        expect(parseAddress(formatAddress(rule))).toEqual(rule);
        const one = {
          view: 'case',
          caseId: id as CaseId,
          tab: 'findings',
          finding,
          params: new Map([['q', id]]),
        } as const;
        expect(parseAddress(formatAddress(one))).toEqual(one);
      }),
      { seed: 12 },
    );
  });
});
