// What the user reads about a file that is not an event log: what it is, and the one step that makes a log of it.
// Words only; sniff.ts decides.

import type { FileFormat } from './sniff.ts';

export interface FormatAdvice {
  /** What the file is, as a clause without a full stop. */
  readonly detail: string;
  /** One line: what to do. */
  readonly hint: string;
}

/** Says what a file of a format is and what to do with it. Undefined for event logs, which need no advice. */
export function adviceOf(format: FileFormat): FormatAdvice | undefined {
  switch (format) {
    case 'evtx':
    case 'evtx-headless':
      return undefined;
    case 'evt':
      return {
        detail: 'event log of Windows XP or Server 2003 (.evt)',
        hint: 'Convert it on Windows: wevtutil epl OLD.evt NEW.evtx /lf:true',
      };
    case 'etl':
      return {
        detail: 'event trace (.etl)',
        hint: 'Convert it on Windows: wevtutil epl TRACE.etl NEW.evtx /lf:true, or tracerpt TRACE.etl -of EVTX -o NEW.evtx',
      };
    case 'case-file':
      return { detail: 'saved case', hint: 'Drop it on the page in the browser.' };
    case 'zip':
      return { detail: 'zip archive', hint: 'Unpack it and drop the folder.' };
    case 'gzip':
      return {
        detail: 'gzip file without an event log in it',
        hint: 'Unpack it (tar xzf for .tar.gz) and drop the folder.',
      };
    case '7z':
      return { detail: '7-Zip archive', hint: 'Unpack it (7z x FILE) and drop the folder.' };
    case 'archive':
      return { detail: 'packed archive', hint: 'Unpack it and drop the folder.' };
    case 'vhdx':
      return {
        detail: 'virtual disk (.vhdx)',
        hint: 'Mount it read-only (Mount-DiskImage -Access ReadOnly) and drop its Windows\\System32\\winevt\\Logs folder.',
      };
    case 'e01':
      return {
        detail: 'forensic disk image (EnCase)',
        hint: 'Mount it or export Windows\\System32\\winevt\\Logs from it with an imaging tool, then drop that folder.',
      };
    case 'disk-image':
      return { detail: 'disk image', hint: 'Mount it read-only and drop its Windows\\System32\\winevt\\Logs folder.' };
    case 'json':
      return { detail: 'JSON text, not the log itself', hint: 'Drop the .evtx that this was exported from.' };
    case 'xml':
      return {
        detail: 'XML text, not the log itself',
        hint: 'Drop the original .evtx, or save the events again from Event Viewer as .evtx.',
      };
    case 'csv':
      return {
        detail: 'table as text (CSV), not the log itself',
        hint: 'Drop the original .evtx, or save the events again from Event Viewer as .evtx.',
      };
    case 'empty':
      return { detail: 'no bytes', hint: 'Copy or export the log again: nothing was written.' };
    case 'zeros':
      return {
        detail: 'starts with zeros instead of a header',
        hint: 'Acquire the log again: the copy was not completed.',
      };
    case 'other':
      return { detail: 'not an event log', hint: 'Winnow reads .evtx files of Windows Vista and later.' };
  }
}

/** Advice for a log that exists but could not be read. `path` decides whether it looks like a log of the running system. */
export function unreadableAdvice(path: string, errorName: string): FormatAdvice {
  if (isLiveLogPath(path)) {
    return {
      detail: 'Windows holds this log or denies access to it',
      hint: `Export a copy as administrator and drop that: wevtutil epl "${channelOfFileName(path)}" COPY.evtx`,
    };
  }
  if (errorName === 'NotFoundError') {
    return {
      detail: 'gone, changed since it was dropped, or its path is too long for the browser',
      hint: 'Copy the file to a short path and drop it again.',
    };
  }
  return {
    detail: 'the browser may not read this file',
    hint: 'Close programs that hold it, check its permissions, or drop a copy.',
  };
}

function isLiveLogPath(path: string): boolean {
  // A dropped folder is seen from its own name on, so C:\Windows is gone from the path; often only Logs is left.
  return /(^|[\\/])(winevt[\\/])?logs[\\/][^\\/]+\.evtx$/i.test(path);
}

/** The channel a log's file name stands for: `%4` is how Windows writes the slash. */
function channelOfFileName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return name
    .replace(/\.evtx$/i, '')
    .replaceAll('%4', '/')
    .replaceAll('"', '');
}
