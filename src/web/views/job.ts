import { grouped } from '../../report/text/prose.js';
import { button, element, fill, setAttributes } from '../page/dom.js';
import type { Job, Store } from '../page/state.js';

const STAGE_WORDS: Readonly<Record<string, string>> = {
  generate: 'Making up contacts',
  open: 'Opening',
  load: 'Reading rows',
  plan: 'Planning contacts',
  balance: 'Balancing days',
  diff: 'Comparing with what was planned',
  flush: 'Preparing rows',
  write: 'Writing rows',
  export: 'Writing rows',
  simulate: 'Simulating days',
};

/** How often the screen follows the progress, and how often a screen reader hears of it. */
const SHOWN_EVERY_MS = 100;
const SPOKEN_EVERY_MS = 4000;

/** Rows per second since the stage began, empty as long as that says nothing. */
function rateText({ progress, stageStartMs }: Job): string {
  const seconds = (performance.now() - stageStartMs) / 1000;
  if (progress === null || progress.done === 0 || seconds < 0.05) return '';
  return `${grouped(Math.round(progress.done / seconds))} rows/s`;
}

/** What is being done, how far it has come and how fast, with a way to end it. */
export function jobView(store: Store): HTMLElement {
  const title = element('h2');
  const stage = element('span.stage');
  const count = element('span.count');
  const bar = element('progress', { attributes: { 'aria-label': 'Progress' } });
  const spoken = element('p.unseen', { attributes: { role: 'status' } });
  const cancel = button('Cancel', () => store.state.job?.cancel(), { attributes: { 'data-testid': 'cancel' } });
  const view = element(
    'section.job',
    { attributes: { 'aria-label': 'Work under way', hidden: true } },
    element('div.job-head', {}, title, cancel),
    bar,
    element('p.job-line', {}, stage, count),
    spoken,
  );
  let shownMs = 0;
  let spokenMs = 0;
  store.follow(['job'], ({ job }) => {
    setAttributes(view, { hidden: job === null });
    if (job === null) {
      shownMs = 0;
      spokenMs = 0;
      fill(spoken, '');
      return;
    }
    const nowMs = performance.now();
    if (nowMs - shownMs < SHOWN_EVERY_MS) return;
    shownMs = nowMs;
    const { progress } = job;
    fill(title, job.title);
    fill(stage, progress === null ? 'Starting' : (STAGE_WORDS[progress.stage] ?? progress.stage));
    const done = progress === null || progress.done === 0 ? '' : grouped(progress.done);
    const total = progress?.total === null || progress?.total === undefined ? '' : ` of ${grouped(progress.total)}`;
    fill(count, [done === '' ? '' : `${done}${total}`, rateText(job)].filter((part) => part !== '').join(', '));
    const isKnown = progress !== null && progress.total !== null && progress.total > 0;
    setAttributes(bar, { max: isKnown ? progress.total : null, value: isKnown ? progress.done : null });
    if (nowMs - spokenMs > SPOKEN_EVERY_MS) {
      spokenMs = nowMs;
      fill(spoken, `${job.title}: ${stage.textContent}, ${count.textContent}`);
    }
  });
  return view;
}

/** What went wrong, in a sentence and with advice, until somebody has seen it. */
export function failureView(store: Store, dismiss: () => void): HTMLElement {
  const view = element('section.failure', { attributes: { role: 'alert', hidden: true } });
  store.follow(['failure'], ({ failure }) => {
    setAttributes(view, { hidden: failure === null });
    if (failure === null) {
      fill(view);
      return;
    }
    view.classList.toggle('mild', failure.isCancelled);
    fill(
      view,
      element(
        'div',
        {},
        element('strong', {}, failure.isCancelled ? 'Stopped' : 'That did not work'),
        ...failure.message.split('\n').map((line) => element('p', {}, line)),
        failure.hint !== null && element('p.help', {}, failure.hint),
      ),
      button('Close', dismiss, { style: 'button.quiet' }),
    );
  });
  return view;
}
