// The first pass of a recovery: which templates a file has, who its allocated records are, and which of its chunks hold
// something like a record outside them. Matches nothing; what to do with it is recovered-records.ts' business.

import { CarveCursor } from '../evtx/carve/carve-cursor.ts';
import { hasCandidate } from '../evtx/carve/record-candidates.ts';
import { TemplateLibrary } from '../evtx/carve/template-library.ts';
import { createRecordCursor } from '../evtx/record-cursor.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import type { SliceSurvey, SurveyedTemplate } from '../model/recovery.ts';
import { RecordIdentity } from './record-identity.ts';
import type { Slice } from './slice-scanner.ts';

export interface Surveyor {
  /** Before the first slice of a run: from then on its templates are told once, with the first chunk that has them. */
  startRun(): void;
  /** Surveys the next slice of the run; slices of a run come in the order of the file. */
  surveySlice(slice: Omit<Slice, 'recovered'>): SliceSurvey;
}

/** Creates a surveyor for one scan, whose `seed` is the same for all threads. */
export function createSurveyor(seed: number): Surveyor {
  const bank = new ShapeBank();
  const cursor = createRecordCursor(bank, { checksums: false });
  const identity = new RecordIdentity(bank, seed);
  const none = new TemplateLibrary(bank);
  let carver = new CarveCursor(bank, none);
  let words = new Uint32Array(4_096);
  return {
    startRun() {
      carver = new CarveCursor(bank, none);
    },
    surveySlice(slice) {
      const templates: SurveyedTemplate[] = [];
      const chunks: number[] = [];
      const { definitions } = carver.fileTemplates;
      let used = 0;
      cursor.open(slice.bytes, slice.byteLength, slice.firstChunk, slice.fileOffset);
      while (cursor.nextChunk()) {
        const chunk = cursor.chunkNumber;
        const known = definitions.length;
        carver.collect(cursor, slice.byteLength);
        for (const definition of definitions.slice(known)) templates.push({ chunk, definition });
        while (cursor.nextRecord()) {
          identity.read(cursor);
          if (used + 2 > words.length) {
            const grown = new Uint32Array(words.length * 2);
            grown.set(words);
            words = grown;
          }
          words[used++] = identity.high;
          words[used++] = identity.low;
        }
        if (hasCandidate(cursor)) chunks.push(chunk);
      }
      return { templates, identities: words.slice(0, used), chunks };
    },
  };
}
