import { describe, expect, test } from 'vitest';
import type { Route } from '../../src/model/rule-set.ts';
import { matchEvent } from '../../src/sigma/interpret/match-event.ts';
import { compileOne, compileText, eventOf, ruleText } from './rule-kit.ts';

const WINDOWS = 'product: windows';

function routesOf(detection: string, logsource: string, condition?: string): string[] {
  return compileOne(ruleText(detection, condition, logsource)).rule.routes.map(show);
}

const show = (route: Route): string =>
  `${route.channel ?? '*'}|${route.provider ?? '*'}|${route.eventIds?.join(',') ?? '*'}`;

function reasonOf(detection: string, logsource: string, condition?: string): string | undefined {
  return compileText(ruleText(detection, condition, logsource)).ruleSet.rules[0]?.info.notEvaluable;
}

describe('routes', () => {
  test('event ids of the condition narrow a route', () => {
    expect(routesOf('selection:\n  EventID: 4624', `${WINDOWS}\n  service: security`)).toEqual(['security|*|4624']);
    expect(routesOf("selection:\n  EventID:\n    - 4625\n    - '4624'", `${WINDOWS}\n  service: security`)).toEqual([
      'security|*|4624,4625',
    ]);
  });

  test('alternatives add up, one without an id opens the route, negation says nothing', () => {
    const detection = 'a:\n  EventID: 1\nb:\n  EventID: 2\nc:\n  F: x';
    const security = `${WINDOWS}\n  service: security`;
    expect(routesOf(detection, security, 'a or b')).toEqual(['security|*|1,2']);
    expect(routesOf(detection, security, '1 of them')).toEqual(['security|*|*']);
    expect(routesOf(detection, security, 'c and not a')).toEqual(['security|*|*']);
    expect(routesOf(detection, security, 'c and (a or b)')).toEqual(['security|*|1,2']);
  });

  test('category routes are narrowed by the rule too', () => {
    const detection = 'selection:\n  EventID: 1\n  Image|endswith: x';
    expect(routesOf(detection, `${WINDOWS}\n  category: process_creation`)).toEqual([
      'microsoft-windows-sysmon/operational|*|1',
    ]);
  });

  test('providers and channels narrow, compared without regard to case', () => {
    expect(
      routesOf('selection:\n  Provider_Name: ESENT\n  EventID: 325', `${WINDOWS}\n  service: application`),
    ).toEqual(['application|esent|325']);
    expect(routesOf('selection:\n  Channel: System\n  EventID: 7045', WINDOWS)).toEqual(['system|*|7045']);
    expect(routesOf('selection:\n  ProviderName: x', `${WINDOWS}\n  service: system`)).toEqual(['system|*|*']);
  });

  test('what cannot be is said: two ids at once, an id or a log of another logsource', () => {
    const detection = 'a:\n  EventID: 1\nb:\n  EventID: 2';
    expect(reasonOf(detection, `${WINDOWS}\n  service: security`, 'a and b')).toBe('contradiction');
    expect(reasonOf('selection:\n  EventID: 3', `${WINDOWS}\n  category: process_creation`)).toBe('contradiction');
    expect(reasonOf('selection:\n  Channel: System', `${WINDOWS}\n  service: security`)).toBe('contradiction');
  });

  test('Channel on System 104 means the log that was cleared', () => {
    const { rule, compiled } = compileOne(
      ruleText('selection:\n  EventID: 104\n  Channel: Security', 'selection', `${WINDOWS}\n  service: system`),
    );
    expect(rule.routes.map(show)).toEqual(['system|*|104']);
    const cleared = (log: string): ReturnType<typeof eventOf> =>
      eventOf({ channel: 'System', eventId: 104, userData: [['LogFileCleared', [], '', [['Channel', [], log, []]]]] });
    expect(matchEvent(compiled.ruleSet, rule, cleared('Security'))).toBe(true);
    expect(matchEvent(compiled.ruleSet, rule, cleared('System'))).toBe(false);
  });

  test('what the logsource requires is part of the route', () => {
    const { rule, compiled } = compileOne(
      ruleText('selection:\n  TargetObject|contains: run', 'selection', `${WINDOWS}\n  category: registry_add`),
    );
    const created = (type: string): ReturnType<typeof eventOf> =>
      eventOf({
        channel: 'Microsoft-Windows-Sysmon/Operational',
        eventId: 12,
        data: { EventType: type, TargetObject: 'HKLM\\Run' },
      });
    expect(matchEvent(compiled.ruleSet, rule, created('CreateKey'))).toBe(true);
    expect(matchEvent(compiled.ruleSet, rule, created('DeleteKey'))).toBe(false);
  });

  test('events of other channels, ids and providers do not match', () => {
    const { rule, compiled } = compileOne(
      ruleText('selection:\n  EventID: 7\n  Provider_Name: P', 'selection', `${WINDOWS}\n  service: system`),
    );
    const on = (channel: string, provider: string, eventId: number): boolean =>
      matchEvent(compiled.ruleSet, rule, eventOf({ channel, provider, eventId }));
    expect(on('System', 'p', 7)).toBe(true);
    expect(on('Security', 'P', 7)).toBe(false);
    expect(on('System', 'Q', 7)).toBe(false);
    expect(on('System', 'P', 8)).toBe(false);
  });

  test('rules for other products and for traces are told apart', () => {
    expect(compileText(ruleText('selection:\n  A: 1', 'selection', 'product: linux')).verdicts[0]?.verdict).toBe(
      'other-product',
    );
    expect(compileText(ruleText('selection:\n  A: 1', 'selection', 'category: proxy')).verdicts[0]?.verdict).toBe(
      'other-product',
    );
    expect(reasonOf('selection:\n  A: 1', `${WINDOWS}\n  category: file_access`)).toBe('etw-only');
    expect(
      compileText(ruleText('selection:\n  Filename: x', 'selection', 'category: antivirus')).verdicts[0]?.verdict,
    ).toBe('compiled');
  });
});

describe('fields that events never hold', () => {
  const creation = `${WINDOWS}\n  category: process_creation`;

  test('a rule that needs one cannot fire', () => {
    expect(reasonOf('selection:\n  DestinationPort: 80', creation)).toBe('fields-never-logged');
    expect(compileText(ruleText('selection:\n  DestinationPort: 80', 'selection', creation)).verdicts[0]?.verdict).toBe(
      'not-evaluable',
    );
  });

  test('only the routes that lack the field go', () => {
    expect(routesOf('selection:\n  OriginalFileName: x', creation)).toEqual([
      'microsoft-windows-sysmon/operational|*|1',
    ]);
    expect(routesOf('a:\n  OriginalFileName: x\nb:\n  Image: y', creation, 'a or b')).toHaveLength(2);
    expect(routesOf('a:\n  Image: x\nb:\n  OriginalFileName: y', creation, 'a and not b')).toHaveLength(2);
    expect(routesOf('selection:\n  Image: x\n  Company: null', creation)).toHaveLength(2);
  });

  test('fields that a view or a join supplies count as there, unknown names too', () => {
    expect(routesOf('selection:\n  ParentCommandLine: x', creation)).toHaveLength(2);
    expect(routesOf('selection:\n  NewerField: x', creation)).toHaveLength(2);
    expect(routesOf('selection:\n  User: x\n  Computer: y', creation)).toHaveLength(2);
  });
});
