import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import { ALREADY_SENT } from '../../report/charts/series.js';
import { counted, grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, labelled, refill } from '../page/dom.js';
import { longDayText, shortDate } from '../page/format.js';
import { plainReason, plainType } from '../page/plainWords.js';
import type { FinishedRun, Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type { DayEmails, DayRequest } from '../protocol/protocol.js';

const PAGE_EMAILS = 50;

/** What can be done from a page of emails. */
interface PageActions {
  /** Shows the emails from a place on. */
  readonly turn: (start: number) => void;
  readonly explain: (contactId: number) => void;
}

function statusChoice(): HTMLSelectElement {
  return element(
    'select',
    {},
    element('option', { attributes: { value: 'any' } }, 'to be sent and skipped'),
    element('option', { attributes: { value: 'pre-scheduled' } }, 'to be sent'),
    element('option', { attributes: { value: 'skipped' } }, 'skipped'),
  );
}

function kindOptions(current: FinishedRun | null): HTMLElement[] {
  const kinds = (current?.result.volume.kinds ?? []).filter(({ kind }) => kind !== ALREADY_SENT);
  return [
    element('option', { attributes: { value: '' } }, 'all kinds'),
    ...kinds.map((volume) => element('option', { attributes: { value: volume.kind } }, plainType(volume.kind))),
  ];
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

function pageOf({ total, emails }: DayEmails, start: number, { turn, explain }: PageActions): HTMLElement[] {
  if (total === 0) return [element('p.empty', {}, 'No planned email of this kind on this day.')];
  const rows = emails.map((email) => [
    button(String(email.contact_id), () => explain(email.contact_id), {
      style: 'button.link',
      attributes: { 'aria-label': `Explain contact ${email.contact_id}` },
    }),
    email.address,
    coded(plainType(email.email_type), email.email_type),
    email.status === 'skipped'
      ? coded(`skipped: ${plainReason(email.skip_reason ?? '')}`, email.skip_reason ?? '', 'span.tag.skipped')
      : element('span.tag', {}, 'to be sent'),
    email.planned_send_date === email.scheduled_send_date ? '' : `from ${shortDate(email.planned_send_date)}`,
    email.priority,
  ]);
  const end = Math.min(total, start + emails.length);
  const earlier = button('Earlier', () => turn(Math.max(0, start - PAGE_EMAILS)), {
    attributes: { disabled: start === 0 },
  });
  const later = button('Later', () => turn(start + PAGE_EMAILS), { attributes: { disabled: end >= total } });
  const heads = ['Contact', 'Address', 'Type', 'Status', 'Moved', 'Priority'];
  return [
    dataTable('Emails of the day', heads, rows, { style: 'div.scroll.sheet' }),
    element(
      'div.pager',
      {},
      earlier,
      element('span', {}, `${grouped(start + 1)} to ${grouped(end)} of ${grouped(total)}`),
      later,
    ),
  ];
}

/** The choices of which emails of the day are shown. */
function filterControls(store: Store, actions: Actions): HTMLElement[] {
  const kind = element('select');
  const status = statusChoice();
  const choose = () => {
    const chosen = status.value as DayRequest['status'];
    actions.setFilter({ kind: kind.value === '' ? null : kind.value, status: chosen });
  };
  kind.addEventListener('change', choose);
  status.addEventListener('change', choose);
  store.follow(['current'], ({ current }) => fill(kind, ...kindOptions(current)));
  store.follow(['current', 'filter'], ({ filter }) => {
    kind.value = filter.kind ?? '';
    status.value = filter.status;
  });
  return [labelled('Kind', kind), labelled('Status', status)];
}

/** The emails of a day, a page at a time, by kind and status. */
export function dayView(store: Store, actions: Actions): HTMLElement {
  const date = element('input', { attributes: { type: 'date' } });
  const filters = filterControls(store, actions);
  const title = element('h2', {}, 'Day');
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  let start = 0;
  let asked = 0;

  const show = async () => {
    const { day, current, filter } = store.state;
    if (current === null || day === null) return;
    asked += 1;
    const mine = asked;
    const request: DayRequest = { day, ...filter, start, end: start + PAGE_EMAILS };
    body.setAttribute('aria-busy', 'true');
    try {
      const emails = await actions.emailsOfDay(request);
      // Another day may have been asked for since.
      if (mine === asked && emails !== null)
        refill(body, ...pageOf(emails, start, { turn, explain: (contactId) => void actions.explain(contactId) }));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!error.isCancelled) fill(body, element('p.wrong', {}, error.message));
    } finally {
      body.removeAttribute('aria-busy');
    }
  };
  const turn = (first: number) => {
    start = first;
    void show();
  };
  const again = () => turn(0);
  const step = (days: number) => {
    const { day } = store.state;
    if (day !== null) actions.showDay(day + days);
  };
  date.addEventListener('change', () => {
    const day = parseIsoDay(date.value);
    if (day !== null) actions.showDay(day);
  });
  store.follow(['day', 'current', 'filter'], ({ day, current }) => {
    if (current === null) return;
    if (day === null) {
      fill(title, 'Day');
      fill(body, element('p.empty', {}, 'Choose a day here, or click one in the charts of the plan.'));
      return;
    }
    date.value = formatIsoDay(day);
    fill(title, longDayText(day), countOf(current, day));
    again();
  });
  const days = [button('Day before', () => step(-1)), labelled('Day', date), button('Day after', () => step(1))];
  return element(
    'div.view',
    {},
    element('header.view-head', {}, title),
    element('div.controls', {}, ...days, ...filters),
    body,
  );
}
