// The codes that Winnow can show, read off its sources: literals that arrive in a place named `code`. Such places are
// `code:` properties, the `code` parameters of reporting functions, and the unions that name all codes of a room.
// Whatever else is given there must itself come from such a place, or the test would miss codes; those are listed too.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/** Types of which every member is a code that can be shown. */
const CODE_TYPES = new Set(['ProblemCode', 'QueryCode']);
const PARAMETER = /^code$/;
const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

export interface ShownCodes {
  /** Code to the file that shows it. */
  readonly codes: ReadonlyMap<string, string>;
  /** `file:line` of places where the code is made in a way that cannot be read off. */
  readonly unreadable: readonly string[];
}

/** Reads all sources. */
export function readShownCodes(): ShownCodes {
  const files = readdirSync(SOURCES, { recursive: true })
    .map(String)
    // In the engine `code` is the instructions of a rule.
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.startsWith('engine'))
    .sort()
    .map((name) => ({ name, tree: parse(name, readFileSync(SOURCES + name, 'utf8')) }));
  return collectCodes(files);
}

/** For tests of this reader: codes of made-up sources. */
export function codesOfText(text: string): ShownCodes {
  return collectCodes([{ name: 'text.ts', tree: parse('text.ts', text) }]);
}

interface SourceFile {
  readonly name: string;
  readonly tree: ts.SourceFile;
}

function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true);
}

function collectCodes(files: readonly SourceFile[]): ShownCodes {
  const codes = new Map<string, string>();
  const unreadable: string[] = [];
  const reporters = new Map<string, Set<number>>();
  for (const { tree } of files) visit(tree, (node) => noteReporter(node, reporters));
  for (const { name, tree } of files) {
    const take = (value: ts.Expression): void => {
      for (const each of branchesOf(value)) {
        if (ts.isStringLiteralLike(each)) {
          if (KEBAB.test(each.text)) codes.set(each.text, name);
        } else if (!isForwarded(each)) {
          unreadable.push(`${name}:${tree.getLineAndCharacterOfPosition(each.pos).line + 1}`);
        }
      }
    };
    visit(tree, (node) => {
      if (ts.isTypeAliasDeclaration(node) && CODE_TYPES.has(node.name.text)) {
        visit(node.type, (part) => {
          if (ts.isLiteralTypeNode(part) && ts.isStringLiteral(part.literal)) codes.set(part.literal.text, name);
        });
      }
      if (ts.isPropertyAssignment(node) && nameOf(node.name) === 'code') take(node.initializer);
      if (ts.isCallExpression(node)) {
        const called = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
        const name = nameOf(called) ?? '';
        // Other functions have these names too. What is called on a report is one of ours; of others, texts are taken.
        const certain = /(?:^|[.#])report\.\w+$/.test(node.expression.getText(tree));
        for (const place of reporters.get(name) ?? []) {
          const argument = node.arguments[place];
          if (argument === undefined) continue;
          if (certain || branchesOf(argument).every((each) => ts.isStringLiteralLike(each))) take(argument);
        }
      }
    });
  }
  return { codes, unreadable };
}

/** Functions and methods with a parameter `code`: its position by their name. */
function noteReporter(node: ts.Node, reporters: Map<string, Set<number>>): void {
  if (!ts.isFunctionLike(node)) return;
  const place = node.parameters.findIndex((each) => ts.isIdentifier(each.name) && PARAMETER.test(each.name.text));
  if (place < 0) return;
  const own = 'name' in node ? nameOf(node.name) : undefined;
  const held = ts.isVariableDeclaration(node.parent) ? nameOf(node.parent.name) : undefined;
  const name = own ?? held;
  if (name === undefined) return;
  const places = reporters.get(name) ?? new Set();
  places.add(place);
  reporters.set(name, places);
}

function nameOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteral(node)) return node.text;
  return undefined;
}

/** Both sides of `a ? b : c`, the value otherwise. */
function branchesOf(value: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(value) || ts.isAsExpression(value)) return branchesOf(value.expression);
  return ts.isConditionalExpression(value) ? [...branchesOf(value.whenTrue), ...branchesOf(value.whenFalse)] : [value];
}

/** A code that was made elsewhere and is handed on: `code`, `each.code`. */
function isForwarded(value: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(value)) return value.name.text === 'code';
  return ts.isIdentifier(value) && value.text === 'code';
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => {
    visit(child, see);
  });
}
