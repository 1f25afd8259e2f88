/**
 * Making and patching nodes. Texts only ever become text nodes, so a name can hold anything.
 * Patching touches what changed and keeps nodes, so focus, hover and open details stay.
 */

const SVG_NS = "http://www.w3.org/2000/svg";
const pools = new WeakMap();

/** An HTML element. `props`: attributes, `on` for listeners, `text` for its text. */
export function h(tag, props = {}, ...children) {
  return furnish(document.createElement(tag), props, children);
}

/** An SVG element, same props. */
export function s(tag, props = {}, ...children) {
  return furnish(document.createElementNS(SVG_NS, tag), props, children);
}

function furnish(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "text") node.textContent = value;
    else setAttr(node, name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Set the text if it differs: an unchanged live region stays silent. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set, or with null, undefined or false remove, an attribute; true is an empty one. */
export function setAttr(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/** The parts of a line that exist, with a point between them. */
export function joined(...parts) {
  return parts.filter(Boolean).join(" · ");
}

/** Several attributes at once. */
export function setAttrs(node, attrs) {
  for (const [name, value] of Object.entries(attrs)) setAttr(node, name, value);
}

/**
 * Make the children of `parent` follow `items`: one node per key, kept while its key lives.
 * `create(item)` makes a node, `update(node, item)` patches it.
 */
export function keyed(parent, items, keyOf, create, update) {
  const pool = pools.get(parent) ?? new Map();
  pools.set(parent, pool);
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const wanted = new Set(items.map(keyOf));
  for (const [key, node] of pool) {
    if (!wanted.has(key)) {
      node.remove();
      pool.delete(key);
    }
  }
  items.forEach((item, index) => {
    const key = keyOf(item);
    let node = pool.get(key);
    if (!node) {
      node = create(item);
      pool.set(key, node);
    }
    update(node, item);
    const here = parent.children[index] ?? null;
    if (here !== node) parent.insertBefore(node, here);
  });
  if (focused && focused.isConnected && document.activeElement !== focused) focused.focus();
}

/** What a select has to choose from: [[value, text]]. */
export function showOptions(select, options) {
  keyed(select, options, ([value]) => value, ([value]) => h("option", { value }), (node, [, text]) => setText(node, text));
}
