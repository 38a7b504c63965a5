// Entry point of the rules worker: compiles dropped rules. Started from a blob for one job, then ended.

import { compileProgram } from '../src/engine/compile/compile-program.ts';
import { serveRuleWorker } from '../src/pool/rule-compiler.ts';
import { withJoinRules } from '../src/scan/joins/plan-joins.ts';
import { compileRules } from '../src/sigma/compile-rules.ts';

serveRuleWorker(self, (files) => {
  const { ruleSet, verdicts, sources } = compileRules(files);
  const joined = withJoinRules(ruleSet);
  const program = compileProgram(joined.ruleSet, joined.plan?.numbers);
  return { program, joins: joined.plan, ruleSet, sources, verdicts };
});
