/** The form that a message is sent by: who writes is found by typing, or is typed as an address. */
import { $, element, setText } from './elements.js';
import { sendMessage } from './send-message.js';

const RECENT_MAX = 5;
const UNKNOWN = { id: '', name: 'Somebody unknown', keys: ['+15557654321', 'messenger:5557654321'] };
const form = $('.composer');
const { who, channel, others, text } = form.elements;
const people = $('#people');
const hint = $('#hint');
let chosen;
let typed = {};
let offered = [];
let active = -1;
/** Settles when it is known who is meant by what is typed. */
let reading = Promise.resolve();

const RECENT_KEY = 'frontline-simulator.recent';

/** Who wrote last; nobody if the browser keeps nothing, or something else is there. */
function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((person) => typeof person?.name === 'string') : [];
  } catch {
    return [];
  }
}

function keepRecent(people) {
  try {
    localStorage.setItem(RECENT_KEY, JSON.stringify(people));
  } catch {
    // The browser keeps nothing, or is full: the message is sent all the same.
  }
}

/** Who has a query in their name, ID or address; nobody while the simulator is down. */
async function ask(query) {
  const response = await fetch(`people?q=${encodeURIComponent(query)}`).catch(() => undefined);
  return response?.ok ? response.json() : { people: [], hint: '', isDown: true };
}

/** The address that is sent on a channel; none if there is none on it. */
function addressOn(name) {
  if (!chosen) {
    const { address } = typed;
    if (!address?.startsWith('+')) return name === 'typed' ? address : undefined;
    if (name === 'whatsapp') return `whatsapp:${address}`;
    return name === 'sms' || name === 'group' ? address : undefined;
  }
  const phone = chosen.keys.find((key) => key.startsWith('+'));
  if (name === 'sms' || name === 'group') return phone;
  if (name === 'whatsapp') return phone && `whatsapp:${phone}`;
  const key = chosen.keys.find((one) => one.startsWith(`${name}:`));
  return name === 'email' ? key?.slice('email:'.length) : key;
}

/** The other members of a group. */
const members = () => others.value.split(',').filter((one) => one.trim());

