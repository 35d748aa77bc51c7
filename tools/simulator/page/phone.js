/** What a worker sees: the conversations, and the one that is open. */
import { $, attributesOf, avatar, element, setText, termsOf } from './elements.js';
import { oneStop, stopButton } from './one-stop.js';
import { showItems } from './show-items.js';

const CONVERSATIONS_MAX = 100;
const list = $('.list ul');
const tidy = oneStop(list);
/** The conversations and their rows, by SID. */
const conversations = new Map();
const rows = new Map();
let opened;

/** A conversation without a name goes by who writes. */
function nameOf({ friendlyName, participants }) {
  return friendlyName || participants.find(({ address }) => address)?.address || '(no name)';
}

function newRow(sid) {
  const face = element('span', { className: 'face' });
  const name = element('b');
  const last = element('span');
  const side = element('span', { className: 'side' });
  const button = stopButton('item', face, element('span', { className: 'lines' }, name, last), side);
  button.addEventListener('click', () => {
    opened = sid;
    showOpened();
    $('.back').focus();
  });
  const item = element('li', {}, button);
  let shown;
  const update = (conversation) => {
    const { avatar: url } = attributesOf(conversation);
    const ids = conversation.participants.flatMap((one) => attributesOf(one).customer_id ?? []);
    setText(name, nameOf(conversation));
    name.title = nameOf(conversation);
    const closed = conversation.isClosed ? 'closed: ' : '';
    setText(last, closed + (conversation.messages.at(-1)?.text || '…'));
    setText(side, ids.length > 1 ? `${ids.length} linked` : (ids[0] ?? ''));
    side.classList.toggle('linked', ids.length > 0);
    if (shown !== `${url} ${nameOf(conversation)}`) {
      face.replaceChildren(avatar(url, nameOf(conversation)));
      shown = `${url} ${nameOf(conversation)}`;
    }
  };
  return { item, update };
}

const lastOf = (conversation) => conversation?.messages.at(-1)?.sid;

export function showConversations(changed) {
  for (const conversation of changed) {
    const { sid } = conversation;
    const row = rows.get(sid) ?? newRow(sid);
    const isWritten = lastOf(conversations.get(sid)) !== lastOf(conversation);
    conversations.set(sid, conversation);
    if (!rows.has(sid) || (isWritten && !row.item.contains(document.activeElement))) {
      // The newest is the last of the rows, and at the top of the list.
      rows.delete(sid);
      rows.set(sid, row);
      list.prepend(row.item);
    }
    row.update(conversation);
    if (sid === opened) showOpened();
  }
  for (const sid of [...rows.keys()].slice(0, -CONVERSATIONS_MAX)) {
    if (sid === opened || rows.get(sid).item.contains(document.activeElement)) continue;
    rows.get(sid).item.remove();
    rows.delete(sid);
    conversations.delete(sid);
  }
  $('.list .empty').hidden = rows.size > 0;
  tidy();
}

export function clearConversations() {
  rows.clear();
  conversations.clear();
  list.replaceChildren();
  opened = undefined;
  showOpened();
}

function showOpened() {
  const conversation = conversations.get(opened);
  $('.list').hidden = Boolean(conversation);
  $('.conversation').hidden = !conversation;
  if (!conversation) return tidy();
  const { avatar: url } = attributesOf(conversation);
  $('.bar .face').replaceChildren(avatar(url, nameOf(conversation)));
  setText($('.bar .name'), nameOf(conversation));
  $('.bar .name').title = nameOf(conversation);
  showItems($('.messages'), conversation.messages, bySid, messageItem);
  showItems($('.participants'), conversation.participants, bySid, participantItem);
  void showCustomers(conversation);
}

const bySid = ({ sid }) => sid;

function messageItem({ author, text, byWorker }) {
  return element(
    'li',
    { className: byWorker ? 'mine' : '' },
    element('span', { className: 'author' }, author),
    text,
  );
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
      element('b', { title: display_name ?? address }, display_name ?? address),
      element('span', { title: address }, display_name ? address : ''),
      linked ?? element('span', {}, participant.identity ? 'worker' : 'not linked'),
    ),
  );
}

/** What the link is for: who is behind each customer_id. */
async function showCustomers(conversation) {
  const { sid, participants } = conversation;
  const ids = [...new Set(participants.flatMap((one) => attributesOf(one).customer_id ?? []))];
  const found = await Promise.all(
    ids.map(async (id) => (await fetch(`customer?id=${encodeURIComponent(id)}`)).json()),
  ).catch(() => []);
  // Another one is open by now, or this one has changed.
  if (sid !== opened || conversation !== conversations.get(sid)) return;
  $('.customers-title').hidden = ids.length === 0;
  setText($('.customers-title'), ids.length > 1 ? 'Customers in the CRM' : 'Customer in the CRM');
  const customers = ids.map((id, i) => found[i] ?? { id, channels: [] });
  showItems($('.customers'), customers, ({ id }) => id, customerItem);
}

function customerItem({ id, name, avatar: url, channels }) {
  const fields = Object.entries({ ID: id, Name: name, Avatar: url, Channels: channels.join(', ') });
  return element('li', {}, termsOf(fields.filter(([, text]) => text)));
}

$('.back').addEventListener('click', () => {
  const row = rows.get(opened);
  opened = undefined;
  showOpened();
  row?.item.querySelector('button').focus();
});
