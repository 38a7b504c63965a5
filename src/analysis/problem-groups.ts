// Problems folded for reading: one line per code and file, with how often and where first. A torn disk can bring
// thousands of lines of one kind; the analyst needs to know that it did, not to scroll past them.

import type { Problem, ProblemCode, ProblemSeverity } from '../model/problem.ts';

export interface ProblemGroup {
  readonly code: ProblemCode;
  readonly severity: ProblemSeverity;
  readonly file: string | undefined;
  /** Things that went wrong, not lines. */
  readonly count: number;
  /** The first lines, in the order in which they came. */
  readonly examples: readonly Problem[];
}

const MAX_EXAMPLES = 20;
const SEVERITIES: readonly ProblemSeverity[] = ['error', 'warning', 'info'];

/** Groups problems by code and file: errors first, then warnings, then remarks; most frequent first within each. */
export function groupProblems(problems: readonly Problem[]): ProblemGroup[] {
  const groups = new Map<string, { first: Problem; severity: ProblemSeverity; count: number; examples: Problem[] }>();
  for (const problem of problems) {
    const key = `${problem.code}\n${problem.file ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { first: problem, severity: problem.severity, count: problem.count ?? 1, examples: [problem] });
    } else {
      group.count += problem.count ?? 1;
      if (SEVERITIES.indexOf(problem.severity) < SEVERITIES.indexOf(group.severity)) group.severity = problem.severity;
      if (group.examples.length < MAX_EXAMPLES) group.examples.push(problem);
    }
  }
  return [...groups.values()]
    .map(({ first, severity, count, examples }) => ({ code: first.code, severity, file: first.file, count, examples }))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.count - a.count);
}
