// The command line of Winnow: which command was asked for, and what became of it as an exit status. The commands are
// in files of their own; what differs between a build and a test (the shipped rules, how a thread starts) comes in.

import type { Writable } from 'node:stream';
import { runDump } from './dump.ts';
import { runRulesCheck } from './rules-check.ts';
import { runScan, type ScanHost } from './run-scan.ts';
import { USAGE } from './usage.ts';

/** Contract (design.md section 3). */
export const ExitStatus = { Done: 0, Damaged: 1, Arguments: 2, Internal: 3 } as const;

export interface CommandHost extends ScanHost {
  readonly version: string;
}

/** Runs a command and gives the exit status. Never rejects: a bug is reported and gives 3. */
export async function runCommand(
  argv: readonly string[],
  out: Writable,
  err: Writable,
  host: CommandHost,
): Promise<number> {
  try {
    return await dispatch(argv, out, err, host);
  } catch (error) {
    err.write(`winnow: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    for (let cause = error instanceof Error ? error.cause : undefined; cause instanceof Error; cause = cause.cause) {
      err.write(`caused by: ${cause.stack ?? cause.message}\n`);
    }
    return ExitStatus.Internal;
  }
}

async function dispatch(argv: readonly string[], out: Writable, err: Writable, host: CommandHost): Promise<number> {
  const [command, ...rest] = argv;
  if (argv.includes('--help') || argv.includes('-h') || command === 'help') {
    out.write(USAGE);
    return ExitStatus.Done;
  }
  switch (command) {
    case '--version':
      out.write(`winnow ${host.version}\n`);
      return ExitStatus.Done;
    case 'scan':
      return runScan(rest, out, err, host);
    case 'dump':
      return runDump(rest, out, err);
    case 'rules':
      if (rest[0] === 'check') return runRulesCheck(rest.slice(1), out, err);
      break;
    case undefined:
      err.write(USAGE);
      return ExitStatus.Arguments;
  }
  err.write(
    `winnow: no command ${command}${command === 'rules' ? ` ${rest[0] ?? ''}` : ''}; winnow --help lists them\n`,
  );
  return ExitStatus.Arguments;
}
