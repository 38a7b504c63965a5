// Short texts out of single units. `fromCharCode.apply` is fastest with a plain array of exactly the right length
// (measured on real values, 8–32 units: 86–179 ns, appending unit by unit 95–252, a typed array 152–310, TextDecoder
// 180–260), so one array per length is kept.

/** Units up to which the arrays beat TextDecoder. */
export const SHORT_UNITS = 64;

const arrays: readonly number[][] = Array.from({ length: SHORT_UNITS + 1 }, (_, length) =>
  Array.from({ length }, () => 0),
);

/** Text of the UTF-16LE bytes at `offset`: `units` of them, at most SHORT_UNITS. */
export function textOfUnits(bytes: Uint8Array, offset: number, units: number): string {
  const array = arrays[units]!;
  for (let i = 0; i < units; i++) array[i] = bytes[offset + 2 * i]! | (bytes[offset + 2 * i + 1]! << 8);
  return String.fromCharCode.apply(null, array);
}

/** Text of `length` Latin-1 bytes from the start, at most SHORT_UNITS. */
export function textOfBytes(bytes: Uint8Array, length: number): string {
  const array = arrays[length]!;
  for (let i = 0; i < length; i++) array[i] = bytes[i]!;
  return String.fromCharCode.apply(null, array);
}
