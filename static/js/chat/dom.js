/** The few ways in which this client touches the page. Markup comes from the templates that the server renders. */

/** @param {ParentNode} root @param {string} name @returns {HTMLElement | null} */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/** @param {ParentNode} root @param {string} name @param {string} text */
export function fill(root, name, text) {
  const node = slot(root, name);
  if (node && node.textContent !== text) node.textContent = text;
}

/** Where the templates are: in the page, or for a widget in what it has fetched. @type {Document | DocumentFragment} */
let templates = globalThis.document;

/** @param {DocumentFragment} fragment */
export function takeTemplatesFrom(fragment) {
  templates = fragment;
}

/** @param {string} id of a <template> @returns {HTMLElement} */
export function cloneTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (templates.getElementById(id));
  return /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
}

/**
 * Make these the children of `parent`, in this order, moving as few as possible: what has not moved keeps its
 * focus, selection and animations.
 *
 * @param {Element} parent @param {Element[]} wanted
 */
export function arrange(parent, wanted) {
  const focused = activeIn(parent);
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let cursor = parent.firstElementChild;
  for (const node of wanted) {
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  if (focused instanceof HTMLElement && focused !== activeIn(parent) && parent.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}

/** What has the focus in the tree that a node is of: the page, or a widget's own. @param {Node} node @returns {Element | null} */
export function activeIn(node) {
  const root = /** @type {Document | ShadowRoot} */ (node.getRootNode());
  return root.activeElement ?? null;
}

/**
 * Run `work` once, soon, however often it is asked for.
 *
 * @param {() => void} work @returns {() => void}
 */
export function once(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      work();
    });
  };
}

/**
 * @param {ParentNode} root an avatar, or what holds one
 * @param {{initials: string, hue: string, square?: boolean, user?: number, avatar?: string | null}} who user: whose presence
 *   to show; avatar: the address of their picture, which lies over the initials
 */
export function fillAvatar(root, { initials, hue, square = false, user, avatar: address }) {
  const avatar = /** @type {HTMLElement} */ (slot(root, "avatar"));
  if (!avatar) return;
  const look = avatar.className.replace(/avatar--h\d+/, `avatar--${hue}`);
  if (avatar.className !== look) avatar.className = look;
  avatar.classList.toggle("avatar--room", square);
  fill(avatar, "initials", initials);
  fillFace(avatar, address);
  const dot = slot(avatar, "presence");
  if (!dot) return;
  if (dot.hidden !== (user === undefined)) dot.hidden = user === undefined;
  if (dot.dataset.user !== String(user ?? "")) dot.dataset.user = String(user ?? "");
}

/** Show somebody's picture over the initials, if there is one. @param {HTMLElement} avatar @param {string | null | undefined} address */
export function fillFace(avatar, address) {
  const face = /** @type {HTMLImageElement | null} */ (slot(avatar, "face"));
  if (!address) return face?.remove();
  const src = `${address}96/`;
  if (face?.getAttribute("src") === src) return;
  const next = face ?? Object.assign(document.createElement("img"), { className: "avatar__picture", alt: "", decoding: "async" });
  next.dataset.slot = "face";
  next.src = src;
  slot(avatar, "initials")?.after(next);
}

const STATUS_TEXT = { "": "", pending: "Sending", sent: "Sent", delivered: "Delivered", read: "Read" };

/** Show how far a message has come, to the eye and in words. @param {HTMLElement | null} node @param {import("./timeline.js").Status} status */
export function fillStatus(node, status) {
  if (!node || node.dataset.status === status) return;
  node.dataset.status = status;
  fill(node, "status-text", STATUS_TEXT[status]);
}

/** @param {import("./rooms.js").Room} room */
export function roomAvatar(room) {
  if (room.other) return { initials: room.other.initials, hue: room.other.hue, user: room.other.id, avatar: room.other.avatar };
  const words = room.name.split(/\s+/).filter(Boolean);
  const ends = words.length < 2 ? words : [words[0], words[words.length - 1]];
  const initials = ends.map((word) => [...word][0]).join("").toUpperCase();
  return { initials, hue: `h${(room.id * 5) % 12}`, square: true, avatar: room.picture };
}

/** @param {string} text @returns {Promise<boolean>} */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The clipboard API exists only on secure origins. @param {string} text */
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
