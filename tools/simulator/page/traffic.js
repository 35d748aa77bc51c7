/** What went to and fro: messages, the webhooks of each, and the calls of each webhook. */
import { $, element, setText, termsOf } from './elements.js';
import { oneStop, stopButton } from './one-stop.js';
import { sendMessage } from './send-message.js';
import { showItems } from './show-items.js';

const MESSAGES_MAX = 100;
const DIRECTIONS = { webhook: 'Twilio → your Function', call: 'Your Function → Twilio' };
const list = $('.exchanges');
const tidy = oneStop(list);
const rows = new Map();
let functionsUrl = '';
/** The newest of what the list has had. The simulator counts IDs up. */
let newest = 0;

/** @param changed exchanges that are new or have changed */
export function showExchanges(changed, url) {
  functionsUrl = url ?? functionsUrl;
  const scroller = $('.traffic');
  const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  for (const exchange of changed) {
    const { id, parent, direction } = exchange;
    let row = rows.get(id);
    if (!row) {
      // It is not shown any more, or what it belongs to.
      if (parent ? !rows.has(parent) : Number(id) <= newest) continue;
      if (!parent) newest = Number(id);
      row = direction === 'message' ? newMessage() : newExchange(direction);
      rows.set(id, row);
      const place = parent ? rows.get(parent).parts : list;
      place.append(row.item);
    }
    row.update(exchange);
  }
  // What is still going on stays, and what has just ended, until it is told what became of it.
  const isNews = new Set(changed.map(({ id }) => id));
  for (const [id, { item, isDone }] of rows) {
    if (list.children.length <= MESSAGES_MAX) break;
    if (item.parentElement !== list || item.contains(document.activeElement)) continue;
    if (isDone?.() === false || isNews.has(id)) continue;
    item.remove();
    rows.delete(id);
    $('.older').hidden = false;
  }
  for (const [id, { item }] of rows) if (!item.isConnected) rows.delete(id);
  $('.traffic > .empty').hidden = rows.size > 0;
  if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
  tidy();
}

export function clearExchanges() {
  rows.clear();
  newest = 0;
  list.replaceChildren();
  $('.older').hidden = true;
  $('.traffic > .empty').hidden = false;
}

/** What became of a message, in words, for those who do not see it. */
export function summaryOf({ id, title, words }) {
  const parts = [...(rows.get(id)?.exchanges() ?? [])].filter(({ fields }) => !fields.Identity);
  const last = new Map(parts.map((part) => [part.title, part.words]));
  const became = words || [...new Set(last.values())].join(' ');
  return became ? `${title}: ${became}` : title;
}

/** @returns the time of day, in milliseconds */
function timeOf(iso) {
  const at = new Date(iso);
  return `${at.toLocaleTimeString('en-GB')}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function newMessage() {
  const title = element('b');
  const time = element('span', { className: 'time' });
  const text = element('p', { className: 'text' });
  const words = element('p', { className: 'words' });
  const parts = element('ol');
  let message;
  let isDone = false;
  const replay = stopButton('quiet', 'Replay');
  replay.addEventListener('click', () => {
    const { from, text, others } = message;
    void sendMessage({ from, text, others, isNew: true });
  });
  const head = element('div', { className: 'head' }, title, time, replay);
  const item = element('li', { className: 'message' }, head, text, words, parts);
  const all = new Map();
  return {
    item,
    parts,
    exchanges: () => all.values(),
    isDone: () => isDone,
    note: (exchange) => all.set(exchange.id, exchange),
    update(exchange) {
      message = exchange.message;
      isDone = Boolean(exchange.isDone);
      item.classList.toggle('lost', exchange.verdict === 'lost');
      item.classList.toggle('warning', exchange.verdict === 'warning' && exchange.words !== '');
      setText(title, exchange.title);
      setText(time, timeOf(exchange.at));
      setText(text, message.text);
      setText(words, exchange.words);
      words.hidden = exchange.words === '';
      replay.ariaLabel = `Replay the message ${exchange.title.replace(/^./, (letter) => letter.toLowerCase())}, in a new conversation`;
    },
  };
}

function newExchange(direction) {
  const title = element('b');
  const status = element('span', { className: 'status' });
  const words = element('span', { className: 'words' });
  const body = element('div', { className: 'body', hidden: true });
  const parts = element('ol');
  const from = element('span', { className: 'direction' }, DIRECTIONS[direction]);
  const button = stopButton('disclosure', from, status, title, words);
  button.ariaExpanded = 'false';
  const item = element('li', {}, element('div', { className: 'box' }, button, body), parts);
  let shown;
  button.addEventListener('click', () => {
    body.hidden = !body.hidden;
    button.ariaExpanded = String(!body.hidden);
    if (!body.hidden) showDetails(body, shown);
    tidy();
  });
  return {
    item,
    parts,
    update(exchange) {
      const { verdict, answer, parent, fields } = exchange;
      shown = exchange;
      rows.get(parent)?.note?.(exchange);
      item.className = `${direction} ${answer ? verdict : 'waiting'}`;
      const took = answer?.ms === undefined ? '' : ` in ${answer.ms} ms`;
      setText(status, answer ? `${answer.status ?? 'no answer'}${took}` : '…');
      const retry = Number(fields.RetryCount) > 0 ? `, RetryCount ${fields.RetryCount}` : '';
      setText(title, exchange.title + retry);
      setText(words, exchange.words);
      if (!body.hidden) showDetails(body, exchange);
    },
  };
}

/** The raw request and the raw answer. */
function showDetails(body, { direction, at, method, to, headers, fields, answer, report }) {
  const parts = [
    {
      title: `Request at ${timeOf(at)}`,
      texts: [`${method} ${to}\n${linesOf(headers)}`],
      fields,
      command: direction === 'webhook' ? curlOf(to, fields) : undefined,
    },
    answer && {
      title: 'Answer',
      texts: [`${answer.status ?? 'none'}\n${linesOf(answer.headers)}`, asText(answer.body)],
    },
    report?.found.length && { title: 'Answer of the CRM source', texts: [asText(report.found)] },
    report?.log.length && { title: 'Log', texts: [report.log.join('\n')] },
  ];
  showItems(body, parts.filter(Boolean), ({ title }) => title, detailsPart);
}

function detailsPart({ title, texts, fields = {}, command }) {
  const entries = Object.entries(fields);
  return element(
    'section',
    {},
    element('h3', {}, title),
    ...texts.filter(Boolean).map((text) => element('pre', {}, text.trim())),
    entries.length > 0 ? termsOf(entries) : '',
    command && copyButton(command),
  );
}

function copyButton(command) {
  const copy = stopButton('quiet', 'Copy as curl');
  copy.addEventListener('click', async () => {
    const copied = await navigator.clipboard?.writeText(command).then(
      () => true,
      () => false,
    );
    setText(copy, copied ? 'Copied' : 'The browser does not let it copy');
    setTimeout(() => setText(copy, 'Copy as curl'), 2000);
  });
  return copy;
}

const asText = (body) => (body === undefined ? undefined : JSON.stringify(body, null, 2));

const linesOf = (headers = {}) =>
  Object.entries(headers)
    .map((entry) => entry.join(': '))
    .join('\n');

/** A command that asks the local Functions the same. */
function curlOf(to, fields) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const data = Object.entries(fields).map((entry) => `  --data-urlencode ${quote(entry.join('='))}`);
  return [`curl ${quote(functionsUrl + to)}`, ...data].join(' \\\n');
}
