/** Small things that all parts of the page are made of. */

export const $ = (selector) => document.querySelector(selector);

/** Makes an element; what it holds is text or elements, never markup. */
export function element(tag, properties = {}, ...children) {
  const { attributes = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined && child !== ''));
  return made;
}

/** A list of terms and what is said of each, from its entries. */
export function termsOf(entries) {
  const items = entries.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]);
  return element('dl', {}, ...items);
}

/** Writes a text if it differs, so that a selection stays. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A picture of somebody whose name is beside it, or the first letter of that name. */
export function avatar(url, name) {
  const letters = (name ?? '').match(/\p{L}/gu) ?? ['#'];
  const initial = element('span', { className: 'avatar', ariaHidden: 'true' }, letters[0].toUpperCase());
  if (!url) return initial;
  const image = element('img', { className: 'avatar', src: url, alt: '' });
  image.addEventListener('error', () => image.replaceWith(initial));
  return image;
}

/** Shows what is wrong, at the top; nothing if all is well. */
export function showProblem(words) {
  const problem = $('.problem');
  setText(problem, words);
  problem.hidden = words === '';
  if (words) problem.scrollIntoView({ block: 'nearest' });
}

/** Sends JSON. What the server refuses is shown. */
export async function post(path, body = {}) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    showProblem(response.ok ? '' : await response.text());
  } catch {
    showProblem('The simulator does not answer: is it running?');
  }
}

export const attributesOf = ({ attributes }) => Object(JSON.parse(attributes));
