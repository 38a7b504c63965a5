// The text encodings of Sigma's modifiers (sigma-engine 1.3), on bytes.

/** UTF-16 bytes of a text, low byte first or high byte first, with or without a byte order mark. */
export function encodeUtf16(text: string, order: 'le' | 'be', mark: boolean): Uint8Array {
  const whole = mark ? `\ufeff${text}` : text;
  const bytes = new Uint8Array(whole.length * 2);
  for (let i = 0; i < whole.length; i++) {
    const unit = whole.charCodeAt(i);
    bytes[i * 2] = order === 'le' ? unit & 0xff : unit >> 8;
    bytes[i * 2 + 1] = order === 'le' ? unit >> 8 : unit & 0xff;
  }
  return bytes;
}

/** Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The three texts of which one occurs in base64 that holds the bytes at any offset. */
export function encodeBase64Offsets(bytes: Uint8Array): string[] {
  const firstSafe = [0, 2, 3];
  const lastUnsafe = [0, 3, 2];
  return [0, 1, 2].map((offset) => {
    const shifted = new Uint8Array(offset + bytes.length).fill(0x20, 0, offset);
    shifted.set(bytes, offset);
    const encoded = encodeBase64(shifted);
    return encoded.slice(firstSafe[offset], encoded.length - lastUnsafe[(bytes.length + offset) % 3]!);
  });
}
