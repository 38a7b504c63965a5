// Numbers as text, compared exactly. Event values reach 2^64 and rules name such numbers; doubles would round them, and
// `+''` is 0. Works on digit strings, linear in their length.

/** A number that values are compared with. */
export interface NumberOperand {
  readonly negative: boolean;
  /** Decimal digits without leading zeros ('' for 0), and the same number in hexadecimal. */
  readonly digits: string;
  readonly hex: string;
  /** Digits behind the point without trailing zeros. */
  readonly fraction: string;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const HEXADECIMAL = /^0[xX]([0-9a-fA-F]+)$/;

/** Prepares canonical decimal text (`-?digits` with or without a fraction); throws on other text, which is a bug of the caller. */
export function compileNumber(value: string): NumberOperand {
  const match = DECIMAL.exec(value);
  if (match === null) throw new Error(`not a decimal number: ${value}`);
  const digits = stripLeading(match[2]!);
  return {
    negative: match[1] === '-',
    digits,
    hex: digits === '' ? '' : BigInt(digits).toString(16),
    fraction: (match[3] ?? '').replace(/0+$/, ''),
  };
}

/**
 * Negative, zero or positive as the value is below, equal to or above the operand; undefined when the text is not a
 * number. Numbers are `-?\d+` (also with a fraction) and `0x` hexadecimal, without blanks.
 */
export function compareNumericText(text: string, operand: NumberOperand): number | undefined {
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal !== null) {
    const hex = stripLeading(hexadecimal[1]!.toLowerCase());
    return compareSigned(false, compareDigits(hex, operand.hex), hex === '', '', operand);
  }
  const decimal = DECIMAL.exec(text);
  if (decimal === null) return undefined;
  const digits = stripLeading(decimal[2]!);
  const fraction = (decimal[3] ?? '').replace(/0+$/, '');
  return compareSigned(decimal[1] === '-', compareDigits(digits, operand.digits), digits === '', fraction, operand);
}

/** Whether the text equals the operand as a number; only whole numbers do (`7.0` is a text of its own). */
export function equalsNumericText(text: string, operand: NumberOperand): boolean {
  return !text.includes('.') && compareNumericText(text, operand) === 0;
}

/** `byMagnitude` compares the whole parts; signs and fractions are settled here. */
function compareSigned(
  negative: boolean,
  byMagnitude: number,
  wholeIsZero: boolean,
  fraction: string,
  operand: NumberOperand,
): number {
  const isZero = wholeIsZero && fraction === '';
  const operandIsZero = operand.digits === '' && operand.fraction === '';
  const sign = isZero ? 0 : negative ? -1 : 1;
  const operandSign = operandIsZero ? 0 : operand.negative ? -1 : 1;
  if (sign !== operandSign) return sign < operandSign ? -1 : 1;
  const magnitude = byMagnitude !== 0 ? byMagnitude : compareFractions(fraction, operand.fraction);
  return sign < 0 ? 0 - magnitude : magnitude;
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Fractions without trailing zeros compare as text. */
function compareFractions(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function stripLeading(digits: string): string {
  let at = 0;
  while (at < digits.length && digits.charCodeAt(at) === 0x30) at++;
  return digits.slice(at);
}
