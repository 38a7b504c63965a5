import { describe, expect, test } from 'vitest';
import { compileSuppressions, describeConditions } from '../../src/analysis/suppression-match.ts';
import type { MatchKind } from '../../src/model/suppression.ts';
import { event } from '../app/fake-findings.ts';

const one = event({ Image: 'C:\\Windows\\PING.EXE', User: 'CORP\\svc-backup', Empty: '' });
const holds = (field: string, match: MatchKind, value: string): boolean =>
  compileSuppressions([{ conditions: [{ field, match, value }] }])(one).length > 0;

describe('a condition of a suppression', () => {
  test.each<[string, MatchKind, string, boolean]>([
    ['Image', 'equals', 'c:\\windows\\ping.exe', true],
    ['Image', 'equals', 'c:\\windows\\ping', false],
    ['Image', 'prefix', 'C:\\WINDOWS\\', true],
    ['Image', 'prefix', 'Windows', false],
    ['Image', 'suffix', '\\ping.exe', true],
    ['Image', 'suffix', '\\ping', false],
    ['User', 'contains', 'SVC-', true],
    ['User', 'contains', 'svc_', false],
    ['image', 'contains', 'ping', true],
    ['Computer', 'equals', 'host', true],
    ['Provider_Name', 'equals', 'made-up', true],
    ['Absent', 'contains', '', false],
  ])('%s %s %s: %s', (field, match, value, expected) => {
    expect(holds(field, match, value)).toBe(expected);
  });
});

test('all conditions of a suppression must hold, and several suppressions are told apart', () => {
  const image = { field: 'Image', match: 'suffix', value: '\\ping.exe' } as const;
  const other = { field: 'User', match: 'equals', value: 'CORP\\admin' } as const;
  const judge = compileSuppressions([{ conditions: [image] }, { conditions: [image, other] }, { conditions: [] }]);
  expect(judge(one)).toEqual([0, 2]);
});

test('the conditions read as one clause', () => {
  expect(
    describeConditions([
      { field: 'Image', match: 'suffix', value: '\\a.exe' },
      { field: 'User', match: 'equals', value: 'x' },
    ]),
  ).toBe('Image ends with \\a.exe and User is x');
  expect(describeConditions([])).toBe('every finding of the rule');
});
