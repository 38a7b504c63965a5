// Bytes as text, and random ones as names.

/** Bytes in lower-case hexadecimal, two digits each. */
export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A name of this many random bytes that nothing else has. crypto.randomUUID is missing on pages served over plain HTTP. */
export function randomHex(bytes: number): string {
  return hexText(crypto.getRandomValues(new Uint8Array(bytes)));
}
