// `npm run prove:offline`: shows that the built app asks for nothing while it works. First behind a proxy that writes
// down every request; then, as root on Linux, in a network namespace of its own whose every address leads to
// recorders. Exit status 1 when anything was seen, or when the recorders miss the request that must be seen.
// `--plant` makes a leak, to watch the proof fail. Needs `npm run build` first.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { proveOffline } from './offline-proof.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.env['WINNOW_DIST'] ?? join(root, 'dist');
const { values } = parseArgs({
  options: { plant: { type: 'boolean', default: false }, inside: { type: 'boolean', default: false } },
});

async function run(network: 'proxy' | 'closed', title: string): Promise<boolean> {
  console.log(title);
  const seen = await proveOffline({ folder, network, plant: values.plant });
  for (const line of [...seen.requests, ...seen.lookUps]) console.log(`  seen: ${line}`);
  console.log(`  records scanned: ${seen.records}, findings shown: ${seen.findings}`);
  console.log(`  ${network === 'proxy' ? 'requests' : 'connections'} seen: ${seen.requests.length}`);
  if (seen.errands > 0) console.log(`  not counted, the browser's own sign-in check: ${seen.errands}`);
  if (network === 'closed') console.log(`  DNS look-ups: ${seen.lookUps.length}`);
  console.log(`  the recorders see a request that is made: ${seen.recordersSee ? 'yes' : 'NO'}`);
  return seen.requests.length + seen.lookUps.length === 0 && seen.recordersSee;
}

/** Runs this script again in a closed network; undefined where that is not permitted. */
function runInside(): boolean | undefined {
  const isPermitted =
    process.platform === 'linux' && spawnSync('unshare', ['-n', '-m', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
  if (!isPermitted) return undefined;
  const scratch = mkdtempSync(join(tmpdir(), 'winnow-net-'));
  const resolver = join(scratch, 'resolv.conf');
  writeFileSync(resolver, 'nameserver 127.0.0.1\n');
  // A second interface, because a browser that takes itself for offline asks nobody; every address is this machine.
  const steps = [
    `mount --bind "$1" /etc/resolv.conf`,
    'ip link set lo up',
    'ip link add net0 type dummy 2>/dev/null && ip addr add 192.0.2.1/24 dev net0 && ip link set net0 up || true',
    'ip route add local default dev lo',
    'shift; exec "$@"',
  ];
  const script = fileURLToPath(import.meta.url);
  const loader = join(root, 'scripts/typescript.mjs');
  const self = [process.execPath, '--import', loader, script, '--inside', ...(values.plant ? ['--plant'] : [])];
  const { status } = spawnSync('unshare', ['-n', '-m', 'sh', '-ec', steps.join('\n'), 'sh', resolver, ...self], {
    cwd: root,
    stdio: 'inherit',
  });
  rmSync(scratch, { recursive: true, force: true });
  return status === 0;
}

if (!existsSync(join(folder, 'index.html'))) {
  console.log('dist/ is missing: npm run build comes first');
  process.exitCode = 2;
} else if (values.inside) {
  process.exitCode = (await run('closed', 'In a closed network namespace')) ? 0 : 1;
} else {
  const behindProxy = await run('proxy', 'Behind a recording proxy');
  const inside = runInside();
  if (inside === undefined) console.log('Closed network namespace: not permitted here (needs root on Linux), skipped');
  process.exitCode = behindProxy && inside !== false ? 0 : 1;
}
