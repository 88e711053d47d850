/** What can stand inside an element; text stays text, whatever it holds. */
export type Child = Node | string | number | null | false;

type Handlers = { readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };

/** What an element is made with. */
export interface Properties {
  /** Attributes by name; null and false leave one out, true sets it empty. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | null>>;
  readonly on?: Handlers;
}

/**
 * Makes an element. Nothing in the page is made from markup: attributes and text nodes are all there is, so that what comes
 * from a database can only ever be text.
 *
 * @param name the tag, with classes behind points: `p.note`
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  name: Tag | `${Tag}.${string}`,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const [tag, ...classes] = name.split('.');
  const made = document.createElement(tag) as HTMLElementTagNameMap[Tag];
  if (classes.length > 0) made.classList.add(...classes);
  setAttributes(made, properties.attributes ?? {});
  for (const [event, handler] of Object.entries(properties.on ?? {}))
    made.addEventListener(event, handler as EventListener);
  fill(made, ...children);
  return made;
}

/** Sets attributes; null and false take one away, true sets it empty. */
export function setAttributes(
  target: Element,
  attributes: Readonly<Record<string, string | number | boolean | null>>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Puts children in the place of those an element has. */
export function fill(target: Element, ...children: readonly Child[]): void {
  target.replaceChildren(...children.filter((child) => child !== null && child !== false).map(asNode));
}

/** What an element is called by people, and so what tells it from others after its surroundings were made anew. */
function nameOf(target: Element): string {
  return `${target.tagName} ${target.getAttribute('aria-label') ?? target.textContent ?? ''}`;
}

/** Puts children in the place of those an element has; the keyboard stays on what has the same name, or on the element. */
export function refill(target: HTMLElement, ...children: readonly Child[]): void {
  const at = document.activeElement;
  const name = at !== null && at !== target && target.contains(at) ? nameOf(at) : null;
  fill(target, ...children);
  if (name === null) return;
  const same = [...target.querySelectorAll<HTMLElement>('button, input, select, [tabindex]')].find(
    (found) => nameOf(found) === name && !found.hasAttribute('disabled'),
  );
  if (same === undefined) target.tabIndex = -1;
  (same ?? target).focus();
}

function asNode(child: Exclude<Child, null | false>): Node {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

let lastName = 0;

/** An id that no other element has. */
export function freshId(stem: string): string {
  lastName += 1;
  return `${stem}-${lastName}`;
}

/** A button that does something. @param name as for `element`, `button.primary` */
export function button(
  label: string,
  onClick: () => void,
  {
    style = 'button',
    attributes = {},
  }: { style?: 'button' | `button.${string}`; attributes?: Properties['attributes'] } = {},
): HTMLButtonElement {
  return element(style, { attributes: { type: 'button', ...attributes }, on: { click: onClick } }, label);
}

/** A labelled control with an optional line of help under it. */
export function labelled(label: string, control: HTMLElement, help: string | null = null): HTMLDivElement {
  const id = control.id === '' ? freshId('control') : control.id;
  control.id = id;
  const helpId = `${id}-help`;
  if (help !== null) control.setAttribute('aria-describedby', helpId);
  return element(
    'div.field',
    {},
    element('label', { attributes: { for: id } }, label),
    control,
    help !== null && element('p.help', { attributes: { id: helpId } }, help),
  );
}

/** How a table looks. */
export interface TableLook {
  readonly style?: 'div.scroll' | 'div.scroll.sheet';
  /** The columns whose cells stand to the right, whatever they are. */
  readonly numbers?: readonly boolean[];
}

/** A table with a caption for screen readers; columns of numbers, which are counts, have them grouped and to the right. */
export function dataTable(
  caption: string,
  head: readonly Child[],
  rows: readonly (readonly (Child | undefined)[])[],
  { style = 'div.scroll', numbers = [] }: TableLook = {},
): HTMLDivElement {
  const isNumber = head.map(
    (_, i) => numbers[i] ?? (rows.length > 0 && rows.every((row) => typeof row[i] === 'number' || row[i] === null)),
  );
  const cell = (tag: 'td' | 'th', child: Child | undefined, i: number) =>
    element(
      isNumber[i] ? `${tag}.number` : tag,
      tag === 'th' ? { attributes: { scope: 'col' } } : {},
      typeof child === 'number' ? child.toLocaleString('en-US') : (child ?? null),
    );
  return element(
    style,
    { attributes: { tabindex: 0, role: 'region', 'aria-label': caption } },
    element(
      'table',
      {},
      element('caption.unseen', {}, caption),
      element('thead', {}, element('tr', {}, ...head.map((child, i) => cell('th', child, i)))),
      element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map((child, i) => cell('td', child, i))))),
    ),
  );
}
