// What the processes of a browser have used: memory and CPU time of the page's process, read from /proc (Linux only).

import { readdirSync, readFileSync } from 'node:fs';

export interface BrowserUse {
  /** CPU milliseconds of the dedicated workers of all pages. */
  readonly workerCpu: number;
  /** CPU milliseconds of all processes of the browser. */
  readonly cpu: number;
  /** Highest resident size that a page's process has had, in bytes. */
  readonly pagePeak: number;
  /** The largest resident size of a page's process now, in bytes. */
  readonly pageNow: number;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process or thread has ended meanwhile.
    return '';
  }
}

/** Milliseconds on a CPU so far, of a process or thread. */
function cpuOf(folder: string): number {
  return Number(readText(`${folder}/schedstat`).split(' ')[0] ?? 0) / 1e6;
}

function parentOf(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

/** What the browsers that this process has started have used so far. */
export function readBrowserUse(): BrowserUse {
  let workerCpu = 0;
  let cpu = 0;
  let pagePeak = 0;
  let pageNow = 0;
  for (const pid of readdirSync('/proc').map(Number)) {
    if (!(pid > 0) || !isOurs(pid)) continue;
    const isPage = readText(`/proc/${pid}/cmdline`).includes('--type=renderer');
    if (isPage) {
      const status = readText(`/proc/${pid}/status`);
      pagePeak = Math.max(pagePeak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024);
      pageNow = Math.max(pageNow, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024);
    }
    for (const thread of threadsOf(pid)) {
      const used = cpuOf(`/proc/${pid}/task/${thread}`);
      cpu += used;
      if (isPage && readText(`/proc/${pid}/task/${thread}/comm`).startsWith('DedicatedWorker')) workerCpu += used;
    }
  }
  return { workerCpu, cpu, pagePeak, pageNow };
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function isOurs(pid: number): boolean {
  let at = parentOf(pid);
  for (let depth = 0; depth < 12 && at > 1; depth++) {
    if (at === process.pid) return true;
    at = parentOf(at);
  }
  return false;
}
