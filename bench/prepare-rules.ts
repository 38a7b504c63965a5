// Compiles the corpus' rules into programs and compares engine and interpreter on a log; prints one JSON line.
// Usage: prepare-rules.ts FOLDER SHARED LOG.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileProgram } from '../src/engine/compile/compile-program.ts';
import { assertAgreement } from './agreement.ts';
import type { RuleFigures } from './builds.ts';
import { loadSigmaHq, multiplied } from './rule-sets.ts';

const [folder, shared, log] = process.argv.slice(2);
if (folder === undefined || shared === undefined || log === undefined) {
  throw new Error('usage: prepare-rules.ts FOLDER SHARED LOG');
}
let started = performance.now();
const ruleSet = loadSigmaHq(shared);
const compileMilliseconds = performance.now() - started;
started = performance.now();
const program = compileProgram(ruleSet);
const programMilliseconds = performance.now() - started;
writeFileSync(join(folder, 'rules.program'), new Uint8Array(program));
writeFileSync(join(folder, 'rules-x4.program'), new Uint8Array(compileProgram(multiplied(ruleSet, 4))));
const agreement = assertAgreement(ruleSet, program, log, 40e6, 60);
console.log(JSON.stringify({ compileMilliseconds, programMilliseconds, agreement } satisfies RuleFigures));
