import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const command = fileURLToPath(new URL('../../bin/winnow.mjs', import.meta.url));

/** Runs `winnow` with a reader that goes away after the first part. */
function runCutOff(args: readonly string[]): Promise<{ readonly status: number | null; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stdout.once('data', () => child.stdout.destroy());
    child.stderr.on('data', (part: Buffer) => (errors += part.toString('utf8')));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, errors });
    });
  });
}

test('a reader that has seen enough of a check of many rules ends it without an error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-test-'));
  try {
    const rule = (number: number): string => `title: Rule ${number}\n${'x: y\n'.repeat(20)}---\n`;
    const text = Array.from({ length: 3_000 }, (_, number) => rule(number)).join('');
    await writeFile(join(folder, 'rules.yml'), text);
    const { status, errors } = await runCutOff(['rules', 'check', folder, '--json']);
    expect(errors).toBe('');
    expect(status).toBe(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
