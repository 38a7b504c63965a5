// `npm test`: installs what is missing, then runs every check, those of the text first, two at a time. All of them run even
// when one fails; the end is a summary and one line that adds up all runners.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { installChromium, installFirefox, installModules, root } from './install.mjs';

const reports = join(root, '.cache/test');
const tools = join(root, 'node_modules');
const started = Date.now();
const summary = [];
const failures = [];
let passed = 0;
let failed = 0;

function note(name, seconds, good, bad, remark) {
  passed += good;
  failed += bad;
  summary.push(`${bad > 0 ? 'FAIL' : 'ok  '}  ${name.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s  ${remark}`);
}

/** What failed, a line each: a log that is cut to its end still tells it. */
function failuresOf(report) {
  return (report?.testResults ?? []).flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const bad = assertionResults.filter(({ status }) => status === 'failed');
    if (bad.length === 0) return message ? [`${file}: ${firstLines(message)}`] : [];
    return bad.map(
      ({ fullName, failureMessages }) => `${file} › ${fullName}: ${firstLines(failureMessages.join('\n'))}`,
    );
  });
}

function firstLines(message) {
  return stripVTControlCharacters(message).slice(0, 600);
}

/** Runs a tool of node_modules with its output shown. */
function runTool(script, args, environment = {}) {
  const start = Date.now();
  const { status, signal, error } = spawnSync(process.execPath, [join(tools, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) process.stdout.write(`${error.message}\n`);
  return { seconds: (Date.now() - start) / 1_000, ok: status === 0, status: signal ?? status };
}

/** One check that either holds or does not: it counts as one test. */
function check(name, script, ...args) {
  process.stdout.write(`\n── ${name}\n`);
  const { seconds, ok, status } = runTool(script, args);
  note(name, seconds, ok ? 1 : 0, ok ? 0 : 1, ok ? '' : `status ${status}`);
  return ok;
}

/** Checks that do not wait for each other: one lane beside the other, each in order. What they say comes as they end. */
async function checkInLanes(...lanes) {
  await Promise.all(
    lanes.map(async (lane) => {
      for (const [name, script, ...args] of lane) {
        const start = Date.now();
        const { status, output } = await new Promise((resolve) => {
          const tool = spawn(process.execPath, [join(tools, script), ...args], { cwd: root });
          const parts = [];
          tool.stdout.on('data', (part) => parts.push(part));
          tool.stderr.on('data', (part) => parts.push(part));
          tool.on('error', (error) => resolve({ status: error.message, output: '' }));
          tool.on('close', (code, signal) => resolve({ status: signal ?? code, output: Buffer.concat(parts) }));
        });
        process.stdout.write(`\n── ${name}\n${output}`);
        const ok = status === 0;
        note(name, (Date.now() - start) / 1_000, ok ? 1 : 0, ok ? 0 : 1, ok ? '' : `status ${status}`);
      }
    }),
  );
}

/** A test runner with tests of its own; a runner that dies or runs nothing counts as a failure. */
function runTests(name, args, environment) {
  process.stdout.write(`\n── ${name}\n`);
  const file = join(reports, `${name.replaceAll(' ', '-')}.json`);
  const { seconds, ok, status } = runTool(
    'vitest/vitest.mjs',
    ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    environment,
  );
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const good = report?.numPassedTests ?? 0;
  // A file that does not load fails without a test in it; a runner can also fail beside its tests.
  const bad = Math.max(report?.numFailedTests ?? 0, ok && good > 0 ? 0 : 1);
  const skipped = report?.numPendingTests ?? 0;
  failures.push(...failuresOf(report));
  note(name, seconds, good, bad, `${good} passed, ${bad} failed, ${skipped} skipped${ok ? '' : `, status ${status}`}`);
}

try {
  installModules();
  const chromium = installChromium();
  const firefox = installFirefox();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  const directions = ['src', 'workers', '--config', '.dependency-cruiser.cjs'];
  const projects = ['tsconfig.json', 'tsconfig.worker.json', 'tsconfig.node.json'];
  await checkInLanes(
    [['lint', 'eslint/bin/eslint.js', '.', '--max-warnings', '0']],
    [
      ['format', 'prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn'],
      ['directions', 'dependency-cruiser/bin/dependency-cruise.mjs', ...directions],
      ['unused code', 'knip/bin/knip.js'],
      ...projects.map((project) => [`types ${project}`, 'typescript/bin/tsc', '-p', project]),
      ['components', 'svelte-check/bin/svelte-check', '--tsconfig', 'tsconfig.json', '--fail-on-warnings'],
    ],
  );
  // Built before the tests: those of contracts run the command line tool as it ships.
  const built =
    check('build', 'vite/bin/vite.js', 'build', '--logLevel', 'warn') &&
    check('build cli', 'vite/bin/vite.js', 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn') &&
    check('build single file', 'vite/bin/vite.js', 'build', '--config', 'vite.single.config.ts', '--logLevel', 'warn');
  runTests('unit tests', [], { CHROMIUM_PATH: chromium });
  if (built) {
    check('size', 'size-limit/bin.js');
    const browsers = { CHROMIUM_PATH: chromium, ...(firefox && { FIREFOX_PATH: firefox }) };
    runTests('end-to-end tests', ['--config', 'vitest.e2e.config.ts'], browsers);
  } else {
    note('end-to-end tests', 0, 0, 1, 'not run: the build failed');
  }
} catch (error) {
  note('setup', 0, 0, 1, error instanceof Error ? error.message : String(error));
}

for (const failure of failures) process.stdout.write(`\nfailed: ${failure}\n`);
process.stdout.write(`\n${summary.join('\n')}\n${((Date.now() - started) / 1_000).toFixed(0)} s\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