/** Whether what is typed looks like a name rather than a number. */
const isName = () => /^[^+\d(]/.test(who.value.trim());

/** Whether it is a group of nobody else. */
const isAlone = () => channel.value === 'group' && members().length === 0;

/** Shows which channels there are, and what will be sent. */
function show() {
  for (const option of channel.options) {
    option.disabled = !addressOn(option.value);
    option.hidden = option.value === 'typed' && option.disabled;
  }
  const possible = [...channel.options].find(({ disabled }) => !disabled);
  if (channel.selectedOptions[0]?.disabled && possible) channel.value = possible.value;
  $('.others').hidden = channel.value !== 'group';
  others.ariaInvalid = String(isAlone());
  setText($('#others-hint'), isAlone() ? 'Group MMS needs at least one more number.' : '');
  const address = addressOn(channel.value);
  const isOffered = !people.hidden && offered.length > 0;
  const isWrong = !address && !isOffered && who.value.trim() !== '';
  who.ariaInvalid = String(isWrong);
  hint.classList.toggle('wrong', isWrong);
  const customer = chosen?.id ? `${chosen.id}. ` : '';
  // The same when the list closes: what is clicked to close it must not move away.
  const missing =
    offered.length > 0 && isName() ? 'Choose who writes, or type an address.' : (typed.hint ?? '');
  setText(hint, address ? `${customer}Twilio sends ${address}` : missing);
}

function choose(person) {
  chosen = person.keys ? person : undefined;
  who.value = person.name;
  typed = { address: person.address };
  if (person.channel) channel.value = person.channel;
  close();
  show();
}

function close() {
  people.hidden = true;
  active = -1;
  who.ariaExpanded = 'false';
  who.removeAttribute('aria-activedescendant');
}

function offer(found) {
  offered = found;
  active = -1;
  who.removeAttribute('aria-activedescendant');
  people.replaceChildren(
    ...found.map((person, i) => {
      const detail = person.isRecent ? 'used last' : [person.id, person.keys[0]].filter(Boolean).join(', ');
      const item = element(
        'div',
        { id: `person-${i}`, role: 'option', ariaSelected: 'false' },
        element('b', {}, person.name),
        element('span', {}, detail),
      );
      // The field keeps the focus.
      item.addEventListener('pointerdown', (event) => event.preventDefault());
      item.addEventListener('click', () => choose(person));
      return item;
    }),
  );
  people.hidden = found.length === 0;
  who.ariaExpanded = String(!people.hidden);
}

async function find(query) {
  const found = await ask(query);
  // Something else was typed meanwhile.
  if (query !== '' && query !== who.value) return;
  const last = query === '' ? recent().map((person) => ({ ...person, isRecent: true })) : [];
  const names = new Set(last.map(({ name }) => name));
  const known = found.people.filter(({ name }) => !names.has(name));
  const unknown = query === '' && !names.has(UNKNOWN.name) ? [UNKNOWN] : [];
  offer([...last, ...known, ...unknown]);
  return found;
}

async function read(query) {
  const found = await find(query);
  if (!found) return;
  const isTyped = (text) => text.toLowerCase() === query.trim().toLowerCase();
  chosen = found.people.find(({ name, id }) => isTyped(name) || isTyped(id));
  typed = found;
  show();
}

who.addEventListener('input', () => {
  reading = read(who.value);
});
who.addEventListener('click', () => people.hidden && find(''));
who.addEventListener('focus', () => who.select());
who.addEventListener('blur', () => {
  close();
  show();
});
who.addEventListener('keydown', async (event) => {
  if (event.key === 'Escape') {
    close();
    return show();
  }
  if (event.key === 'Enter' && active >= 0) {
    event.preventDefault();
    return choose(offered[active]);
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  if (people.hidden) await find('');
  people.children[active]?.setAttribute('aria-selected', 'false');
  active = (active + step + offered.length) % offered.length;
  const item = people.children[active];
  if (!item) return;
  item.setAttribute('aria-selected', 'true');
  item.scrollIntoView({ block: 'nearest' });
  who.setAttribute('aria-activedescendant', item.id);
});
channel.addEventListener('change', show);
others.addEventListener('input', show);

async function send(isNew) {
  const written = text.value;
  // Enter may be faster than the answer to what was typed.
  for (let read; read !== reading; ) {
    read = reading;
    await read;
  }
  if (!addressOn(channel.value) && offered.length === 1 && isName()) choose(offered[0]);
  const from = addressOn(channel.value);
  if (!from) {
    // What became of the last message is no answer to this one.
    setText($('#announced'), '');
    return who.focus();
  }
  if (isAlone()) return others.focus();
  const person = chosen ?? { name: who.value };
  const used = { ...person, address: typed.address, channel: channel.value };
  const older = recent().filter(({ name }) => name !== used.name);
  keepRecent([used, ...older].slice(0, RECENT_MAX));
  // On a phone, it is below the keyboard or the edge.
  $('#announced').scrollIntoView({ block: 'nearest' });
  await sendMessage({
    from,
    text: written,
    others: channel.value === 'group' ? members() : undefined,
    isNew,
  });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void send(false);
});
$('#new').addEventListener('click', () => send(true));

/** Offers the customers as they are now, if the simulator is there; who was chosen stays. */
export async function showPeople() {
  const { people: all, isDown } = await ask('');
  if (isDown) return;
  if (who.value === '' || (chosen?.id && document.activeElement !== who)) {
    const before = chosen;
    const same = before?.id ? await ask(before.id) : { people: all };
    // Somebody else may be chosen by now.
    if (same.isDown || chosen !== before) return;
    choose(same.people.find(({ id }) => id === before?.id) ?? all[0] ?? UNKNOWN);
  }
  if (others.value === '') {
    const phones = all.flatMap(({ id, keys }) =>
      id === chosen?.id ? [] : (keys.find((key) => key.startsWith('+')) ?? []),
    );
    others.value = [...phones, UNKNOWN.keys[0]].slice(0, 3).join(', ');
    show();
  }
}
