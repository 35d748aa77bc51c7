/** What each list shows, by key. */
const shownIn = new WeakMap();

/**
 * Shows items in a list. An item that has not changed keeps its element, and with it a selection, the focus and what is unfolded.
 *
 * @param keyOf tells the same item from another one
 * @param toElement makes what an item is shown by
 */
export function showItems(list, items, keyOf, toElement) {
  const before = shownIn.get(list) ?? new Map();
  const now = new Map();
  for (const item of items) {
    const text = JSON.stringify(item);
    const shown = before.get(keyOf(item));
    now.set(keyOf(item), shown?.text === text ? shown : { text, element: toElement(item) });
  }
  for (const [key, { element }] of before) if (now.get(key)?.element !== element) element.remove();
  let place = list.firstChild;
  for (const { element } of now.values()) {
    if (element === place) place = place.nextSibling;
    else list.insertBefore(element, place);
  }
  shownIn.set(list, now);
}
