import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ts } from 'ts-morph';

/** A room of the house: a folder without its subfolders, whose path ends with a slash, or a single file. */
export interface Room {
  readonly path: string;
  /** The file that a newcomer reads first; null for rooms of one file. */
  readonly opening: string | null;
}

/** A function that a file declares. */
export interface DeclaredFunction {
  readonly name: string;
  readonly line: number;
  readonly lineCount: number;
  readonly isExported: boolean;
  /** The text of its doc comment without tags; empty when there is none. */
  readonly comment: string;
}

/** A source file, as far as its place in the house is concerned. */
export interface SourceFile {
  readonly path: string;
  /** The files that it imports, type imports included, by path; packages and Node's modules by name. */
  readonly imports: readonly string[];
  /** Those of them that are there when the program runs. */
  readonly loadedImports: readonly string[];
  /** The names that it declares and exports; what it hands on from other files is theirs. */
  readonly exports: readonly string[];
  readonly functions: readonly DeclaredFunction[];
}

/** The folders that docs/architecture.md lists, and the files that are there. */
export interface House {
  /** From the top down: imports go this way. */
  readonly rooms: readonly Room[];
  readonly files: readonly SourceFile[];
  /** Files that are begun with: nobody has to import them. */
  readonly entries: readonly string[];
}

/** The folders whose files are read; all others are somebody else's. */
const FOLDERS = ['src', 'assembly', 'bench'];

/** Reads the rooms from the first list of docs/architecture.md: a path a line, and in the text behind it what to read first. */
export function roomsOf(architecture: string): Room[] {
  const list = /```text\n([\s\S]*?)```/.exec(architecture)?.[1] ?? '';
  return list.split('\n').flatMap((line) => {
    const path = /^(\S+)/.exec(line)?.[1];
    if (path === undefined || !/^(src|assembly|bench)\//.test(path)) return [];
    const opening = /\bfirst: (\S+\.ts)/.exec(line)?.[1] ?? null;
    return [{ path, opening: opening === null ? null : `${path}${opening}` }];
  });
}

/** What a file imports, by path when it is a file of ours. */
function resolveImport(path: string, specifier: string): string {
  const name = specifier.replace(/\?.*$/, '');
  if (!name.startsWith('.')) return name;
  const target = normalize(join(dirname(path), name)).replaceAll('\\', '/');
  if (/\.[cm]?js$/.test(target)) return target.replace(/js$/, 'ts');
  return target.endsWith('.ts') || /\.(css|wasm|json)$/.test(target) ? target : `${target}.ts`;
}

/** Whether an import or export names nothing but types. */
function isOfTypes(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const { importClause } = node;
  if (importClause === undefined) return false;
  if (importClause.isTypeOnly) return true;
  const { name, namedBindings } = importClause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** The text of a doc comment; of a function that is declared several times the first one. */
function commentOf(node: ts.Node): string {
  const isSame = (other: ts.Statement) =>
    ts.isFunctionDeclaration(node) && ts.isFunctionDeclaration(other) && other.name?.text === node.name?.text;
  const first = ts.isSourceFile(node.parent) ? (node.parent.statements.find(isSame) ?? node) : node;
  const blocks = ts.getJSDocCommentsAndTags(first).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(blocks.at(-1)?.comment) ?? '').trim();
}

/** Reads one file's place in the house from its text. */
export function readSourceFile(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const imports = new Set<string>();
  const loadedImports = new Set<string>();
  const noteImport = (specifier: string, isOfTypes = false) => {
    imports.add(resolveImport(path, specifier));
    if (!isOfTypes) loadedImports.add(resolveImport(path, specifier));
  };
  const exports: string[] = [];
  const functions: DeclaredFunction[] = [];
  const lineOf = (position: number) => tree.getLineAndCharacterOfPosition(position).line + 1;
  const noteFunction = (node: ts.Node, name: string, outer: ts.Node) => {
    const line = lineOf(node.getStart(tree));
    const lineCount = lineOf(node.end) - line + 1;
    functions.push({ name, line, lineCount, isExported: isExported(outer), comment: commentOf(outer) });
  };
  const visit = (node: ts.Node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      noteImport((node.moduleSpecifier as ts.StringLiteral).text, isOfTypes(node));
    }
    const isImportCall = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const isUrl = ts.isNewExpression(node) && node.expression.getText(tree) === 'URL' && node.arguments?.length === 2;
    if (isImportCall || isUrl) {
      const [target] = (node as ts.CallExpression).arguments;
      if (ts.isStringLiteral(target) && (isImportCall || /\.[jt]s$/.test(target.text))) noteImport(target.text);
    }
    if (ts.isFunctionDeclaration(node) && node.body !== undefined)
      noteFunction(node, node.name?.text ?? 'default', node);
    else if (ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isAccessor(node)) {
      noteFunction(node, node.name?.getText(tree) ?? 'constructor', node);
    } else if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
      const isFunction = ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer);
      if (isFunction) noteFunction(node, node.name.getText(tree), node.parent.parent);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  for (const statement of tree.statements) {
    if (!isExported(statement)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) exports.push(name.getText(tree));
    } else {
      const { name } = statement as ts.DeclarationStatement;
      if (name !== undefined) exports.push(name.getText(tree));
    }
  }
  return { path, imports: [...imports], loadedImports: [...loadedImports], exports, functions };
}

function* filesBelow(root: string, folder: string): Generator<string> {
  if (!existsSync(join(root, folder))) return;
  for (const name of readdirSync(join(root, folder)).sort()) {
    const path = `${folder}/${name}`;
    if (statSync(join(root, path)).isDirectory()) yield* filesBelow(root, path);
    else if (name.endsWith('.ts')) yield path;
  }
}

/** Where people and tools begin: the entries of the package and of its bundles, of the kernels, the page and the benches. */
function entriesOf(root: string): string[] {
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');
  const { exports = {}, scripts = {} } = JSON.parse(read('package.json') || '{}');
  const ofPackage = Object.values<{ types?: string }>(exports).flatMap(({ types }) => types ?? []);
  const inBundle = [...read('rolldown.config.ts').matchAll(/'(src\/[^']+\.ts)'/g)].map(([, path]) => path);
  const inPage = [...read('src/web/index.html').matchAll(/src="\.\/([^"]+\.ts)"/g)].map(
    ([, path]) => `src/web/${path}`,
  );
  const inScripts = Object.values<string>(scripts).flatMap((script) => [
    ...[...script.matchAll(/(assembly\/\S+\.ts)/g)].map(([, path]) => path),
    ...[...script.matchAll(/dist\/(bench\/\S+)\.js/g)].map(([, path]) => `${path}.ts`),
  ]);
  return [
    ...ofPackage.map((path) => path.replace(/^\.\/dist\//, '').replace(/\.d\.ts$/, '.ts')),
    ...inBundle,
    ...inPage,
    ...inScripts,
  ];
}

/** Reads a checkout. @param root its folder */
export function readHouse(root: string): House {
  const paths = FOLDERS.flatMap((folder) => [...filesBelow(root, folder)]);
  return {
    rooms: roomsOf(readFileSync(join(root, 'docs/architecture.md'), 'utf8')),
    files: paths.map((path) => readSourceFile(path, readFileSync(join(root, path), 'utf8'))),
    entries: entriesOf(root),
  };
}
