import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, labelled } from '../page/dom.js';
import { dayText, grouped, wordsOf } from '../page/format.js';
import type { Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type { DayEmails, DayRequest } from '../protocol/protocol.js';

const PAGE_EMAILS = 50;

/** The emails of a day, a page at a time, by kind and status. */
export function dayView(store: Store, actions: Actions): HTMLElement {
  const date = element('input', { attributes: { type: 'date' } });
  const kind = element('select');
  const status = element(
    'select',
    {},
    element('option', { attributes: { value: 'any' } }, 'to be sent and skipped'),
    element('option', { attributes: { value: 'pre-scheduled' } }, 'to be sent'),
    element('option', { attributes: { value: 'skipped' } }, 'skipped'),
  );
  const title = element('h2', {}, 'Day');
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  let start = 0;
  let asked = 0;

  const show = async () => {
    const { day, current } = store.state;
    if (current === null || day === null) return;
    asked += 1;
    const mine = asked;
    const request: DayRequest = {
      day,
      kind: kind.value === '' ? null : kind.value,
      status: status.value as DayRequest['status'],
      start,
      end: start + PAGE_EMAILS,
    };
    body.setAttribute('aria-busy', 'true');
    try {
      const emails = await actions.emailsOfDay(request);
      // Another day may have been asked for since.
      if (mine === asked && emails !== null) fill(body, ...page(emails));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!error.isCancelled) fill(body, element('p.wrong', {}, error.message));
    } finally {
      body.removeAttribute('aria-busy');
    }
  };
  const again = () => {
    start = 0;
    void show();
  };
  const turn = (first: number) => {
    start = first;
    void show();
  };
  const page = ({ total, emails }: DayEmails): HTMLElement[] => {
    if (total === 0) return [element('p.empty', {}, 'No planned email of this kind on this day.')];
    const rows = emails.map((email) => [
      button(String(email.contact_id), () => void actions.explain(email.contact_id), {
        style: 'button.link',
        attributes: { 'aria-label': `Explain contact ${email.contact_id}` },
      }),
      email.address,
      email.email_type,
      email.status === 'skipped'
        ? element('span.tag.skipped', {}, email.skip_reason ?? 'skipped')
        : element('span.tag', {}, 'to be sent'),
      email.planned_send_date === email.scheduled_send_date ? '' : `from ${email.planned_send_date}`,
      email.priority,
    ]);
    const end = Math.min(total, start + emails.length);
    const earlier = button('Earlier', () => turn(Math.max(0, start - PAGE_EMAILS)), {
      attributes: { disabled: start === 0 },
    });
    const later = button('Later', () => turn(start + PAGE_EMAILS), { attributes: { disabled: end >= total } });
    return [
      dataTable(
        'Emails of the day',
        ['Contact', 'Address', 'Type', 'Status', 'Moved', 'Priority'],
        rows,
        'div.scroll.sheet',
      ),
      element(
        'div.pager',
        {},
        earlier,
        element('span', {}, `${grouped(start + 1)} to ${grouped(end)} of ${grouped(total)}`),
        later,
      ),
    ];
  };

  const step = (days: number) => {
    const { day } = store.state;
    if (day !== null) actions.showDay(day + days);
  };
  date.addEventListener('change', () => {
    const day = parseIsoDay(date.value);
    if (day !== null) actions.showDay(day);
  });
  kind.addEventListener('change', again);
  status.addEventListener('change', again);
  store.follow(['current'], ({ current }) => {
    const kinds = current?.result.volume.kinds ?? [];
    fill(
      kind,
      element('option', { attributes: { value: '' } }, 'all kinds'),
      ...kinds.map((volume) => element('option', { attributes: { value: volume.kind } }, wordsOf(volume.kind))),
    );
  });
  store.follow(['day', 'current'], ({ day, current }) => {
    if (current === null) return;
    const { volume } = current.result;
    if (day === null) {
      fill(title, 'Day');
      fill(body, element('p.empty', {}, 'Choose a day here, or click one in the charts of the plan.'));
      return;
    }
    date.value = formatIsoDay(day);
    const count = volume.total[day - volume.firstDay] ?? 0;
    fill(
      title,
      dayText(day),
      element('span.count', {}, ` ${grouped(count)} ${count === 1 ? 'email goes' : 'emails go'} out`),
    );
    again();
  });
  return element(
    'div.view',
    {},
    element('header.view-head', {}, title),
    element(
      'div.controls',
      {},
      button('Day before', () => step(-1)),
      labelled('Day', date),
      button('Day after', () => step(1)),
      labelled('Kind', kind),
      labelled('Status', status),
    ),
    body,
  );
}
