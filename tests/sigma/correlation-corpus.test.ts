// Correlations and translated aggregations of a public rule set on real logs: what the language reference computed for
// them by an independent sliding window.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { EventElement } from '../../src/model/event.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { correlateEvents } from './correlate-events.ts';
import { rulesBelow } from './rule-kit.ts';

const root = sharedRoot ?? '';

describe.skipIf(!hasShared)('public correlations', () => {
  const { ruleSet } = compileRules(hasShared ? rulesBelow(`${root}sigma`, ['mdecrevoisier']) : []);
  const manifest = hasShared
    ? (JSON.parse(readFileSync(`${root}evtx/manifest.json`, 'utf8')) as readonly { file: string; golden: string }[])
    : [];

  function findingsOn(file: string): string[] {
    const golden = manifest.find((entry) => entry.file === file)?.golden ?? '';
    const events = gunzipSync(readFileSync(`${root}golden/${golden}`))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => {
        const { t } = JSON.parse(line) as { t: EventElement | null };
        return t === null ? [] : [t];
      });
    return correlateEvents(ruleSet, events).findings.map(
      (finding) => `${ruleSet.rules[finding.rule]?.info.title ?? ''}: ${finding.value}`,
    );
  }

  test('distinct DPAPI objects read on a controller: 17 within the window', () => {
    const file =
      'evtx-to-mitre-attack/TA0006-Credential Access/T1555-Credentials from Password Stores/ID4662-Sensitve DPAPI attributes accessed.evtx';
    expect(findingsOn(file)).toEqual(['Suspicious Active Directory DPAPI attributes accessed Count: 17']);
  });

  test('of the rest of the credential access logs only the Kerberos enumeration holds', () => {
    const others = manifest
      .map(({ file }) => file)
      .filter((file) => file.startsWith('evtx-to-mitre-attack/TA0006') && !file.includes('DPAPI attributes'));
    expect(others.length).toBeGreaterThan(8);
    const held = others.flatMap((file) => findingsOn(file));
    expect(held.map((line) => line.split(': ').at(-1))).toEqual(['46']);
    expect(held[0]).toMatch(/kerb/i);
  });
});
