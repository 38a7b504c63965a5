// The rules of a scan: the shipped ones as they were compiled at build time, or, when others are given, everything
// compiled together, so that correlations and filters may refer across packs.

import { failure, success, type Result } from '../base/result.ts';
import { compileProgram } from '../engine/compile/compile-program.ts';
import type { JoinPlan } from '../model/join-plan.ts';
import type { CorrelationRule, RuleInfo, RuleVerdict } from '../model/rule-set.ts';
import { parseJoinPlan } from '../pool/join-plan-json.ts';
import { formatRuleSet } from '../pool/rule-set-json.ts';
import { withJoinRules } from '../scan/joins/plan-joins.ts';
import { compileRules, type RuleFile } from '../sigma/compile-rules.ts';
import type { ProblemReport } from './problem-report.ts';
import { loadRuleSources } from './rule-sources.ts';
import type { ScanArguments } from './scan-arguments.ts';

/** The shipped rules, part by part (scripts/core-rules.ts); texts are JSON. */
export interface CoreRules {
  loadProgram(): Promise<ArrayBuffer>;
  loadRuleSet(): Promise<string>;
  loadSources(): Promise<string>;
  loadCorrelations(): Promise<readonly (CorrelationRule | undefined)[]>;
  /** The join plan (pool/join-plan-json.ts). */
  loadJoins(): Promise<string>;
  loadInfos(): Promise<readonly RuleInfo[]>;
  loadTexts(): Promise<readonly RuleFile[]>;
}

export interface ScanRules {
  readonly program: ArrayBuffer;
  readonly ruleSet: string;
  readonly sources: string;
  /** By rule number; undefined for event rules. */
  readonly correlations: readonly (CorrelationRule | undefined)[];
  /** What the program's hidden rules mean; undefined when no rule reads fields of other records. */
  readonly joins: JoinPlan | undefined;
  /** Rules that can be judged, and rules that no event log can satisfy. */
  readonly loaded: number;
  readonly notEvaluable: number;
}

/** Loads the rules that the arguments ask for; rejected documents go to the report. Fails when nothing usable was named. */
export async function loadScanRules(
  { core, rules }: ScanArguments,
  shipped: CoreRules,
  report: ProblemReport,
): Promise<Result<ScanRules, readonly string[]>> {
  if (rules.length === 0) {
    const [program, ruleSet, sources, correlations, joins, infos] = await Promise.all([
      shipped.loadProgram(),
      shipped.loadRuleSet(),
      shipped.loadSources(),
      shipped.loadCorrelations(),
      shipped.loadJoins(),
      shipped.loadInfos(),
    ]);
    return success({ program, ruleSet, sources, correlations, joins: parseJoinPlan(joins), ...countsOf(infos) });
  }
  const given = await loadRuleSources(rules);
  if (given.missing.length > 0) return failure(given.missing.map((path) => `${path} does not exist`));
  for (const { path, reason } of given.unreadable) report.addLine(`winnow: ${path} cannot be read: ${reason}`);
  if (given.files.length === 0) return failure([`no rules in ${rules.join(', ')}`]);
  const own = core ? await shipped.loadTexts() : [];
  const { ruleSet, verdicts, sources } = compileRules([...own, ...given.files]);
  for (const verdict of verdicts) reportVerdict(verdict, report);
  const infos = ruleSet.rules.map((rule) => rule.info);
  const joined = withJoinRules(ruleSet);
  return success({
    program: compileProgram(joined.ruleSet, joined.plan?.numbers),
    ruleSet: formatRuleSet(ruleSet),
    sources: JSON.stringify(sources),
    correlations: ruleSet.rules.map((rule) => (rule.kind === 'correlation' ? rule : undefined)),
    joins: joined.plan,
    ...countsOf(infos),
  });
}

function countsOf(infos: readonly RuleInfo[]): { loaded: number; notEvaluable: number } {
  const notEvaluable = infos.filter((info) => info.notEvaluable !== undefined).length;
  return { loaded: infos.length - notEvaluable, notEvaluable };
}

function reportVerdict({ file, verdict, diagnostics }: RuleVerdict, report: ProblemReport): void {
  if (verdict !== 'rejected') return;
  for (const { severity, range, code, message, hint } of diagnostics) {
    if (severity !== 'error') continue;
    const place = range === undefined ? '' : `:${range.line}:${range.column}`;
    report.addLine(`winnow: ${file}${place}: ${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`);
  }
}
