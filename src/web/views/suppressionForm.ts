import { parseIsoDay } from '../../calendar/iso.js';
import { isValidEmail } from '../../rules/fields.js';
import { readSuppressionScope } from '../../rules/suppressions.js';
import { button, element, fill, freshId, labelled, setAttributes } from '../page/dom.js';
import type { ListedSuppression, SuppressionTexts } from '../protocol/suppressions.js';
import { tick } from './settingControls.js';
import { SCOPE_KINDS, scopeName } from './suppressionWords.js';

/** The fields of one suppression. */
export interface SuppressionForm {
  readonly view: HTMLFormElement;
  /** Shows a suppression to be changed, or empty fields for a new one. */
  readonly show: (row: ListedSuppression | null) => void;
  /** Says which campaigns scopes may name besides kinds; what is filled in stays. */
  readonly offer: (campaigns: readonly string[]) => void;
  /** Says what became of it, or what is wrong with all of it. */
  readonly say: (text: string, isWrong: boolean) => void;
}

/** What somebody does with the form. */
interface FormChoice {
  readonly onSave: (row: SuppressionTexts, rowid: number | null) => void;
  readonly onLeave: () => void;
}

/** A control with what is wrong with it below. */
interface CheckedField {
  readonly view: HTMLElement;
  readonly input: HTMLInputElement;
  readonly tell: (problem: string | null) => void;
}

function checkedField(label: string, attributes: Readonly<Record<string, string>>, help: string): CheckedField {
  const input = element('input', { attributes: { autocomplete: 'off', spellcheck: 'false', ...attributes } });
  const problem = element('p.wrong', { attributes: { id: freshId('problem') } });
  const view = labelled(label, input, help);
  view.append(problem);
  input.setAttribute('aria-describedby', `${input.getAttribute('aria-describedby')} ${problem.id}`);
  const tell = (text: string | null) => {
    setAttributes(input, { 'aria-invalid': text === null ? null : 'true' });
    fill(problem, text);
  };
  // While it is typed it is not told to be wrong.
  input.addEventListener('input', () => tell(null));
  return { view, input, tell };
}

/** A day; one that the database has in another form stays as it is until another one is chosen. */
function dayField(label: string, help: string) {
  const field = checkedField(label, { type: 'date' }, help);
  const note = element('p.note');
  let other: string | null = null;
  field.view.append(note);
  field.input.addEventListener('input', () => {
    other = null;
    fill(note);
  });
  return {
    ...field,
    show(text: string | null) {
      field.tell(null);
      const isShown = text !== null && parseIsoDay(text) !== null;
      field.input.value = isShown ? text : '';
      other = isShown ? null : text;
      fill(note, other !== null && `The database has “${other}”, which stays until you choose a day.`);
    },
    read: (): string | null => field.input.value || other,
  };
}

/** Everything, or some kinds of emails. */
function scopeField() {
  const name = freshId('scope');
  const problem = element('p.wrong', { attributes: { id: `${name}-problem` } });
  const ticks = element('div.ticks');
  const select = element(
    'select',
    {},
    element('option', { attributes: { value: 'all' } }, 'everything'),
    element('option', { attributes: { value: 'some' } }, 'some emails only'),
  );
  const tell = (text: string | null) => fill(problem, text);
  const change = () => {
    setAttributes(ticks, { hidden: select.value === 'all' });
    tell(null);
  };
  let campaigns: readonly string[] = [];
  let boxes: readonly { readonly element: string; readonly box: HTMLInputElement }[] = [];
  select.addEventListener('change', change);
  const view = labelled('Covers', select);
  view.classList.add('scope');
  view.append(ticks, problem);
  select.setAttribute('aria-describedby', problem.id);
  return {
    view,
    input: select,
    tell,
    show(text: string | null) {
      const scope = readSuppressionScope(text);
      const names = [...SCOPE_KINDS, ...campaigns, ...(scope ?? [])];
      const made = [...new Set(names)].map((element) => ({ element, ...tick(scopeName(element), () => tell(null)) }));
      for (const { element, box } of made) box.checked = scope?.has(element) ?? false;
      boxes = made;
      select.value = scope === null ? 'all' : 'some';
      fill(ticks, ...made.map(({ view: one }) => one));
      change();
    },
    /** Says which campaigns there are; what is ticked stays. */
    offer(names: readonly string[]) {
      const lower = names.map((name) => name.toLowerCase());
      if (lower.join() === campaigns.join()) return;
      campaigns = lower;
      const ticked = boxes.flatMap(({ element, box }) => (box.checked ? [element] : []));
      const chosen = select.value;
      this.show(ticked.join(', '));
      select.value = chosen;
      change();
    },
    read(): string {
      if (select.value === 'all') return 'all';
      return boxes.flatMap(({ element, box }) => (box.checked ? [element] : [])).join(', ');
    },
  };
}

