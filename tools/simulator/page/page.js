/** The simulator's page: shows what the server tells over /events, and sends it messages and switches. */
import { showPeople } from './composer.js';
import { $, element, post, setText, showProblem } from './elements.js';
import { clearConversations, showConversations } from './phone.js';
import { clearExchanges, showExchanges, summaryOf } from './traffic.js';

const LOG_MAX = 500;
const NOTHING_SENT = $('#announced').textContent;
let status = {};
/** The messages of which it has been told what became of them. */
const announced = new Set();
/** The switches of which the server has not been told yet: what it says of them is out of date. */
const switching = new Set();

function showStatus() {
  const { state, functionsUrl, customers, on = [], switches = {} } = status;
  setText($('.state'), state || `Functions on ${functionsUrl}, with ${customers}`);
  document.body.classList.toggle('busy', Boolean(state));
  if ($('.switches').childElementCount === 0)
    $('.switches').append(...Object.entries(switches).map(switchGroup));
  for (const input of document.querySelectorAll('.switches input')) {
    if (!switching.has(input)) input.checked = on.includes(input.name);
  }
  setText($('.on-count'), on.length > 0 ? `${on.length} on` : '');
}

function switchGroup([title, group]) {
  const inputs = Object.entries(group).map(([id, label]) => {
    const input = element('input', { type: 'checkbox', role: 'switch', name: id });
    input.addEventListener('change', async () => {
      switching.add(input);
      await post('switches', { id, on: input.checked });
      switching.delete(input);
    });
    return element('label', {}, input, label);
  });
  return element('fieldset', {}, element('legend', {}, title), ...inputs);
}

function announce(exchanges) {
  const done = exchanges.filter(({ id, isDone }) => isDone && !announced.has(id));
  for (const { id } of done) announced.add(id);
  const last = done.at(-1);
  const sent = exchanges.findLast(({ direction, isDone }) => direction === 'message' && !isDone);
  if (!last && sent) setText($('#announced'), `${sent.title}…`);
  if (!last) return;
  const before = done.length > 1 ? `${done.length} messages. The last: ` : '';
  setText($('#announced'), before + summaryOf(last));
}

/** Lines that are there stay as they are, and so does a selection in them. */
function showLog(lines) {
  const pre = $('.log pre');
  pre.append(...lines.map((line) => `${line}\n`));
  while (pre.childNodes.length > LOG_MAX) pre.firstChild.remove();
  $('.log').hidden = pre.childNodes.length === 0;
}

function take({ isFirst, status: changed, exchanges = [], conversations = [], log: lines = [] }) {
  const isReloaded = changed && (changed.customers !== status.customers || changed.state !== status.state);
  // The simulator is there, or ready, again: what it could not do before, it can do now.
  if (isFirst || (changed && changed.customers !== status.customers)) showProblem('');
  if (isFirst) {
    setText($('#announced'), NOTHING_SENT);
    $('.log pre').replaceChildren();
    clearConversations();
    clearExchanges();
    announced.clear();
    for (const { id, isDone } of exchanges) if (isDone) announced.add(id);
  }
  if (changed) status = changed;
  showStatus();
  if (isFirst || isReloaded) void showPeople();
  showConversations(conversations);
  showExchanges(exchanges, status.functionsUrl);
  showLog(lines);
  if (!isFirst) announce(exchanges);
}

const events = new EventSource('events');
events.addEventListener('message', ({ data }) => take(JSON.parse(data)));
events.addEventListener('error', () => {
  status = {
    ...status,
    state: 'The simulator has stopped. To go on, run: npm run simulate',
  };
  showStatus();
});

$('#clear').addEventListener('click', () => post('clear'));
$('#play').addEventListener('click', () => $('#file').click());
$('#file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file) await post('run', await file.text());
  target.value = '';
});
$('.log').addEventListener('toggle', ({ target }) => {
  // The newest lines are the last.
  if (target.open) target.scrollIntoView({ block: 'end' });
});
$('a[href="#switches"]').addEventListener('click', () => {
  $('.faults').open = true;
});
// On a phone, the traffic should not be far below.
$('.faults').open = matchMedia('(min-width: 46rem)').matches;
