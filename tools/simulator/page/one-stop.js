import { element } from './elements.js';

/**
 * Makes a list one stop of the Tab key, with the arrow keys inside: https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/
 * What can be used in it has the attribute data-stop, as a `stopButton` has.
 */
export function oneStop(list) {
  const stops = () => [...list.querySelectorAll('[data-stop]')].filter((stop) => stop.offsetParent);
  const choose = (chosen) => {
    for (const stop of list.querySelectorAll('[data-stop][tabindex="0"]')) stop.tabIndex = -1;
    if (chosen) chosen.tabIndex = 0;
  };
  list.addEventListener('focusin', ({ target }) => target.matches('[data-stop]') && choose(target));
  list.addEventListener('keydown', (event) => {
    const all = stops();
    const here = all.indexOf(document.activeElement);
    const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(next, all.length - 1))].focus();
  });
  /** To be called when the list has changed. */
  return () => {
    const all = stops();
    if (!all.some((stop) => stop.tabIndex === 0)) choose(all[0]);
  };
}

/** A button in a list that is one stop. */
export function stopButton(className, ...children) {
  const attributes = { 'data-stop': '' };
  return element('button', { type: 'button', className, tabIndex: -1, attributes }, ...children);
}
