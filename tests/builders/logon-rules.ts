// Rules that many tests of whole scans share: failed logons, and a count of them that fires.

import { compileRules } from '../../src/sigma/compile-rules.ts';

export const FAILED_LOGON = '00000000-0000-4000-8000-000000000001';
export const MANY_FAILED_LOGONS = '00000000-0000-4000-8000-000000000002';

/** The two rules as YAML; the count fires at so many. */
export function logonRules(firesAt: number): string {
  return `
title: Failed logon
id: ${FAILED_LOGON}
status: test
logsource: { product: windows, service: security }
detection:
  failed: { EventID: 4625 }
  condition: failed
level: low
---
title: Many failed logons
id: ${MANY_FAILED_LOGONS}
status: test
correlation:
  type: event_count
  rules: [${FAILED_LOGON}]
  group-by: [Computer]
  timespan: 1h
  generate: true
  condition: { gte: ${firesAt} }
level: high
`;
}

/** Compiles rules, and gives the correlations among them by their numbers as scanners want them. */
export function compileForScan(text: string) {
  const compiled = compileRules([{ pack: 'test', file: 'rules.yml', text }]);
  const correlations = compiled.ruleSet.rules.map((rule) => (rule.kind === 'correlation' ? rule : undefined));
  return { ...compiled, correlations };
}
