// Writes docs/api.md, the public interface, from the doc comments of what the package's entries export.
//
//   npm run docs              writes it
//   npm run docs -- --check   exits with 1 when it is not what would be written

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Node, Project } from 'ts-morph';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TARGET = `${ROOT}docs/api.md`;

const HEAD = `# The library

<!-- Written by \`npm run docs\` from the doc comments in src; changes belong there. -->

Days are whole numbers since 1970-01-01 where nothing else is said, and texts \`YYYY-MM-DD\` in rows and reports. "Rules 9" is
section 9 of [rules.md](rules.md), which also has [every key of the configuration](rules.md#configuration). Errors of input,
configuration or database are \`SendplanError\`; wrong arguments are \`TypeError\` or \`RangeError\`.

Examples are ES modules, and what a line prints stands behind it; \`book.sqlite3\` is a database that was planned as of 2025-06-13, and \`book\`
a folder of two parts.
`;

/** What each entry is for; an entry of package.json that is not here has no place in the document. */
const ENTRIES = {
  '.': 'In Node and browsers.',
  './node': 'In Node, with files.',
  './fleet': 'In Node: a queue of books and its workers, with the optional packages bullmq and ioredis.',
  './testing': "The oracle for other teams' tests, in Node and browsers.",
  './testing/arbitraries': 'Random organizations for property tests, for fast-check.',
  './testing/vitest': 'Importing it adds the matchers to the `expect` of vitest.',
};

/** The entries of the package: the name that is imported and the source file. */
export function packageEntries() {
  const { name, exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path, { types }]) => ({
      path,
      module: path === '.' ? name : `${name}${path.slice(1)}`,
      source: types.replace(/^\.\/dist\//, ROOT).replace(/\.d\.ts$/, '.ts'),
    }));
}

const EXAMPLE = 'example';

const KINDS = [
  [Node.isFunctionDeclaration, 'function'],
  [Node.isClassDeclaration, 'class'],
  [Node.isVariableDeclaration, 'const'],
  [Node.isInterfaceDeclaration, 'interface'],
  [Node.isTypeAliasDeclaration, 'type'],
];

function kindOf(declaration) {
  return KINDS.find(([is]) => is(declaration))?.[1] ?? 'type';
}

/** The doc comments in front of a declaration. */
function commentsOf(declaration) {
  const holder = Node.isVariableDeclaration(declaration) ? declaration.getVariableStatement() : declaration;
  return holder?.getJsDocs?.() ?? [];
}

/** A doc comment as Markdown: its text, then its tags as a list. */
function documentation(declaration) {
  return commentsOf(declaration).map((comment) => {
    const told = comment.getTags().filter((tag) => tag.getTagName() !== EXAMPLE);
    const tags = told.map((tag) => {
      const text = (tag.getCommentText() ?? '').replace(/\s*\n\s*/g, ' ').trim();
      const name = Node.isJSDocParameterTag(tag) ? `\`${tag.getName()}\`` : `_${tag.getTagName()}_`;
      return `- ${name} ${text}`;
    });
    return [comment.getDescription().trim(), tags.join('\n')].filter((part) => part !== '').join('\n\n');
  });
}

/** The examples in the doc comments of a declaration, as they are written; an example's text begins below its tag. */
function examples(declaration) {
  const tags = commentsOf(declaration).flatMap((comment) => comment.getTags());
  return tags
    .filter((tag) => tag.getTagName() === EXAMPLE)
    .map((tag) => {
      const [, ...lines] = tag
        .getText()
        .replace(/\n\s*\*?\/?\s*$/, '')
        .split('\n');
      return lines
        .map((line) => line.replace(/^\s*\* ?/, ''))
        .join('\n')
        .trim();
    });
}

function withoutBody(text, body) {
  return body === undefined ? text : text.slice(0, text.length - body.getText().length).trim();
}

function isPublic(member) {
  return member.getScope?.() !== 'private' && !member.getName?.()?.startsWith('#');
}

function classText(declaration) {
  const members = declaration.getMembers().filter(isPublic);
  const lines = members.flatMap((member) => [
    ...commentsOf(member).map((comment) => `  ${comment.getText()}`),
    `  ${withoutBody(member.getText(), member.getBody?.()).replace(/;?$/, ';')}`,
  ]);
  const base = declaration.getExtends();
  return `class ${declaration.getName()}${base === undefined ? '' : ` extends ${base.getText()}`} {\n${lines.join('\n')}\n}`;
}

