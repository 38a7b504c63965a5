// The logs of the benchmarks, made from the corpus once and kept in .cache/bench/.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { splitLog } from './split-log.ts';

/** Agents that forward events without templates. */
const FORWARDED = /ID1151-Defender health status|MSExchange_Management_wec/;

export interface BenchLogs {
  /** A log of about this many MB in which nothing repeats (`fresh`), or in which it does. */
  logOf(megabytes: number, fresh: boolean): string;
  /** A log of template-less records only. */
  forwarded(megabytes: number): string;
  /** The first `count` × `chunks` chunks of a log as `count` files. */
  partsOf(log: string, count: number, chunks: number): readonly string[];
}

/** Gives the logs of a cache folder. */
export function createBenchLogs(shared: string, cache: string): BenchLogs {
  const make = (path: string, megabytes: number, more: readonly string[]): string => {
    if (existsSync(path) && statSync(path).size > megabytes * 0.99e6) return path;
    process.stderr.write(`making ${path}\n`);
    execFileSync(process.execPath, [`${shared}tools/make-bench-log.mjs`, path, String(megabytes), ...more]);
    return path;
  };
  return {
    logOf: (megabytes, fresh) =>
      make(`${cache}${fresh ? 'fresh' : 'plain'}-${megabytes}.evtx`, megabytes, fresh ? ['--fresh'] : []),
    forwarded(megabytes) {
      const folder = `${cache}forwarded`;
      mkdirSync(folder, { recursive: true });
      const sources = readdirSync(`${shared}evtx`, { recursive: true })
        .map(String)
        .filter((name) => FORWARDED.test(name));
      for (const [number, name] of sources.filter((path) => path.endsWith('.evtx')).entries()) {
        const link = `${folder}/${number}.evtx`;
        if (!existsSync(link)) symlinkSync(join(shared, 'evtx', name), link);
      }
      return make(`${cache}forwarded-${megabytes}.evtx`, megabytes, [folder, '--fresh']);
    },
    partsOf: (log, count, chunks) => splitLog(log, `${cache}parts-${count}x${chunks}`, count, chunks),
  };
}
