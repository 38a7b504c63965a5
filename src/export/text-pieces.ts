// Text as bytes in pieces of about 64 KiB: never one big string, whatever the number of findings. UTF-8; formats that
// cannot escape (CSV, HTML) lose lone surrogates to U+FFFD here.

/** UTF-16 units gathered before they are encoded and handed on. */
const PIECE_UNITS = 65_536;
/** The page may draw and react at least this often while an export runs. */
const TURN_MS = 16;

/** Gathers texts into pieces and gives the page a turn now and then. */
export async function* encodePieces(
  texts: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let piece = '';
  let turn = Date.now();
  for await (const text of texts) {
    piece += text;
    if (piece.length >= PIECE_UNITS) {
      yield encoder.encode(piece);
      piece = '';
    }
    if (Date.now() - turn > TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turn = Date.now();
    }
  }
  if (piece !== '') yield encoder.encode(piece);
}
