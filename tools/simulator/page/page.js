/** The simulator's page: shows what the server tells over /events, and sends it messages and switches. */

const $ = (selector) => document.querySelector(selector);
const UNKNOWN = { name: 'An unknown number', keys: ['+15557654321', 'messenger:5557654321'] };
let opened;
let state = { conversations: [], traffic: [], faults: [], people: [], log: [] };

/** Makes an element; what it holds is text or elements, never markup. */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== undefined && child !== ''));
  return made;
}

/** Brings a list up to date, and leaves the items that are as they were, with their focus and what is unfolded. */
function update(list, items, render) {
  items.forEach((item, i) => {
    const json = JSON.stringify(item);
    const current = list.children[i];
    if (current?.dataset.json === json) return;
    const next = render(item);
    next.dataset.json = json;
    const unfolded = current?.querySelector('details')?.open;
    if (unfolded) next.querySelector('details').open = true;
    if (current) current.replaceWith(next);
    else list.append(next);
  });
  while (list.children.length > items.length) list.lastChild.remove();
}

function avatar(url, name) {
  const letters = (name ?? '').match(/\p{L}/gu) ?? ['#'];
  const initial = element('span', { className: 'avatar', ariaHidden: 'true' }, letters[0].toUpperCase());
  if (!url) return initial;
  const image = element('img', { className: 'avatar', src: url, alt: `Avatar of ${name}` });
  image.addEventListener('error', () => image.replaceWith(initial));
  return image;
}

const attributesOf = ({ attributes }) => JSON.parse(attributes);
const nameOf = ({ friendlyName }) => friendlyName ?? '(no name)';

function conversationItem(conversation) {
  const { avatar: url } = attributesOf(conversation);
  const ids = conversation.participants.flatMap((participant) => attributesOf(participant).customer_id ?? []);
  const button = element(
    'button',
    { type: 'button', className: 'item' },
    avatar(url, nameOf(conversation)),
    element(
      'span',
      { className: 'lines' },
      element('b', {}, nameOf(conversation)),
      element('span', { className: 'last' }, conversation.messages.at(-1)?.text ?? '…'),
    ),
    ids.length > 0 ? element('span', { className: 'linked', title: 'customer_id' }, ids.join(', ')) : '',
  );
  button.addEventListener('click', () => {
    opened = conversation.sid;
    show();
    $('.back').focus();
  });
  return element('li', {}, button);
}

function participantItem(participant) {
  const { customer_id, display_name, avatar: url } = attributesOf(participant);
  const address = participant.address ?? participant.identity;
  const linked = customer_id && element('span', { className: 'linked' }, `customer_id ${customer_id}`);
  return element(
    'li',
    { className: 'item' },
    avatar(url, display_name ?? address),
    element(
      'span',
      { className: 'lines' },
      element('b', {}, display_name ?? address),
      element('span', {}, display_name ? address : ''),
      linked ?? element('span', {}, participant.identity ? 'worker' : 'not linked'),
    ),
  );
}

function messageItem({ author, text, byWorker }) {
  return element(
    'li',
    { className: byWorker ? 'mine' : '' },
    element('span', { className: 'author' }, author),
    text,
  );
}

const DIRECTIONS = { webhook: 'Twilio → your Function', call: 'Your Function → Twilio' };

function exchangeItem({ direction, title, to, fields, answer, verdict, words }) {
  if (direction === 'message') {
    return element('li', { className: 'message' }, element('b', {}, title), element('span', {}, words));
  }
  const status = answer ? (answer.status ?? 'no answer') : '…';
  const names = Object.entries(fields).flatMap(([name, value]) => [
    element('dt', {}, name),
    element('dd', {}, value),
  ]);
  return element(
    'li',
    { className: `${direction} ${verdict}` },
    element(
      'details',
      {},
      element(
        'summary',
        {},
        element('span', { className: 'direction' }, DIRECTIONS[direction]),
        element(
          'span',
          { className: 'status' },
          `${status}${answer?.ms === undefined ? '' : ` in ${answer.ms} ms`}`,
        ),
        element('b', {}, title),
        element('span', { className: 'words' }, words),
      ),
      element('p', {}, `POST ${to}`),
      element('dl', {}, ...names),
      answer?.body === undefined ? '' : element('pre', {}, JSON.stringify(answer.body, null, 2)),
    ),
  );
}

function faultItem({ id, label, on }) {
  const input = element('input', { type: 'checkbox', role: 'switch', checked: on });
  input.addEventListener('change', () => post('/faults', { id, on: input.checked }));
  return element('label', {}, input, label);
}

function show() {
  const { conversations, traffic, faults, people, log, functionsUrl, customersFrom, state: doing } = state;
  $('.state').textContent = functionsUrl
    ? doing || `Functions on ${functionsUrl}, customers from ${customersFrom}`
    : 'Starting…';
  const conversation = conversations.find(({ sid }) => sid === opened);
  $('.list').hidden = Boolean(conversation);
  $('.conversation').hidden = !conversation;
  update($('.list ul'), conversations, conversationItem);
  $('.list .empty').hidden = conversations.length > 0;
  if (conversation) {
    const { avatar: url } = attributesOf(conversation);
    $('.who').replaceChildren(
      avatar(url, nameOf(conversation)),
      element('h2', { className: 'name' }, nameOf(conversation)),
    );
    update($('.messages'), conversation.messages, messageItem);
    update($('.participants'), conversation.participants, participantItem);
  }
  const scroller = $('.traffic');
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  update($('.traffic ol'), traffic, exchangeItem);
  $('.log').hidden = log.length === 0;
  $('.log pre').textContent = log.join('\n');
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  $('.traffic .empty').hidden = traffic.length > 0;
  update($('.switches'), faults, faultItem);
  const choices = [...people, UNKNOWN, { name: 'Another address…', keys: [] }];
  update($('[name=who]'), choices, ({ name }) => element('option', {}, name));
  offerChannels();
}

/** Offers the channels that the chosen person has. */
function offerChannels() {
  const { who, channel } = $('.composer').elements;
  const person = [...state.people, UNKNOWN][who.selectedIndex];
  $('.other').hidden = Boolean(person);
  channel.disabled = !person;
  for (const option of channel.options) option.disabled = !person || !addressOn(person, option.value);
  if (channel.selectedOptions[0]?.disabled)
    channel.value = [...channel.options].find(({ disabled }) => !disabled)?.value ?? 'sms';
}

function addressOn({ keys }, channel) {
  const phone = keys.find((key) => key.startsWith('+'));
  if (channel === 'sms' || channel === 'group') return phone;
  if (channel === 'whatsapp') return phone && `whatsapp:${phone}`;
  const key = keys.find((one) => one.startsWith(`${channel}:`));
  return channel === 'email' ? key?.slice('email:'.length) : key;
}

async function post(path, body) {
  await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

$('.composer').addEventListener('change', offerChannels);
$('.composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const { who, channel, address, text } = event.target.elements;
  const person = [...state.people, UNKNOWN][who.selectedIndex];
  const from = person ? addressOn(person, channel.value) : address.value;
  const phones = [...state.people, UNKNOWN].flatMap((one) => addressOn(one, 'sms') ?? []);
  const others =
    person && channel.value === 'group' ? phones.filter((phone) => phone !== from).slice(0, 4) : undefined;
  if (from) post('/messages', { from, text: text.value, others });
});
$('.back').addEventListener('click', () => {
  opened = undefined;
  show();
});

new EventSource('/events').addEventListener('message', ({ data }) => {
  state = { ...state, ...JSON.parse(data) };
  show();
});
