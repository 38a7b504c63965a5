// Collects the correlation rows of one slice in a scan worker. Knows nothing of windows; fold-correlations.ts does.

import type { CorrelationRows, CorrelationSource } from '../../model/correlation.ts';
import { CorrelationColumn, correlationText } from '../../model/correlation.ts';
import { CHUNK_UNIT } from '../../model/record-place.ts';

/** Place and time of a matching event, as the cursor gives them. */
export interface RowPlace {
  readonly timeHigh: number;
  readonly timeLow: number;
  /** Offset of its chunk in the file, and of the record in the chunk. */
  readonly chunkOffset: number;
  readonly offset: number;
  readonly recordIdHigh: number;
  readonly recordIdLow: number;
  readonly computer: string;
  readonly channel: string;
}

export interface RowWriter {
  /**
   * Adds the match of a source's rule. `values` has the first value of each of the source's fields, undefined where the
   * event lacks the field.
   */
  add(source: number, place: RowPlace, values: readonly (string | undefined)[]): void;
  /** Gives the rows so far and starts afresh. */
  take(): CorrelationRows;
}

/** Makes a writer for the sources of a rule set (planCorrelationSources). */
export function createRowWriter(sources: readonly CorrelationSource[]): RowWriter {
  let dictionary: string[] = [''];
  let numbers = new Map<string, number>();
  let buffers = sources.map(() => ({ words: new Uint32Array(0), used: 0 }));

  const numberOf = (text: string): number => {
    const short = correlationText(text);
    let number = numbers.get(short);
    if (number === undefined) {
      number = dictionary.length;
      dictionary.push(short);
      numbers.set(short, number);
    }
    return number;
  };

  return {
    add(source, place, values) {
      const buffer = buffers[source];
      const fields = sources[source]?.fields.length ?? 0;
      if (buffer === undefined) return;
      const stride = CorrelationColumn.Fields + fields;
      if (buffer.used + stride > buffer.words.length) {
        const grown = new Uint32Array(Math.max(stride * 16, buffer.words.length * 2));
        grown.set(buffer.words);
        buffer.words = grown;
      }
      const { words, used } = buffer;
      words[used + CorrelationColumn.TimeHigh] = place.timeHigh;
      words[used + CorrelationColumn.TimeLow] = place.timeLow;
      words[used + CorrelationColumn.Chunk] = place.chunkOffset / CHUNK_UNIT;
      words[used + CorrelationColumn.Offset] = place.offset;
      words[used + CorrelationColumn.RecordIdHigh] = place.recordIdHigh;
      words[used + CorrelationColumn.RecordIdLow] = place.recordIdLow;
      words[used + CorrelationColumn.Computer] = place.computer === '' ? 0 : numberOf(place.computer);
      words[used + CorrelationColumn.Channel] = place.channel === '' ? 0 : numberOf(place.channel);
      for (let field = 0; field < fields; field++) {
        const value = values[field];
        words[used + CorrelationColumn.Fields + field] = value === undefined ? 0 : numberOf(value);
      }
      buffer.used += stride;
    },
    take() {
      const blocks = sources.flatMap((source, at) => {
        const buffer = buffers[at];
        return buffer === undefined || buffer.used === 0
          ? []
          : [{ rule: source.rule, rows: buffer.words.slice(0, buffer.used) }];
      });
      const rows = { dictionary, blocks };
      dictionary = [''];
      numbers = new Map();
      buffers = sources.map(() => ({ words: new Uint32Array(0), used: 0 }));
      return rows;
    },
  };
}
