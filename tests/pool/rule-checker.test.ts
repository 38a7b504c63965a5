import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { createRuleChecker, type RuleChecker } from '../../src/pool/rule-checker.ts';
import { serveRuleWorker } from '../../src/pool/rule-compiler.ts';
import type { WorkerLike } from '../../src/pool/worker-handle.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';

const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

/** A worker in this thread: its port, and how often one was started and ended. */
function watched(onCompile: (text: string) => void = () => undefined) {
  const counts = { started: 0, ended: 0, compiled: [] as string[] };
  const start = (): WorkerLike => {
    counts.started++;
    const { port1, port2 } = new MessageChannel();
    serveRuleWorker(port2 as unknown as WorkerLike, (files) => {
      const text = String(files.at(-1)!.text);
      counts.compiled.push(text);
      onCompile(text);
      const { ruleSet, sources, verdicts } = compileRules(files);
      return { program: compileProgram(ruleSet), joins: undefined, ruleSet, sources, verdicts };
    });
    open.push(() => port1.close());
    return Object.assign(port1 as unknown as WorkerLike, {
      terminate: () => {
        counts.ended++;
      },
    });
  };
  return { counts, start };
}

const file = (text: string) => [{ pack: 'p', file: 'r.yml', text }];
const rule = (title: string) =>
  `title: ${title}\nlogsource: { product: windows, service: security }\ndetection: { a: { EventID: 1 }, condition: a }\n`;

function checkerOf(start: () => WorkerLike): RuleChecker {
  const checker = createRuleChecker(start);
  open.push(() => checker.dispose());
  return checker;
}

test('one worker compiles text after text, also after many that nobody holds any more', async () => {
  const { counts, start } = watched();
  const checker = checkerOf(start);
  for (let i = 0; i < 20; i++) {
    const { verdicts } = await checker.check(file(rule(`rule ${i}`)));
    expect(verdicts).toMatchObject([{ title: `rule ${i}`, verdict: 'compiled' }]);
  }
  expect(counts.started).toBe(1);
});

test('of texts that come while one is compiled only the newest is, and the others are told', async () => {
  const { counts, start } = watched();
  const checker = checkerOf(start);
  const first = checker.check(file(rule('a')));
  const second = checker.check(file(rule('b')));
  const third = checker.check(file(rule('c')));
  await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  expect((await first).verdicts[0]!.title).toBe('a');
  expect((await third).verdicts[0]!.title).toBe('c');
  expect(counts.compiled).toHaveLength(2);
});

test('a compiler that throws costs its worker; the next text gets a fresh one', async () => {
  const { counts, start } = watched((text) => {
    if (text.includes('bomb')) throw new Error('out of room');
  });
  const checker = checkerOf(start);
  await expect(checker.check(file(rule('bomb')))).rejects.toThrow('out of room');
  expect((await checker.check(file(rule('ok')))).verdicts[0]!.title).toBe('ok');
  expect(counts).toMatchObject({ started: 2, ended: 1 });
  checker.dispose();
  await expect(checker.check(file(rule('late')))).rejects.toMatchObject({ name: 'AbortError' });
});
