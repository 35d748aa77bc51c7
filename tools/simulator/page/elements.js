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

/** Writes a text where it differs, so that a selection stays. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A picture of somebody, or the first letter of their name. */
export function avatar(url, name) {
  const letters = (name ?? '').match(/\p{L}/gu) ?? ['#'];
  const initial = element('span', { className: 'avatar', ariaHidden: 'true' }, letters[0].toUpperCase());
  if (!url) return initial;
  const image = element('img', { className: 'avatar', src: url, alt: `Avatar of ${name}` });
  image.addEventListener('error', () => image.replaceWith(initial));
  return image;
}

/** Sends JSON. What the server refuses is shown. */
export async function post(path, body = {}) {
  const problem = $('.problem');
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    setText(problem, response.ok ? '' : await response.text());
  } catch {
    setText(problem, 'The simulator does not answer: is it running?');
  }
  problem.hidden = problem.textContent === '';
}

export const attributesOf = ({ attributes }) => JSON.parse(attributes);
