import { parseIsoDay } from '../../calendar/iso.js';
import type { Actions } from '../page/actions.js';
import { element, fill, freshId, labelled, setAttributes } from '../page/dom.js';
import type { Store } from '../page/state.js';
import { obstacleOf } from './setup.js';

/** A field for a share in percent. */
interface RateField {
  readonly view: HTMLElement;
  /** The share; null when what stands there is none, which the field then says. */
  readonly read: () => number | null;
}

function rateField(name: string): RateField {
  const id = freshId('rate');
  const problem = element('p.wrong', { attributes: { id: `${id}-problem` } });
  const input = element('input', { attributes: { inputmode: 'decimal', value: '0', autocomplete: 'off' } });
  const view = labelled(`${name}, %`, input);
  input.setAttribute('aria-describedby', problem.id);
  view.append(problem);
  const read = () => {
    const text = input.value.trim().replace(/\s*%$/, '').replace(',', '.');
    const percent = text === '' ? 0 : Number(text);
    const isRight = percent >= 0 && percent <= 100;
    setAttributes(input, { 'aria-invalid': isRight ? null : 'true' });
    fill(problem, !isRight && `${name}: 0 to 100 %.`);
    return isRight ? percent / 100 : null;
  };
  // While it is typed, so that nothing moves under a pointer that is about to press.
  input.addEventListener('input', () => {
    if (input.getAttribute('aria-invalid') !== null) read();
  });
  return { view, read };
}

/** Which days are lived through, and what goes wrong on them. */
export function optionsForm(store: Store, actions: Actions): HTMLElement {
  const from = element('input', { attributes: { type: 'date' } });
  const to = element('input', { attributes: { type: 'date' } });
  const weekends = element('input', { attributes: { type: 'checkbox', id: freshId('weekends') } });
  const outages = rateField('Days of outage');
  const bounces = rateField('Emails that bounce');
  const failures = rateField('Emails that fail');
  const wrongDays = element('p.wrong', { attributes: { role: 'status' } });
  const start = element('button.primary', { attributes: { type: 'submit' } }, 'Live through it');
  const why = element('p.help', { attributes: { role: 'status' } });
  store.follow(['asOf'], ({ asOf }) => {
    from.value = asOf;
    const first = parseIsoDay(asOf);
    if (first !== null) to.value = new Date((first + 364) * 86_400_000).toISOString().slice(0, 10);
  });
  store.follow(['database', 'job', 'draft', 'isYamlWrong'], (state) => {
    const reason = obstacleOf(state) ?? '';
    start.disabled = reason !== '' || state.job !== null;
    fill(why, reason);
  });
  return element(
    'form.controls',
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          const [outageRate, bounceRate, failureRate] = [outages.read(), bounces.read(), failures.read()];
          if (outageRate === null || bounceRate === null || failureRate === null) return;
          const rates = { outageRate, bounceRate, failureRate };
          const days = { from: from.value, to: to.value };
          const isRange = (parseIsoDay(days.from) ?? Number.NaN) <= (parseIsoDay(days.to) ?? Number.NaN);
          fill(wrongDays, !isRange && 'Last day: not before the first day, and both are set.');
          if (isRange) void actions.simulate({ ...days, ...rates, skipWeekends: weekends.checked });
        },
      },
    },
    labelled('First day', from),
    labelled('Last day', to),
    outages.view,
    bounces.view,
    failures.view,
    element('label.check', {}, weekends, 'Nothing on weekends'),
    start,
    wrongDays,
    why,
  );
}
