// The part of a scan worker in recovering deleted records: surveys on the first pass, and before the second one brings
// the scanner what the surveys of all workers learned, once per scan and file.

import type { JudgeRecovered, RunRecovery } from '../src/pool/protocol.ts';
import type { SliceScanner } from '../src/scan/slice-scanner.ts';
import { createSurveyor, type Surveyor } from '../src/scan/survey-slices.ts';

export interface RecoveryCore {
  /** Makes ready for a run; gives what surveys its slices, if it is one that does. */
  startRun(recovery: RunRecovery | undefined): Promise<Surveyor | undefined>;
}

/** Creates the part for a scanner. */
export function createRecoveryCore({ recovered }: SliceScanner): RecoveryCore {
  let surveyor: Surveyor | undefined;
  let surveyorSeed = 0;
  let entered: Pick<JudgeRecovered, 'seed' | 'file'> | undefined;
  const enter = async (judge: JudgeRecovered): Promise<void> => {
    const { seed, file } = judge;
    if (entered?.seed === seed && entered.file === file) return;
    if (entered?.seed !== seed) {
      const [scanTemplates, bankTemplates] = await Promise.all([judge.scanTemplates, judge.bankTemplates].map(bytesOf));
      recovered.enterScan({ seed, scanTemplates: scanTemplates!, bankTemplates: bankTemplates! });
    }
    const [templates, identities] = await Promise.all([judge.templates, judge.identities].map(bytesOf));
    recovered.enterFile({ templates: templates!, identities: new Uint32Array(identities!.buffer) });
    entered = { seed, file };
  };
  return {
    async startRun(recovery) {
      if (recovery?.kind === 'judge') await enter(recovery);
      if (recovery?.kind !== 'survey') return undefined;
      if (surveyor === undefined || surveyorSeed !== recovery.seed) {
        surveyor = createSurveyor(recovery.seed);
        surveyorSeed = recovery.seed;
      }
      surveyor.startRun();
      return surveyor;
    },
  };
}

async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer());
}
