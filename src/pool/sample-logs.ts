// How the logs of the sample case lie in one file: a length, a list of paths and sizes as JSON, then the logs one after
// another. The build writes it (scripts/vite-sample-case.ts), the page reads it.

export interface SampleLog {
  /** Path as within a dropped folder. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Gives logs as one run of bytes. */
export function joinSampleLogs(logs: readonly SampleLog[]): Uint8Array<ArrayBuffer> {
  const list = new TextEncoder().encode(JSON.stringify(logs.map(({ path, bytes }) => [path, bytes.length])));
  const size = logs.reduce((sum, { bytes }) => sum + bytes.length, 4 + list.length);
  const joined = new Uint8Array(size);
  new DataView(joined.buffer).setUint32(0, list.length, true);
  joined.set(list, 4);
  let at = 4 + list.length;
  for (const { bytes } of logs) {
    joined.set(bytes, at);
    at += bytes.length;
  }
  return joined;
}

/** Gives the logs back as views on the bytes. Throws when they do not add up: a file of the app is broken then. */
export function splitSampleLogs(joined: ArrayBuffer): SampleLog[] {
  const listLength = joined.byteLength < 4 ? Infinity : new DataView(joined).getUint32(0, true);
  if (4 + listLength > joined.byteLength) throw new Error('the sample case is damaged');
  const list = JSON.parse(new TextDecoder().decode(new Uint8Array(joined, 4, listLength))) as [string, number][];
  let at = 4 + listLength;
  const logs = list.map(([path, length]) => {
    if (at + length > joined.byteLength) throw new Error('the sample case is damaged');
    const bytes = new Uint8Array(joined, at, length);
    at += length;
    return { path, bytes };
  });
  if (at !== joined.byteLength) throw new Error('the sample case is damaged');
  return logs;
}