/** The fields of a suppression as one: filled in, read, and told what is wrong. */
function suppressionFields() {
  const contact = checkedField('Contact', { inputmode: 'numeric' }, 'The number of the contact.');
  const address = checkedField('Address', { inputmode: 'email' }, 'For every contact of this address.');
  const reason = checkedField('Reason', { placeholder: 'unsubscribed' }, 'Stands with the emails that it stops.');
  const scope = scopeField();
  const first = dayField('First day', 'Empty: from the start.');
  const last = dayField('Last day', 'Empty: without end.');
  const blank = ({ input }: CheckedField) => input.value.trim() || null;
  return {
    view: element('div.fields', {}, contact.view, address.view, reason.view, first.view, last.view, scope.view),
    offer: scope.offer.bind(scope),
    show(row: SuppressionTexts | null) {
      contact.input.value = row?.contact_id ?? '';
      address.input.value = row?.email ?? '';
      reason.input.value = row?.reason ?? '';
      for (const field of [contact, address, reason]) field.tell(null);
      scope.show(row?.scope ?? null);
      first.show(row?.starts_on ?? null);
      last.show(row?.ends_on ?? null);
    },
    read: (): SuppressionTexts => ({
      contact_id: blank(contact),
      email: blank(address),
      scope: scope.read(),
      reason: blank(reason),
      starts_on: first.read(),
      ends_on: last.read(),
    }),
    /** Says what is wrong at its field, and puts the keyboard on the first; false when something is. */
    check(row: SuppressionTexts): boolean {
      const problems = problemsOf(row);
      const fields = { contact, address, last, scope };
      const names = Object.keys(fields) as (keyof typeof fields)[];
      for (const name of names) fields[name].tell(problems[name] ?? null);
      const wrong = names.find((name) => problems[name] !== undefined);
      if (wrong !== undefined) fields[wrong].input.focus();
      return wrong === undefined;
    },
  };
}

/** A form for one suppression: whom, what, why and when. */
export function suppressionForm({ onSave, onLeave }: FormChoice): SuppressionForm {
  const fields = suppressionFields();
  const title = element('h3');
  const said = element('p', { attributes: { role: 'status' } });
  const save = element('button', { attributes: { type: 'submit' } });
  const leave = button('Leave it as it is', onLeave, { style: 'button.quiet' });
  let rowid: number | null = null;
  const view = element(
    'form.suppression',
    {
      attributes: { novalidate: true },
      on: {
        submit: (event) => {
          event.preventDefault();
          fill(said);
          const row = fields.read();
          if (fields.check(row)) onSave(row, rowid);
        },
      },
    },
    title,
    fields.view,
    element('div.beside', {}, save, leave),
    said,
  );
  return {
    view,
    offer: fields.offer,
    show(row) {
      rowid = row?.rowid ?? null;
      fields.show(row);
      fill(title, row === null ? 'Add a suppression' : 'Change a suppression');
      fill(save, row === null ? 'Add it' : 'Change it');
      setAttributes(leave, { hidden: row === null });
    },
    say(text, isWrong) {
      said.className = isWrong ? 'wrong' : 'note';
      fill(said, text);
    },
  };
}

/** What is wrong with a suppression, by field. */
function problemsOf(row: SuppressionTexts): { contact?: string; address?: string; scope?: string; last?: string } {
  const { contact_id: contact, email, scope, starts_on: first, ends_on: last } = row;
  const isNumber = contact === null || (/^[0-9]{1,15}$/.test(contact) && Number(contact) > 0);
  const isOrdered = first === null || last === null || isOrderedIso(first, last);
  return {
    ...(contact === null && email === null ? { contact: 'Contact: its number, or an address beside it.' } : {}),
    ...(isNumber ? {} : { contact: 'Contact: a whole number from 1 on.' }),
    ...(email === null || isValidEmail(email) ? {} : { address: 'Address: such as name@example.org.' }),
    ...(scope === '' ? { scope: 'Covers: at least one kind.' } : {}),
    ...(isOrdered ? {} : { last: 'Last day: not before the first day.' }),
  };
}

/** Days that are no `YYYY-MM-DD` are in no order. */
function isOrderedIso(first: string, last: string): boolean {
  return parseIsoDay(first) === null || parseIsoDay(last) === null || first <= last;
}
