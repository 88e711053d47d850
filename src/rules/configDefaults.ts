import { Document, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar } from 'yaml';
import { resolveConfig } from './config.js';
import { CONFIG_KEYS } from './configForm.js';
import { configNote } from './configNotes.js';

const HEAD = ` The defaults of sendplan, every key of them. A configuration needs only what differs: delete the rest.
 sendplan config --check FILE says what is wrong with one.`;

/** Sections that read better on a line. */
function isShort(path: readonly PropertyKey[]): boolean {
  return (
    (path[0] === 'state_rules' && path.length === 2) ||
    (path[0] === 'templates' && path.length === 2) ||
    (path[0] === 'aep' && path.length === 2) ||
    path.join('.') === 'calendar.weekdays'
  );
}

function comment(pair: Pair<unknown, unknown>, path: readonly PropertyKey[]): void {
  const note = configNote(path);
  if (note !== null && isScalar(pair.key) && !(path[0] === 'state_rules' && path.length === 2)) {
    (pair.key as Scalar).commentBefore = ` ${note}`;
    if (path.length === 1 && path[0] !== 'timezone') (pair.key as Scalar).spaceBefore = true;
  }
}

function lay(node: unknown, path: readonly PropertyKey[]): void {
  if (isShort(path) && (isMap(node) || isSeq(node))) {
    node.flow = true;
    return;
  }
  if (isSeq(node)) for (const [i, item] of node.items.entries()) lay(item, [...path, i]);
  if (!isMap(node)) return;
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const inner = [...path, String(pair.key.value)];
    comment(pair, inner);
    lay(pair.value as Node | null, inner);
  }
}

/** The defaults in the order of their schema, the rules of the states in few words. */
function writtenDefaults(): Record<string, unknown> {
  const defaults = resolveConfig(undefined) as unknown as Record<string, unknown>;
  const rules = Object.entries(resolveConfig(undefined).state_rules).map(([state, { kind, ...rest }]) => {
    const set = Object.entries(rest).filter(([, value]) => value !== 0 && value !== false && value !== null);
    return [state, { kind, ...Object.fromEntries(set) }];
  });
  const values = { ...defaults, state_rules: Object.fromEntries(rules) } as Record<string, unknown>;
  return Object.fromEntries(CONFIG_KEYS.map((key) => [key, values[key]]));
}

/** The defaults as YAML with a comment at every key, which reads back to the defaults (Rules 12). */
export function configDefaultsText(): string {
  const document = new Document(writtenDefaults(), { aliasDuplicateObjects: false });
  document.commentBefore = HEAD;
  lay(document.contents, []);
  const time = document.get('send_time', true);
  if (isScalar(time)) time.type = Scalar.QUOTE_DOUBLE;
  return document.toString({ lineWidth: 0 });
}
