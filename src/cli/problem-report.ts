// Problems of a scan on standard error: warnings and errors one by one (the first few of a sort per file, then their
// number), remarks as one line at the end. Decides whether the exit status says "damaged".

import type { Problem } from '../model/problem.ts';

/** Lines per file and code; a torn file can have thousands of the same. */
const MOST_LINES = 5;

export interface ProblemReport {
  /** Whether anything was damaged or rejected. */
  readonly isDamaged: boolean;
  add(problem: Problem): void;
  /** Something that is no Problem of a file: a rejected rule. */
  addLine(line: string): void;
  /** Writes what was held back. */
  finish(): void;
}

/** Gives a report that writes to a stream. */
export function createProblemReport(err: { write(text: string): unknown }): ProblemReport {
  const counts = new Map<string, { readonly problem: Problem; count: number }>();
  const remarks = new Map<string, number>();
  let isDamaged = false;
  return {
    get isDamaged() {
      return isDamaged;
    },
    add(problem) {
      if (problem.severity === 'info') {
        remarks.set(problem.code, (remarks.get(problem.code) ?? 0) + (problem.count ?? 1));
        return;
      }
      isDamaged = true;
      const key = `${problem.code}\0${problem.file ?? ''}`;
      const group = counts.get(key) ?? { problem, count: 0 };
      counts.set(key, group);
      group.count += 1;
      if (group.count <= MOST_LINES) err.write(`${formatProblem(problem)}\n`);
    },
    addLine(line) {
      isDamaged = true;
      err.write(`${line}\n`);
    },
    finish() {
      for (const { problem, count } of counts.values()) {
        if (count > MOST_LINES)
          err.write(`winnow: ${printable(problem.file ?? '')}: ${count - MOST_LINES} more of ${problem.code}\n`);
      }
      if (remarks.size > 0) {
        const list = [...remarks].map(([code, count]) => `${count} ${code}`).join(', ');
        err.write(`winnow: remarks: ${list}\n`);
      }
      counts.clear();
      remarks.clear();
    },
  };
}

function formatProblem({ code, file, offset, count, detail, hint }: Problem): string {
  const place = [file === undefined ? '' : printable(file), offset === undefined ? '' : `at byte ${offset}`].filter(
    (part) => part !== '',
  );
  const times = count !== undefined && count > 1 ? ` (${count} times)` : '';
  const words = [detail ?? '', hint ?? ''].filter((part) => part !== '').join('. ');
  return `winnow: ${[...place, code + times].join(': ')}${words === '' ? '' : `: ${printable(words)}`}`;
}

/** Names and details may quote hostile input, and a terminal obeys control characters. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