/** A declaration as TypeScript without what it does. */
function signature(name, declaration) {
  if (Node.isClassDeclaration(declaration)) return classText(declaration);
  if (Node.isVariableDeclaration(declaration)) {
    return `const ${name}: ${declaration
      .getType()
      .getText(declaration)
      .replace(/import\("[^"]*"\)\./g, '')};`;
  }
  const overloads = Node.isFunctionDeclaration(declaration) ? declaration.getOverloads() : [];
  const parts = overloads.length > 0 ? overloads : [declaration];
  const texts = parts.map((part) => withoutBody(part.getText(), part.getBody?.()));
  return texts.map((text) => text.replace(/^export\s+(?:default\s+)?(?:declare\s+)?(?:async\s+)?/, '')).join('\n');
}

function section(name, declaration) {
  const text = signature(name, declaration);
  const shown = examples(declaration).map((example) => `\`\`\`js\n${example}\n\`\`\``);
  return [`### ${name}`, ...documentation(declaration), `\`\`\`ts\n${text}\n\`\`\``, ...shown].join('\n\n');
}

/** The declarations within which types of a declaration's interface are named: all of it but what functions do, and what is private. */
function interfaceNodes(declaration) {
  if (Node.isFunctionDeclaration(declaration)) {
    const parts = [declaration, ...declaration.getOverloads()];
    return parts.flatMap((part) => [...part.getParameters(), ...part.getTypeParameters(), part.getReturnTypeNode()]);
  }
  if (Node.isVariableDeclaration(declaration)) return [declaration.getTypeNode()];
  if (!Node.isClassDeclaration(declaration)) return [declaration];
  return declaration
    .getMembers()
    .filter(isPublic)
    .flatMap((member) =>
      Node.isMethodDeclaration(member) || Node.isConstructorDeclaration(member)
        ? [...member.getParameters(), member.getReturnTypeNode?.()]
        : [member],
    );
}

/** The types of this package that a declaration names. */
function namedTypes(declaration) {
  const nodes = interfaceNodes(declaration).filter((node) => node !== undefined);
  const references = nodes
    .flatMap((node) => [node, ...node.getDescendants()])
    .flatMap((node) => {
      if (Node.isTypeReference(node)) return [node.getTypeName()];
      return Node.isExpressionWithTypeArguments(node) ? [node.getExpression()] : [];
    });
  return references.flatMap((name) => {
    const symbol = name.getSymbol();
    const [found] = (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations() ?? [];
    const isOwn = found?.getSourceFile().getFilePath().startsWith(`${ROOT}src/`);
    return isOwn && !Node.isTypeParameterDeclaration(found) ? [found] : [];
  });
}

/** A run's own state, which `onDiffed` hands out for what this package itself makes of it; its parts are not told. */
const CLOSED = 'PlannedRun';

/** What the exported things are made of and no entry exports, by their names. */
function innerTypes(told) {
  const inner = new Map();
  const open = [...told.keys()];
  for (const declaration of open) {
    for (const type of namedTypes(declaration)) {
      if (told.has(type) || inner.has(type)) continue;
      inner.set(type, type.getName());
      if (type.getName() !== CLOSED) open.push(type);
    }
  }
  return [...inner].sort(([, a], [, b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
}

/** The document as it should be. */
export function apiDocument() {
  const project = new Project({ tsConfigFilePath: `${ROOT}tsconfig.json` });
  /** Where each declaration was told of first. */
  const told = new Map();
  const parts = packageEntries().map(({ path, module, source }) => {
    const purpose = ENTRIES[path];
    if (purpose === undefined)
      throw new Error(`${module} is an entry of the package that test/docs/api.mjs does not know`);
    const exported = [...project.getSourceFileOrThrow(source).getExportedDeclarations()];
    exported.sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    const own = exported.filter(([, [declaration]]) => !told.has(declaration));
    const others = exported.filter(([, [declaration]]) => told.has(declaration));
    for (const [name, [declaration]] of own) told.set(declaration, name);
    const link = ([name, [declaration]]) => `[\`${name}\`](#${told.get(declaration).toLowerCase()})`;
    const groups = ['function', 'class', 'const', 'interface', 'type'];
    const ordered = groups.flatMap((kind) => own.filter(([, [declaration]]) => kindOf(declaration) === kind));
    return [
      `## ${module}`,
      purpose,
      ...(others.length === 0 ? [] : [`Also exports ${others.map(link).join(', ')}.`]),
      ...ordered.map(([name, [declaration]]) => section(name, declaration)),
    ].join('\n\n');
  });
  const inner = innerTypes(told).map(([declaration, name]) => section(name, declaration));
  const rest = ['## Types that the others are made of', 'No entry exports them by name.', ...inner].join('\n\n');
  return `${HEAD}\n${parts.join('\n\n')}\n\n${rest}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = apiDocument();
  if (!process.argv.includes('--check')) writeFileSync(TARGET, text);
  else if (readFileSync(TARGET, 'utf8') !== text) {
    console.error('docs/api.md is stale: npm run docs writes it');
    process.exitCode = 1;
  }
}
