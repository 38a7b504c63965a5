// Problem lines about folders, shared by the two walks.

import type { Problem } from '../model/problem.ts';
import { MAX_DEPTH } from './limits.ts';

/** The line for a folder that could not be listed, wholly or from some point on. */
export function folderProblem(path: string, error: unknown): Problem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'EncodingError') {
    // Chromium on pages opened from a file, where the drop gave no handle either.
    return {
      code: 'folder-unreadable',
      severity: 'error',
      file: path,
      detail: 'the browser lists no dropped folders on a page opened from a file',
      hint: 'Use the button to choose the folder, or drop the logs themselves.',
    };
  }
  return {
    code: 'folder-unreadable',
    severity: 'error',
    file: path,
    detail:
      name === 'NotFoundError' ? 'folder is gone, or its path is too long' : 'the browser may not list this folder',
    hint: 'Copy the logs to a folder of your own (as administrator) and drop that.',
  };
}

/** The line for a folder below the depth limit. */
export function tooDeepProblem(path: string): Problem {
  return {
    code: 'limit-reached',
    severity: 'warning',
    file: path,
    detail: `more than ${String(MAX_DEPTH)} folders deep; not looked into`,
    hint: 'Drop this folder itself.',
  };
}
