// Runs the installed command as a user would, and hands back what it printed.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../bin/winnow.mjs', import.meta.url));

export interface CommandOutcome {
  readonly status: number;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs `winnow` with the arguments and waits for its end. */
export function runWinnow(args: readonly string[]): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.on('error', reject);
    child.on('close', (status) => {
      const text = Buffer.concat(out).toString('utf8');
      resolve({
        status: status ?? -1,
        lines: text === '' ? [] : text.replace(/\n$/, '').split('\n'),
        errors: Buffer.concat(err).toString('utf8'),
      });
    });
  });
}
