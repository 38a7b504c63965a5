// A host for `winnow scan` in the test's own process: the shipped rules compiled on the spot, threads that are none,
// streams that keep what is written.

import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readCoreRules } from '../../scripts/core-rules.ts';
import { runCommand, type CommandHost } from '../../src/cli/main.ts';
import { serveThread } from '../../src/cli/serve-thread.ts';
import type { CoreRules } from '../../src/cli/scan-rules.ts';
import type { ThreadMessage, ThreadRequest, ThreadSetup } from '../../src/cli/thread-protocol.ts';
import type { ThreadLike } from '../../src/cli/thread-team.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { formatJoinPlan } from '../../src/pool/join-plan-json.ts';
import { formatRuleSet } from '../../src/pool/rule-set-json.ts';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function compileCore(): CoreRules {
  const texts = readCoreRules(root);
  const { ruleSet, sources } = compileRules(texts);
  const { rules } = ruleSet;
  const joined = withJoinRules(ruleSet);
  return {
    loadProgram: () => Promise.resolve(compileProgram(joined.ruleSet, joined.plan?.numbers)),
    loadJoins: () => Promise.resolve(formatJoinPlan(joined.plan)),
    loadRuleSet: () => Promise.resolve(formatRuleSet(ruleSet)),
    loadSources: () => Promise.resolve(JSON.stringify(sources)),
    loadCorrelations: () => Promise.resolve(rules.map((rule) => (rule.kind === 'correlation' ? rule : undefined))),
    loadInfos: () => Promise.resolve(rules.map((rule) => rule.info)),
    loadTexts: () => Promise.resolve(texts),
  };
}

let core: CoreRules | undefined;

/** A thread that works in turns with its caller; messages are cloned like between real ones. */
export function startInlineThread(setup: ThreadSetup): ThreadLike {
  const toThread = new EventEmitter();
  const toCaller = new EventEmitter();
  let alive = true;
  const later = (work: () => void): void => {
    setImmediate(() => {
      if (alive) work();
    });
  };
  later(() =>
    serveThread(
      {
        postMessage: (message: ThreadMessage) => later(() => toCaller.emit('message', structuredClone(message))),
        on: (event, listener) => toThread.on(event, listener),
      },
      setup,
    ),
  );
  return {
    postMessage: (request: ThreadRequest) => later(() => toThread.emit('message', structuredClone(request))),
    on: (event: string, listener: (value: never) => void) => toCaller.on(event, listener as (value: unknown) => void),
    terminate: () => {
      alive = false;
      return Promise.resolve();
    },
  };
}

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    // Slower than its writer, so that back-pressure is part of every test.
    setImmediate(done);
  }
}

export interface CommandResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
export async function runInline(argv: readonly string[], startThread = startInlineThread): Promise<CommandResult> {
  const host: CommandHost = { version: '0.0.0', core: (core ??= compileCore()), startThread };
  const out = new Collected();
  const err = new Collected();
  const status = await runCommand(argv, out, err, host);
  await Promise.all([out, err].map((stream) => new Promise<void>((resolve) => stream.end(resolve))));
  return { status, out: out.text, err: err.text };
}
