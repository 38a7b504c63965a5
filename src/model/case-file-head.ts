// How a case file begins: what tells it from any other zip, for those who write it and those who meet it in a drop.

/** First entry of the zip; its name stands at byte 30. */
export const MANIFEST_NAME = 'winnow-case.json';

/** True when the first bytes of a file (46 are enough) are those of a case file. */
export function isCaseFile(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, 30 + MANIFEST_NAME.length));
  return text.startsWith('PK\x03\x04') && text.slice(30) === MANIFEST_NAME;
}
