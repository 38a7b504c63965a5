// The core rules as the build ships them, part by part: the program for workers, facts and whole rules for the page,
// texts for the rule view. Each part is loaded when it is first asked for; a failed load can be tried again.

import loadCorrelationPack from 'virtual:winnow/rules/correlations';
import loadJoinPack from 'virtual:winnow/rules/joins';
import loadInfoPack from 'virtual:winnow/rules/infos';
import loadProgramPack from 'virtual:winnow/rules/program';
import loadRuleSetPack from 'virtual:winnow/rules/rule-set';
import loadSourcePack from 'virtual:winnow/rules/sources';
import loadTextPack from 'virtual:winnow/rules/texts';
import type { RuleInfo } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import type { RuleParts } from './compiled-pack.ts';
import { openPack } from './masked-pack.ts';
import { parseCorrelations, parseRuleSet } from './rule-set-json.ts';

/** A rule file as it was compiled; `file` is the path within the pack. */
export interface ShippedText {
  readonly pack: string;
  readonly file: string;
  readonly text: string;
}

export interface ShippedRules extends RuleParts {
  /** The files themselves. */
  loadTexts(): Promise<readonly ShippedText[]>;
}

type LoadPack = () => Promise<ArrayBuffer | Uint8Array>;

async function unpack(load: LoadPack): Promise<ArrayBuffer> {
  const pack = await load();
  return openPack(pack instanceof Uint8Array ? pack : new Uint8Array(pack));
}

function once<T>(load: LoadPack, parse: (text: string) => T): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= unpack(load).then(
      (bytes) => parse(new TextDecoder().decode(bytes)),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
}

/** Gives the rules of this build. */
export function createShippedRules(): ShippedRules {
  return {
    loadProgram: () => unpack(loadProgramPack),
    loadCorrelations: once(loadCorrelationPack, parseCorrelations),
    loadJoins: once(loadJoinPack, (text) => text),
    loadInfos: once(loadInfoPack, (text) => JSON.parse(text) as readonly RuleInfo[]),
    loadRuleSet: once(loadRuleSetPack, parseRuleSet),
    loadSources: once(loadSourcePack, (text) => JSON.parse(text) as readonly RuleSource[]),
    loadTexts: once(loadTextPack, (text) => JSON.parse(text) as readonly ShippedText[]),
  };
}
