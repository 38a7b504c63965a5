// UTF-16 text at any byte position. TextDecoder would drop a leading U+FEFF and replace lone surrogates (F45), so
// texts are built unit by unit.

/** Text of `units` UTF-16 units that start at byte `at`; nothing is trimmed, lone surrogates are kept. */
export function textAt(view: DataView, at: number, units: number): string {
  let text = '';
  for (let i = 0; i < units; i++) text += String.fromCharCode(view.getUint16(at + 2 * i, true));
  return text;
}
