// Decides what becomes of one file: a log, an archive to unpack, a problem line, or one more of an extension. Reads
// the first 4.5 KiB and nothing else. Knows no folders and no drops; collect.ts gathers the verdicts.

import type { Problem } from '../model/problem.ts';
import { adviceOf, unreadableAdvice } from './advice.ts';
import { readHeadAlone } from './read-heads.ts';
import { sniffFormat, type FileFormat } from './sniff.ts';

export type Verdict =
  | { readonly kind: 'log'; readonly head: Uint8Array }
  | { readonly kind: 'gzip' | 'zip' }
  /** A saved case that the user chose itself. */
  | { readonly kind: 'case-file' }
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** Not worth a line: counted by extension. */
  | { readonly kind: 'skipped' };

/** Names of packed files and images inside a folder that are worth a line; a .docx is a zip too and is not. */
const CONTAINER_EXTENSIONS: ReadonlyMap<FileFormat, readonly string[]> = new Map<FileFormat, readonly string[]>([
  ['zip', ['zip']],
  ['gzip', ['gz', 'tgz']],
  ['7z', ['7z']],
  ['archive', ['rar', 'cab', 'xz', 'bz2', 'zst', 'tar']],
  ['vhdx', ['vhdx', 'avhdx']],
  ['e01', ['e01', 'ex01', 'l01']],
  ['disk-image', ['vhd', 'vmdk', 'qcow2']],
]);

/** Extensions of files that are never event logs and come in masses: they are counted unopened. */
export const NEVER_LOGS: ReadonlySet<string> = new Set(
  'exe dll sys mui cat inf ini lnk pf png jpg jpeg gif bmp ico svg ttf otf woff woff2 mp3 mp4 avi wav pdf doc docx xls xlsx ppt pptx html htm css js ts map json txt md xml csv py ps1 sqlite db etl'.split(
    ' ',
  ),
);

/** Lower-case extension of a path without the dot, '' for none (also for dot files). */
export function extensionOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/**
 * Judges a file by its content. `chosen` is true for a file the user dropped or picked itself: then every shortfall
 * gets a line; inside folders only logs and containers do. Never rejects: a file that cannot be read is a problem.
 */
export async function judgeFile(path: string, file: Blob, chosen: boolean, readHead = readHeadAlone): Promise<Verdict> {
  const extension = extensionOf(path);
  const isNamedLog = extension === 'evtx';
  if (file.size === 0) {
    return isNamedLog || chosen ? line('file-empty', path, 'empty') : { kind: 'skipped' };
  }
  let head: Uint8Array;
  try {
    head = await readHead(file);
  } catch (error) {
    return { kind: 'problem', problem: unreadableProblem(path, error, isNamedLog || chosen) };
  }
  // The size said otherwise: the file was cut while it was being read.
  if (head.length === 0) return { kind: 'problem', problem: unreadableProblem(path, undefined, isNamedLog || chosen) };
  return judgeHead(path, head, file.size, chosen);
}

/** The same for a file of which the first SNIFF_BYTES are known, or all when it is shorter; `size` in bytes as far as known. */
export function judgeHead(path: string, head: Uint8Array, size: number, chosen: boolean): Verdict {
  const extension = extensionOf(path);
  const isNamedLog = extension === 'evtx';
  const format = sniffFormat(head);
  switch (format) {
    case 'evtx':
    case 'evtx-headless':
      return size < 4_096 ? tooSmall(path, size) : { kind: 'log', head };
    case 'empty':
      return isNamedLog || chosen ? line('file-empty', path, 'empty') : { kind: 'skipped' };
    case 'case-file':
      return chosen ? { kind: 'case-file' } : { kind: 'skipped' };
    case 'zip':
    case 'gzip':
      if (isNamedLog || chosen || hasContainerName(format, extension)) return { kind: format };
      return { kind: 'skipped' };
    default:
      if (isNamedLog) return line('file-not-evtx', path, format);
      if (chosen)
        return line(format === 'other' || format === 'zeros' ? 'file-not-evtx' : 'file-other-format', path, format);
      if (format === 'evt' || hasContainerName(format, extension)) return line('file-other-format', path, format);
      return { kind: 'skipped' };
  }
}

/** The line for a file that the browser could not open or read. */
export function unreadableProblem(path: string, error: unknown, isEvidence: boolean): Problem {
  const name = error instanceof Error ? error.name : '';
  return {
    code: 'file-unreadable',
    severity: isEvidence ? 'error' : 'info',
    file: path,
    ...unreadableAdvice(path, name),
  };
}

/** The line for a file of a format that is not read here. */
export function formatProblem(path: string, format: FileFormat): Problem {
  return { code: 'file-other-format', severity: 'warning', file: path, ...adviceOf(format) };
}

function hasContainerName(format: FileFormat, extension: string): boolean {
  return CONTAINER_EXTENSIONS.get(format)?.includes(extension) ?? false;
}

function line(code: Problem['code'], path: string, format: FileFormat): Verdict {
  return { kind: 'problem', problem: { code, severity: 'warning', file: path, ...adviceOf(format) } };
}

function tooSmall(path: string, size: number): Verdict {
  return {
    kind: 'problem',
    problem: {
      code: 'file-too-small',
      severity: 'warning',
      file: path,
      detail: `cut off after ${String(size)} bytes, within the file header`,
      hint: 'Acquire the log again: no event is in this copy.',
    },
  };
}
