import { afterAll, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { listRoutes } from '../../src/engine/list-routes.ts';
import { loadProgram, RuleFlag } from '../../src/engine/program.ts';
import { silenceRules } from '../../src/engine/silence-rules.ts';
import { startInlineWorker } from '../../src/pool/inline-scanner.ts';
import { serveRuleWorker } from '../../src/pool/rule-compiler.ts';
import { createWorkbenchTools } from '../../src/pool/workbench-tools.ts';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { explainMatch } from '../../src/sigma/interpret/explain.ts';
import { FAILED_LOGON, logonRules } from '../builders/logon-rules.ts';

const OTHER = `title: Other
id: 00000000-0000-4000-8000-000000000009
status: test
logsource: { product: windows, service: system }
detection: { sel: { EventID: 7045 }, condition: sel }
level: low
`;
const [base = '', correlation = ''] = logonRules(4).split('---\n');
const shipped = [
  { pack: 'core', file: 'logon.yml', text: base },
  { pack: 'core', file: 'other.yml', text: OTHER },
];
const tools = createWorkbenchTools(
  () =>
    startInlineWorker((port) =>
      serveRuleWorker(port, (files) => {
        const compiled = compileRules(files);
        const { ruleSet, plan } = withJoinRules(compiled.ruleSet);
        return { ...compiled, program: compileProgram(ruleSet, plan?.numbers), joins: plan };
      }),
    ),
  () => Promise.resolve(shipped),
  { explainMatch, silenceProgram: silenceRules, listRoutes },
);
afterAll(() => tools.dispose());

const SECURITY_4625 = [{ channel: 'security', eventIds: [4_625] }];

test('a text of base rule and correlation is tried as a whole, and its base rule is explained', async () => {
  const text = logonRules(4).replaceAll('-4000-', '-4001-');
  const { pack, verdicts } = await tools.check(text);
  expect(verdicts.map(({ title, verdict }) => [title, verdict])).toEqual([
    ['Failed logon', 'compiled'],
    ['Many failed logons', 'compiled'],
  ]);
  const { trial, rules } = await tools.loadTrial(pack);
  expect(rules.map(({ kind }) => kind)).toEqual(['event', 'correlation']);
  // What is shipped beside it is not looked for.
  expect(trial.routes).toMatchObject(SECURITY_4625);
  expect(trial.correlations?.filter((rule) => rule?.generates === true)).toHaveLength(1);
  const explained = await tools.explain(pack, ['Event', [], '', []]);
  expect(explained.map(({ info }) => info.title)).toEqual(['Failed logon']);
});

test('a correlation alone is tried over the shipped rules that it counts, which make no findings', async () => {
  const { pack, verdicts } = await tools.check(correlation);
  expect(verdicts).toMatchObject([{ title: 'Many failed logons', verdict: 'compiled' }]);
  const { trial, rules } = await tools.loadTrial(pack);
  expect(rules).toHaveLength(1);
  expect(trial.routes).toMatchObject(SECURITY_4625);
  const infos = await pack.loadInfos();
  const { ruleFlags } = loadProgram(trial.program);
  expect(ruleFlags[infos.findIndex(({ id }) => id === FAILED_LOGON)]).toBe(0);
  expect(ruleFlags[infos.findIndex(({ title }) => title === 'Other')]).toBe(RuleFlag.Off);
});

test('remarks stand at their place in the text, whichever document they are about', async () => {
  const text = logonRules(4).replaceAll('-4000-', '-4001-').replace('timespan: 1h', 'timespan: soon');
  const { verdicts } = await tools.check(text);
  const [remark] = verdicts.flatMap(({ diagnostics }) => diagnostics);
  const line = text.split('\n').findIndex((each) => each.includes('soon')) + 1;
  expect(remark?.range?.line).toBe(line);
  expect(text.slice(remark!.range!.start)).toMatch(/^(timespan|soon)/);
});
