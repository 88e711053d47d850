import { button, element, labelled } from '../page/dom.js';

/** Days per second when the days are played again. */
const PACE = 40;
/** How long a picture stays where no motion is wanted. */
const STILL_MS = 1000;

/** Goes through days: shows the latest as they come, and plays them again when they are all there. */
export interface Player {
  readonly view: HTMLElement;
  /** Says how many days there are so far, and how many there will be. */
  follow(dayCount: number, dayTotal: number): void;
}

/** Makes a player. @param show draws the days up to a number of them */
export function player(show: (dayCount: number) => void): Player {
  const slider = element('input', { attributes: { type: 'range', min: 1, max: 1, value: 1 } });
  const play = button('Play again', () => (isPlaying ? stop() : start()));
  let available = 0;
  let place = 0;
  let isPlaying = false;
  const go = (dayCount: number) => {
    place = Math.min(available, Math.max(1, dayCount));
    slider.value = String(place);
    show(place);
  };
  const stop = () => {
    isPlaying = false;
    play.textContent = 'Play again';
  };
  const start = () => {
    isPlaying = true;
    play.textContent = 'Pause';
    const from = place >= available ? 1 : place;
    const startMs = performance.now();
    const frame = (nowMs: number) => {
      if (!isPlaying) return;
      go(from + Math.floor(((nowMs - startMs) / 1000) * PACE));
      if (place >= available) stop();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  // Who wants no motion gets a picture now and then, and the slider.
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  play.hidden = isStill;
  let drawnMs = Number.NEGATIVE_INFINITY;
  const isDue = (dayCount: number, dayTotal: number) => {
    if (isStill && dayCount < dayTotal && performance.now() - drawnMs < STILL_MS) return false;
    drawnMs = performance.now();
    return true;
  };
  slider.addEventListener('input', () => {
    stop();
    go(Number(slider.value));
  });
  return {
    view: element('div.controls.player', {}, play, labelled('Day shown', slider)),
    follow(dayCount, dayTotal) {
      if (dayCount < available) stop();
      available = dayCount;
      slider.max = String(Math.max(1, dayTotal));
      play.disabled = dayCount < 2;
      if (dayCount > 0 && !isPlaying && isDue(dayCount, dayTotal)) go(dayCount);
    },
  };
}
