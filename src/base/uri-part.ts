// Texts in addresses.

/**
 * A text as one part of an address. Half surrogate pairs, which encodeURIComponent() throws on (a rule's id or a field's
 * name may hold them), become U+FFFD.
 */
export function encodeUriPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
