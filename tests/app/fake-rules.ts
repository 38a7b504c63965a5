// Rules that are "compiled" by their first line: `title: X` compiles to a rule of that title, anything else is rejected.

import type { RuleSet, RuleVerdict } from '../../src/model/rule-set.ts';
import { encodeCompiled } from '../../src/pool/compiled-pack.ts';
import type { CompiledInWorker, CompiledPack, RuleText } from '../../src/pool/rule-compiler.ts';
import { formatRuleSet } from '../../src/pool/rule-set-json.ts';
import type { ShippedRules, ShippedText } from '../../src/pool/shipped-rules.ts';
import { ruleInfo } from './fake-findings.ts';

function fakeCompile(files: readonly RuleText[]): CompiledPack {
  const texts = files.map((each) => ({ ...each, title: titleOf(each) }));
  const infos = texts.flatMap(({ pack, file, title }) =>
    title === undefined ? [] : [ruleInfo(title, 'high', { title, pack, file })],
  );
  const rules = infos.map((info) => {
    return { kind: 'event', info, routes: [], condition: { op: 'or', children: [] }, generates: true } as const;
  });
  const ruleSet: RuleSet = { rules, predicates: [], views: [], eventViews: [] };
  const verdicts = texts.map(({ file, title }): RuleVerdict => {
    const compiled = title !== undefined;
    return {
      file,
      document: 0,
      id: title ?? '',
      title: title ?? '',
      verdict: compiled ? 'compiled' : 'rejected',
      reason: compiled ? '' : 'not a rule',
      diagnostics: [],
    };
  });
  return {
    loadProgram: () => Promise.resolve(new ArrayBuffer(infos.length)),
    loadCorrelations: () => Promise.resolve(infos.map(() => undefined)),
    loadJoins: () => Promise.resolve('null'),
    loadInfos: () => Promise.resolve(infos),
    loadRuleSet: () => Promise.resolve(ruleSet),
    loadSources: () => Promise.resolve([]),
    verdicts,
  };
}

/** The same as the worker gives it. */
export async function fakeCompileInWorker(files: readonly RuleText[]): Promise<CompiledInWorker> {
  const pack = fakeCompile(files);
  const bytes = encodeCompiled({
    program: new Uint8Array(await pack.loadProgram()),
    correlations: JSON.stringify(await pack.loadCorrelations()),
    joins: await pack.loadJoins(),
    infos: JSON.stringify(await pack.loadInfos()),
    ruleSet: formatRuleSet(await pack.loadRuleSet()),
    sources: JSON.stringify(await pack.loadSources()),
    verdicts: JSON.stringify(pack.verdicts),
  });
  return { pack, bytes };
}

export function shippedRules(texts: readonly ShippedText[]): ShippedRules {
  return { ...fakeCompile(texts), loadTexts: () => Promise.resolve(texts) };
}

function titleOf({ text }: RuleText): string | undefined {
  const plain = typeof text === 'string' ? text : new TextDecoder().decode(text);
  return /^title: (.+)/.exec(plain)?.[1];
}
