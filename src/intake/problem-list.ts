// Gathers problem lines in the order of the files they belong to, with a ceiling per code: 5,000 locked files are
// 200 lines and one count, not 5,000 lines.

import type { Problem, ProblemCode } from '../model/problem.ts';
import { MAX_PROBLEMS_PER_CODE } from './limits.ts';

export interface ProblemList {
  /** Adds a line; `order` is the rank of the file within the drop. */
  add(order: number, problem: Problem): void;
  /** All lines by rank, each code's overflow as one line at the end. */
  finish(): readonly Problem[];
}

/** Creates an empty list. */
export function createProblemList(): ProblemList {
  const lines: { readonly order: number; readonly problem: Problem }[] = [];
  const countByCode = new Map<ProblemCode, number>();
  return {
    add(order, problem) {
      const count = (countByCode.get(problem.code) ?? 0) + 1;
      countByCode.set(problem.code, count);
      if (count <= MAX_PROBLEMS_PER_CODE) lines.push({ order, problem });
    },
    finish() {
      const sorted = [...lines].sort((a, b) => a.order - b.order).map((line) => line.problem);
      for (const [code, count] of countByCode) {
        const hidden = count - MAX_PROBLEMS_PER_CODE;
        if (hidden > 0) sorted.push({ code, severity: 'warning', count: hidden, detail: 'further files like these' });
      }
      return sorted;
    },
  };
}
