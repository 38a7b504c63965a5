// Brings a fresh checkout to the point where everything can run: node modules, and for tests Debian's Chromium and Firefox.
// Plain Node, nothing imported that is not there before an install.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command with its output shown; throws when it fails. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
}

/** Installs the locked modules unless they are there already. */
export function installModules() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return;
  if (existsSync(installed) && modulesMatchLock()) return;
  process.stdout.write('installing node modules\n');
  run(npm, ['ci', '--no-audit', '--no-fund']);
}

/** A checkout may touch the lock file without changing it: then `npm ls` finds nothing to complain about. */
function modulesMatchLock() {
  return spawnSync(npm, ['ls', '--all', '--silent'], { cwd: root, shell: process.platform === 'win32' }).status === 0;
}

/** Gives the path of a Chromium, installing Debian's where there is none. Throws with what to do when that fails. */
export function installChromium() {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return installBrowser('chromium', [process.env.CHROMIUM_PATH, ...places], 'CHROMIUM_PATH');
}

/** Gives the path of a Firefox in the same way; undefined where none can be had, because its tests can be left out. */
export function installFirefox() {
  try {
    return installBrowser(
      'firefox-esr',
      [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'],
      'FIREFOX_PATH',
    );
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
    return undefined;
  }
}

function installBrowser(name, places, variable) {
  const found = () => places.find((path) => path !== undefined && existsSync(path));
  const before = found();
  if (before !== undefined) return before;
  process.stdout.write(`installing ${name}\n`);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    execFileSync(command, rest, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  try {
    apt('update', '-q');
    apt('install', '-y', '-q', '--no-install-recommends', name);
  } catch (cause) {
    throw new Error(`No ${name} here and none could be installed: install one and set ${variable} to it.`, { cause });
  }
  const after = found();
  if (after === undefined) throw new Error(`${name} was installed but is not where it belongs; set ${variable} to it`);
  return after;
}

/** Whether `output` is missing or older than any file of the inputs (files or folders, from the project's root). */
export function isStale(output, inputs) {
  const target = join(root, output);
  if (!existsSync(target)) return true;
  const built = statSync(target).mtimeMs;
  return inputs.some((input) => newest(join(root, input)) > built);
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), own.mtimeMs);
}
