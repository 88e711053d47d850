import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import { ALREADY_SENT } from '../../report/charts/series.js';
import { counted, grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, type Child, dataTable, element, fill, labelled, refill } from '../page/dom.js';
import { longDayText, shortDate } from '../page/format.js';
import { plainReason, plainType } from '../page/plainWords.js';
import { nameOfWords, resultFileName } from '../page/savedFile.js';
import { shownAddress, shownName } from '../page/spoofing.js';
import { ALL_EMAILS, type FinishedRun, type PageState, type Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type { EmailFilter, EmailsRequest, ListedEmail, ListedEmails } from '../protocol/protocol.js';
import { filterControls } from './dayFilters.js';
import { type ListSaver, listSaver } from './listSaver.js';
import { pager } from './pager.js';

const PAGE_EMAILS = 50;

/** What can be done from a page of emails. */
interface PageActions {
  /** Shows the emails from a place on. */
  readonly turn: (start: number) => void;
  readonly explain: (contactId: number) => void;
  readonly showDay: (day: number) => void;
}

/** What goes out on a day: what the plan sends, and what was sent or is on its way without it. */
function countOf({ result }: FinishedRun, day: number): HTMLElement {
  const { volume } = result;
  const place = day - volume.firstDay;
  const before = volume.kinds.find(({ kind }) => kind === ALREADY_SENT)?.emails[place] ?? 0;
  const planned = (volume.total[place] ?? 0) - before;
  const rest = before === 0 ? '' : `, besides ${grouped(before)} sent or on their way`;
  return element('span.count', {}, ` ${counted(planned, 'email')} to be sent${rest}`);
}

/** Plain words, with the code that they stand for when it is asked for. */
function coded(words: string, code: string, style: 'span' | 'span.tag.skipped' = 'span'): HTMLElement {
  return element(style, { attributes: { title: code } }, words);
}

/** An email as the cells of its row; the day stands in it where the list is of all days. */
function cellsOf(email: ListedEmail, isOfAllDays: boolean, { explain, showDay }: PageActions): Child[] {
  const moved =
    email.planned_send_date === email.scheduled_send_date ? '' : `from ${shortDate(email.planned_send_date)}`;
  const day = parseIsoDay(email.scheduled_send_date) ?? 0;
  return [
    button(String(email.contact_id), () => explain(email.contact_id), {
      style: 'button.link',
      attributes: { 'aria-label': `Explain contact ${email.contact_id}` },
    }),
    shownName(email.name),
    shownAddress(email.address),
    email.state,
    ...(isOfAllDays
      ? [button(shortDate(email.scheduled_send_date), () => showDay(day), { style: 'button.link.whole' })]
      : []),
    coded(plainType(email.email_type), email.email_type),
    email.status === 'skipped'
      ? coded(`skipped: ${plainReason(email.skip_reason ?? '')}`, email.skip_reason ?? '', 'span.tag.skipped')
      : element('span.tag', {}, 'to be sent'),
    moved,
    email.priority,
  ];
}

function pageOf(
  { total, emails }: ListedEmails,
  { start, day }: Pick<EmailsRequest, 'start' | 'day'>,
  page: PageActions,
): HTMLElement[] {
  if (total === 0) return [element('p.empty', {}, 'No planned email of this kind.')];
  const isOfAllDays = day === null;
  const heads = ['Contact', 'Name', 'Address', 'State', 'Type', 'Status', 'Moved', 'Priority'];
  return [
    dataTable(
      isOfAllDays ? 'Emails of all days' : 'Emails of the day',
      isOfAllDays ? heads.toSpliced(4, 0, 'Day') : heads,
      emails.map((email) => cellsOf(email, isOfAllDays, page)),
      { style: 'div.scroll.sheet' },
    ),
    pager({ start, shown: emails.length, total, perPage: PAGE_EMAILS }, page.turn),
  ];
}

/** What a list is called as a file: what, of which day, of which filter. */
function listName({ current, day, filter }: PageState): string {
  const { kind, status, state, reason } = filter;
  const words = [kind, status === 'any' ? null : status, state, reason];
  const what = nameOfWords(['emails', day === null ? 'all-days' : `on-${formatIsoDay(day)}`, ...words]);
  return resultFileName(current, what, 'csv');
}

/** The whole list as a file. */
function planListSaver(store: Store, actions: Actions): ListSaver {
  const saver = listSaver(store, () => {
    const { day, filter } = store.state;
    return { name: listName(store.state), write: () => actions.exportEmails({ day, ...filter }) };
  });
  store.follow(['day', 'filter', 'current'], saver.forget);
  return saver;
}

/** Shows the emails that day and filter ask for, a page at a time. */
function emailList(store: Store, actions: Actions): HTMLElement {
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  let asked = 0;
  const turn = async (start: number) => {
    const { day, current, filter } = store.state;
    if (current === null) return;
    asked += 1;
    const mine = asked;
    const request: EmailsRequest = { day, ...filter, start, end: start + PAGE_EMAILS };
    const page: PageActions = {
      turn: (first) => void turn(first),
      explain: (contactId) => void actions.explain(contactId),
      showDay: (next) => actions.showDay(next),
    };
    body.setAttribute('aria-busy', 'true');
    try {
      const emails = await actions.listEmails(request);
      // Another day may have been asked for since.
      if (mine === asked && emails !== null) refill(body, ...pageOf(emails, request, page));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!error.isCancelled) fill(body, element('p.wrong', {}, error.message));
    } finally {
      body.removeAttribute('aria-busy');
    }
  };
  store.follow(['day', 'current', 'filter', 'view'], ({ view }) => {
    if (view === 'day') void turn(0);
  });
  return body;
}

/** The planned emails of a day, or of all days, by kind, status, state and reason. */
export function dayView(store: Store, actions: Actions): HTMLElement {
  const date = element('input', { attributes: { type: 'date' } });
  const title = element('h2', {}, 'Days');
  const step = (days: number) => {
    const { day, current } = store.state;
    const from = day ?? (current === null ? null : current.result.volume.firstDay - days);
    if (from !== null) actions.showDay(from + days);
  };
  date.addEventListener('change', () => {
    const day = parseIsoDay(date.value);
    if (day !== null || date.value === '') actions.showDay(day);
  });
  const all = button('All days', () => actions.showDay(null), { style: 'button.quiet' });
  const noFilter = button('All emails', () => actions.setFilter(ALL_EMAILS), { style: 'button.quiet' });
  store.follow(['day', 'current', 'filter'], ({ day, current, filter }) => {
    if (current === null) return;
    date.value = day === null ? '' : formatIsoDay(day);
    all.disabled = day === null;
    noFilter.disabled = isAll(filter);
    if (day === null) fill(title, 'All days');
    else fill(title, longDayText(day), countOf(current, day));
  });
  const days = [button('Day before', () => step(-1)), labelled('Day', date), button('Day after', () => step(1)), all];
  const { save, said } = planListSaver(store, actions);
  return element(
    'div.view',
    {},
    element('header.view-head', {}, title),
    element('div.controls', {}, ...days),
    element('div.controls.filters', {}, ...filterControls(store, actions), noFilter, save),
    said,
    emailList(store, actions),
  );
}

function isAll({ kind, status, state, reason }: EmailFilter): boolean {
  return kind === null && status === 'any' && state === null && reason === null;
}
